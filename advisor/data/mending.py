"""The safe fixes of one row: text put right, personal data replaced, a system prompt written in."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from advisor.catalog.records import Record
from advisor.data.detectors import personal_hits, secret_hits
from advisor.data.records import AuditOptions
from advisor.data.repair import mended

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u2060\u00ad\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
_ZERO_WIDTH = re.compile(
    "(?<=[A-Za-z\u00c0-\u024f\u0370-\u052f])[\u200b\u200c\u200d]+(?=[A-Za-z\u00c0-\u024f\u0370-\u052f])|\u200b{2,}"
)
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,6}|#x[0-9a-fA-F]{2,6}|eacute|uuml|ouml|auml|rsquo|lsquo|mdash|ndash|hellip);"
)
ROUNDS = 6
STAND_INS = {
    "card numbers": "4111 1111 1111 1112",
    "phone numbers": "+1 555 0100",
    "e-mail addresses": "person@example.com",
    "IP addresses": "192.0.2.1",
}


class FixOptions(Record):
    """What to fix beyond what is always safe."""

    system_prompt: str | None = None
    """Write this system prompt into every row."""
    to_chat: bool = False
    """Write every row as chat messages."""
    redact: bool = False
    """Replace personal data and secrets with stand-ins."""
    audit: AuditOptions = AuditOptions()
    """Model and maximum length for the checks."""


def mend(value: Any, options: FixOptions | None = None) -> tuple[Any, list[str]]:
    """Apply the safe fixes to a row; give the new row and the names of the fixes."""
    options, fixes = options or FixOptions(), []
    steps: list[tuple[str, Callable[[str], str]]] = [
        ("mojibake", mended),
        ("control-characters", _visible),
        ("escaped-text", _unescaped),
        ("white space", str.strip),
        ("normal form", lambda text: unicodedata.normalize("NFC", text)),
    ]
    if options.redact:
        steps.append(("redacted", _redacted))
    # One fix can uncover another (an entity that stands for a control character), so go on until nothing changes.
    for _round in range(ROUNDS):
        before = value
        for name, step in steps:
            changed = _in_texts(value, step)
            if changed != value:
                fixes.append(name)
                value = changed
        if value == before:
            break
    fixes = list(dict.fromkeys(fixes))
    if (
        options.system_prompt is not None
        and isinstance(value, dict)
        and isinstance(value.get("messages"), list)
    ):
        with_prompt = _with_system(value, options.system_prompt)
        if with_prompt != value:
            fixes.append("system prompt")
            value = with_prompt
    return value, fixes


def _in_texts(value: Any, step: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return step(value)
    if isinstance(value, dict):
        # Arguments of a tool call are code, and so are the schemas of tools.
        return {
            key: one if key in {"arguments", "tools", "functions", "id", "name"} else _in_texts(one, step)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_in_texts(one, step) for one in value]
    return value


def _visible(text: str) -> str:
    return text if text.isascii() and text.isprintable() else _ZERO_WIDTH.sub("", _INVISIBLE.sub("", text))


def _unescaped(text: str) -> str:
    # Only entities: whether a literal \n or a tag is wanted cannot be told from the text.
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _redacted(text: str) -> str:
    hits = sorted([*personal_hits(text), *secret_hits(text)], key=lambda hit: (hit.start, -hit.end))
    parts, position = [], 0
    for hit in hits:
        if hit.start >= position:
            parts += [text[position : hit.start], STAND_INS.get(hit.kind, "[removed]")]
            position = hit.end
    return "".join([*parts, text[position:]])


def _with_system(value: dict[str, Any], prompt: str) -> dict[str, Any]:
    others: Sequence[Any] = [
        one
        for one in value["messages"]
        if not (isinstance(one, dict) and one.get("role") in {"system", "developer"})
    ]
    return {**value, "messages": [{"role": "system", "content": prompt}, *others]}
