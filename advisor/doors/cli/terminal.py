"""The one way to the terminal: whatever is printed here can show itself, but not steer the terminal or hide in it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

import typer
from pydantic import BaseModel
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.errors import MarkupError
from rich.segment import Segment
from rich.text import Text

# Line feeds and tabs lay text out. Joiners make emoji and letters of some scripts, so they stay, too.
_HARMLESS: Final = "\n\t\u200c\u200d"
_STEERING: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_NOT_ASCII_PRINTABLE = re.compile(r"[^\x20-\x7e\n]")


def tame(text: str) -> str:
    """Replace control characters, reversed writing, and what is invisible or no character by a sign that shows."""
    return _NOT_ASCII_PRINTABLE.sub(lambda found: "�" if _steers(found[0]) else found[0], text)


def _steers(character: str) -> bool:
    return character not in _HARMLESS and unicodedata.category(character) in _STEERING


class _Tamed:
    """A renderable whose text is tamed after its own styles and layout were made."""

    def __init__(self, inner: ConsoleRenderable) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self._inner, options):
            yield segment if segment.control else Segment(tame(segment.text), segment.style)


class _Taming(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Tamed(renderable) for renderable in renderables]


class _Terminal(Console):
    """A console on which no text of a file is an instruction: not to the terminal, and not to us."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, **options)
        self.push_render_hook(_Taming())

    def render_str(self, text: str, **options: Any) -> Text:
        """Read our own markup; text that only looks like it is shown as it is."""
        try:
            return super().render_str(text, **options)
        except MarkupError:
            return super().render_str(text, **options | {"markup": False})


def stdout() -> Console:
    """Return the console for results."""
    return _Terminal()


def stderr() -> Console:
    """Return the console for progress and notes."""
    return _Terminal(stderr=True)


def echo(text: str) -> None:
    """Print text that others wrote, such as a log, as it is but for what steers a terminal."""
    # A progress bar returns to the start of its line; here each of its states is a line.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    typer.echo(tame(lines), nl=not lines.endswith("\n"))


def confirm(question: str) -> bool:
    """Ask on stderr; without an answer, no."""
    return typer.confirm(tame(question), err=True)


def print_json(value: BaseModel | dict[str, Any] | list[Any], *, indent: int | None = 2) -> None:
    """Print one JSON object on stdout; what steers a terminal is written as an escape, which means the same."""
    plain = value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
    typer.echo(in_escapes(json.dumps(plain, ensure_ascii=False, indent=indent, allow_nan=False)))


def in_escapes(text: str) -> str:
    """Write the characters of a JSON text that steer a terminal as the escapes that JSON has for them."""
    return _NOT_ASCII_PRINTABLE.sub(lambda found: _escape(found[0]) if _steers(found[0]) else found[0], text)


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1]
