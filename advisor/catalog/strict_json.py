"""Read JSON the strict way: text in, plain values out, with every limit checked before they are used."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Protocol

from advisor.catalog.strict_yaml import Located, read_bounded_text
from advisor.errors import AdvisorError

MAX_DEPTH: Final = 64
MAX_ROW_DEPTH: Final = 100
"""Of a training row: what was read can be written again, and Python's own stack is never the limit."""
MAX_DIGITS: Final = 300
"""Below the largest float, so that every whole number can become one."""


class TextCheck(Protocol):
    """Refuses a text, or lets it pass."""

    def __call__(self, text: str, *, place: str) -> None:
        """Raise AdvisorError, or return."""


_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_STEP: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


def parse_json(text: str, *, place: str, max_depth: int = MAX_DEPTH) -> Located:
    """Parse JSON with unique keys, finite numbers, whole characters and bounded depth.

    Raises:
        AdvisorError: The text breaks one of these; ``place`` names it.
    """
    if deeper_than(text, max_depth):
        raise _too_deep(place, max_depth)
    infinite: list[str] = []
    try:
        value = json.loads(
            text,
            object_pairs_hook=lambda pairs: _unique(pairs, place),
            parse_constant=lambda word: _refuse_number(word, place),
            parse_float=lambda word: _float(word, infinite),
            parse_int=lambda word: _whole(word, place),
        )
    except json.JSONDecodeError as error:
        raise AdvisorError(
            f"this is not JSON: {error.msg.lower()}",
            place=f"{place}:{error.lineno}",
            remedy="Check the syntax there.",
        ) from error
    # A second walk, which can name the key, only where there may be something to find.
    if infinite or "\\u" in text:
        check_plain(value, place=place, max_depth=max_depth, text=check_characters)
    return Located(value, place)


def read_json_object(path: Path) -> dict[str, Any]:
    """Read the JSON object in the file at ``path``; every defect is an AdvisorError with its place."""
    value = parse_json(read_bounded_text(path), place=str(path)).value
    if not isinstance(value, dict):
        raise AdvisorError("this is not a JSON object", place=str(path), remedy="Write it as {…}.")
    return value


def deeper_than(content: str | bytes, levels: int) -> bool:
    """Return whether JSON is nested deeper than ``levels``; counted before a parser, which recurses, sees it."""
    if isinstance(content, bytes):
        if content.count(b"[") + content.count(b"{") <= levels:
            return False
        # Structure is ASCII in any encoding that JSON has, so bytes need not be decoded rightly.
        content = content.decode("latin-1")
    if content.count("[") + content.count("{") <= levels:
        return False
    steps = (_STEP[bracket] for bracket in _BRACKET.findall(_STRING.sub("", content)))
    return max(accumulate(steps), default=0) > levels


def _too_deep(place: str, max_depth: int) -> AdvisorError:
    return AdvisorError(f"it is nested deeper than {max_depth} levels", place=place, remedy="Flatten it.")


def _unique(pairs: list[tuple[str, Any]], place: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise AdvisorError(f"the key '{key[:80]}' occurs twice", place=place, remedy="Keep one.")
        result[key] = value
    return result


def _refuse_number(word: str, place: str) -> float:
    shown = word if len(word) <= 40 else f"{word[:40]}…"
    raise AdvisorError(
        f"'{shown}' is not a number to work with", place=place, remedy="Use null for what is unknown."
    )


def _float(word: str, infinite: list[str]) -> float:
    value = float(word)
    if math.isinf(value):
        infinite.append(word)
    return value


def _whole(word: str, place: str) -> int | float:
    return int(word) if len(word) <= MAX_DIGITS else _refuse_number(word, place)


def check_characters(text: str, *, place: str) -> None:
    """Refuse halves of characters, which no file in UTF-8 can hold."""
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise _unstorable(place)


def check_text(text: str, *, place: str) -> None:
    """Refuse halves of characters and NUL, which databases and other programs cannot hold."""
    if "\0" in text:
        raise _unstorable(place)
    check_characters(text, place=place)


def _unstorable(place: str) -> AdvisorError:
    return AdvisorError(
        "the text holds characters that cannot be stored", place=place, remedy="Type it again."
    )


def check_plain(value: Any, *, place: str, max_depth: int = MAX_DEPTH, text: TextCheck = check_text) -> None:
    """Refuse depth, infinite numbers and text that ``text`` refuses, in values and keys."""
    for item, path in _walk(value):
        if len(path) >= max_depth:
            raise _too_deep(place, max_depth)
        if isinstance(item, str):
            text(item, place=_at(place, path))
        elif isinstance(item, float) and not math.isfinite(item):
            raise AdvisorError(
                "this is not a number to work with",
                place=_at(place, path),
                remedy="Use null for what is unknown.",
            )


def _at(place: str, path: tuple[Any, ...]) -> str:
    return ": ".join([place, ".".join(str(step)[:80] for step in path)][: 1 + bool(path)])


def _walk(value: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    # A stack of our own: nesting must not be able to exhaust Python's.
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(value, ())]
    while waiting:
        item, path = waiting.pop()
        yield item, path
        if isinstance(item, dict):
            waiting += ((key, path) for key in item)
            waiting += ((part, (*path, key)) for key, part in item.items())
        elif isinstance(item, list | tuple):
            waiting += ((part, (*path, index)) for index, part in enumerate(item, 1))
