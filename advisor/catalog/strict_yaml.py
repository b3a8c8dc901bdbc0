"""Read YAML the strict way: a file in, plain values and the line of each out.

Only YAML 1.2 core types are guessed (so ``yes`` and ``12:30`` stay text), a key may be there once, aliases and
tags are refused, and size, depth and number of nodes are bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from advisor.errors import AdvisorError

Path_ = tuple[str | int, ...]

MAX_BYTES: Final = 4_000_000
MAX_DEPTH: Final = 24
MAX_NODES: Final = 400_000

_PLAIN_TAGS: Final = {None, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))}
_FRAME: Final = (StreamStartEvent, StreamEndEvent, DocumentStartEvent, DocumentEndEvent)
_INT = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9_]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)
_CONSTANTS: Final[dict[str, Any]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True)
class Located:
    """Plain values with the line number of each."""

    value: Any
    place: str
    lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Path_ = ()) -> int:
        """Return the line of the value at ``path``, or of its nearest parent; counts from 1."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1

    def at(self, path: Path_ = ()) -> str:
        """Return the place of the value at ``path`` as ``file:line``."""
        return f"{self.place}:{self.line(path)}"


def read_yaml(path: Path, *, max_bytes: int = MAX_BYTES, place: str | None = None) -> Located:
    """Read the file at ``path``; every defect is an :class:`AdvisorError` that names its line."""
    return parse_yaml(read_bounded_text(path, max_bytes=max_bytes), place=place or str(path))


def read_bounded_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """Read a UTF-8 text file of at most ``max_bytes`` bytes."""
    place = str(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except IsADirectoryError as error:
        raise AdvisorError("this is a folder", place=place, remedy="Name a file.") from error
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise AdvisorError(
            f"the file cannot be read: {reason}", place=place, remedy="Check the path."
        ) from error
    if len(content) > max_bytes:
        raise AdvisorError(
            f"the file is larger than {max_bytes / 1e6:g} MB", place=place, remedy="Give a smaller file."
        )
    return decode_text(content, place=place)


def decode_text(content: bytes, *, place: str) -> str:
    """Decode UTF-8 and refuse control characters, which are a sign of a binary file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise AdvisorError(
            "the file is not UTF-8 text", place=f"{place}:{line}", remedy="Save it as UTF-8."
        ) from error
    if "\0" in text:
        raise AdvisorError("the file is binary", place=place, remedy="Give a text file.")
    return text


def parse_yaml(text: str, *, place: str) -> Located:
    """Parse ``text``; ``place`` names it in errors."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return _Construction(place).run(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, place) from error
    except yaml.YAMLError as error:
        raise AdvisorError(f"this is not YAML: {error}", place=place, remedy="Check the syntax.") from error


def _too_deep(place: str) -> AdvisorError:
    return AdvisorError(
        f"the nesting is deeper than {MAX_DEPTH} levels", place=place, remedy="Flatten the file."
    )


def _syntax_error(error: yaml.MarkedYAMLError, text: str, place: str) -> AdvisorError:
    mark: yaml.Mark | None = error.problem_mark or error.context_mark
    where = f"{place}:{mark.line + 1}" if mark else place
    problem = error.problem or "the syntax is wrong"
    lines = text.splitlines()
    if mark and mark.line < len(lines) and lines[mark.line].lstrip(" ").startswith("\t"):
        return AdvisorError("a tab is used for indentation", place=where, remedy="Indent with spaces.")
    return AdvisorError(
        f"this is not YAML: {problem}",
        place=where,
        remedy="Check indentation, colons and quotes on this line and the one above.",
    )


class _Construction:
    """One pass over the parser's events: values are built as they arrive, so limits hold before memory is spent.

    The parser keeps a stack of its own, and nothing here goes deeper than ``MAX_DEPTH``: no file can exhaust
    the C stack.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.lines: dict[Path_, int] = {}
        self.nodes = 0

    def run(self, events: Iterator[Event]) -> Located:
        self.events = (event for event in events if not isinstance(event, _FRAME))
        first = next(self.events, None)
        if first is None:
            return Located(None, self.place, {(): 1})
        value = self.build(first, ())
        for another in self.events:
            raise AdvisorError(
                "there is more than one document", place=self.at(another), remedy="Remove the lines of ---."
            )
        return Located(value, self.place, self.lines)

    def build(self, event: Event, path: Path_) -> Any:
        self.nodes += 1
        self.lines[path] = _line(event)
        self.check(event, path)
        if isinstance(event, MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path)
        assert isinstance(event, ScalarEvent)
        return self.scalar(event)

    def check(self, event: Event, path: Path_) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise AdvisorError(
                "anchors and aliases (& and *) are not allowed",
                place=self.at(event),
                remedy="Write the value out, or put text with & or * in quotes.",
            )
        tag = getattr(event, "tag", None)
        if tag not in _PLAIN_TAGS:
            raise AdvisorError(f"the tag '{tag}' is not allowed", place=self.at(event), remedy="Remove it.")
        if len(path) > MAX_DEPTH:
            raise _too_deep(self.at(event))
        if self.nodes > MAX_NODES:
            raise AdvisorError(
                f"there are more than {MAX_NODES:,} values", place=self.at(event), remedy="Split the file."
            )

    def sequence(self, path: Path_) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            result.append(self.build(event, (*path, len(result))))
        return result

    def mapping(self, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self.key(event, path, result)
            result[key] = self.build(next(self.events), (*path, key))
            self.lines[(*path, key)] = _line(event)
        return result

    def key(self, event: Event, path: Path_, known: Container[str]) -> str:
        self.check(event, path)
        if not isinstance(event, ScalarEvent):
            raise AdvisorError("a key must be a word", place=self.at(event), remedy="Quote it.")
        key = self.text(event)
        if key in known:
            raise AdvisorError(
                f"the key '{key[:80]}' occurs twice",
                place=self.at(event),
                remedy=f"Keep one; the first is on line {self.lines[(*path, key)]}.",
            )
        return key

    def text(self, event: ScalarEvent) -> str:
        text = str(event.value)
        # Escapes in quotes can write what no file of ours may hold.
        if "\0" in text:
            raise AdvisorError("the text holds a NUL", place=self.at(event), remedy="Take it out.")
        return text

    def scalar(self, event: ScalarEvent) -> Any:
        text = self.text(event)
        if event.tag or event.style in ("'", '"', "|", ">"):
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return self.number(text, event)

    def number(self, text: str, event: ScalarEvent) -> Any:
        if _NOT_FINITE.fullmatch(text):
            raise AdvisorError(
                f"'{text}' is not a number to work with",
                place=self.at(event),
                remedy="Give a finite number, or leave it out if it is unknown.",
            )
        if len(text) < 400 and _INT.fullmatch(text):
            return int(text.replace("_", ""))
        if len(text) < 400 and _FLOAT.fullmatch(text) and any(c.isdigit() for c in text):
            value = float(text.replace("_", ""))
            return value if math.isfinite(value) else text
        return text

    def at(self, event: Event) -> str:
        return f"{self.place}:{_line(event)}"


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
