"""Chat templates compiled in a sandbox, with marks around what the assistant is trained on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from advisor.errors import AdvisorError

_OPEN, _CLOSE = "\ue000", "\ue001"


@lru_cache(maxsize=8)
def compiled(source: str) -> Any:
    """Compile a template; what is trained on comes out between marks.

    Raises:
        AdvisorError: It does not compile.
    """
    from jinja2 import TemplateError, nodes
    from jinja2.ext import Extension, loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """``{% generation %}``: its content is what the assistant is trained on."""

        tags = {"generation"}  # noqa: RUF012 - jinja's own protocol

        def parse(self, parser: Any) -> nodes.Node:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.CallBlock(self.call_method("_wrap"), [], [], body).set_lineno(line)

        def _wrap(self, caller: Callable[[], str]) -> str:
            return _OPEN + caller() + _CLOSE

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    environment.filters["tojson"] = lambda value, **_: json.dumps(value, ensure_ascii=False)
    # A template that prints the date must not make an audit differ from day to day.
    environment.globals.update(raise_exception=refuse, strftime_now=lambda _form: "26 Jul 2024")
    try:
        return environment.from_string(source)
    except TemplateError as error:
        raise AdvisorError(
            f"the chat template does not compile ({error})",
            place="--model",
            remedy="Fetch the tokenizer again.",
        ) from error


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Take the marks out of a rendered text; return it and the spans that were between marks."""
    if _OPEN not in text:
        return text, []
    spans: list[tuple[int, int]] = []
    plain, start = "", 0
    for part in re.split(f"({_OPEN}|{_CLOSE})", text):
        if part == _OPEN:
            start = len(plain)
        elif part == _CLOSE:
            spans.append((start, len(plain)))
        else:
            plain += part
    return plain, spans
