"""Amounts as people say them, in the unit of a question: "200 pages", "2 s", "300 an hour", "15M"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

TIMES: Final[Mapping[str, float]] = {
    "": 1.0,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
}
# How much one of each is, in the unit of the question. Sizes of text are those of the question's own help; a byte of
# plain text is about a quarter of a token.
_TEXT: Final[Mapping[str, float]] = {
    "token": 1,
    "word": 4 / 3,
    "page": 500,
    "record": 100,
    "row": 100,
    "document": 5_000,
    "doc": 5_000,
    "article": 5_000,
    "handbook": 100_000,
    "book": 100_000,
    "kb": 250,
    "mb": 250_000,
    "gb": 250_000_000,
    "tb": 250_000_000_000,
}
_TIME: Final[Mapping[str, float]] = {
    "ms": 1,
    "millisecond": 1,
    "s": 1_000,
    "sec": 1_000,
    "second": 1_000,
    "min": 60_000,
    "minute": 60_000,
    "h": 3_600_000,
    "hour": 3_600_000,
    "day": 86_400_000,
}
_PERIODS: Final[Mapping[str, float]] = {
    "second": 86_400,
    "s": 86_400,
    "minute": 1_440,
    "min": 1_440,
    "hour": 24,
    "h": 24,
    "day": 1,
    "week": 1 / 7,
    "month": 12 / 365,
    "year": 1 / 365,
}
SIZES: Final[Mapping[str, Mapping[str, float]]] = {
    "tokens": _TEXT,
    "ms": _TIME,
    "requests/day": _PERIODS,
}
_NUMBER: Final = re.compile(
    r"(half an?|an?|one|[+-]?(?:\d{1,3}(?:[,_ ]\d{3})+|\d{1,30})(?:\.\d{0,30})?)"
    r"(?: ?(k|thousand|mio|m|million|bn|b|billion)(?![a-z]))?(?: of)?(?: ?([a-z/][a-z/ ]{0,40}))?"
)
_VAGUE: Final = re.compile(r"^(?:about|around|approximately|approx\.?|roughly|some|circa|ca\.?|~) ?")
_RATE: Final = re.compile(r"(?:[a-z ]*?)(?:per|an?|each|every|/) ?([a-z]+)")
_SPELLED: Final[Mapping[str, float]] = {"half a": 0.5, "half an": 0.5, "a": 1.0, "an": 1.0, "one": 1.0}


def amount(text: str, unit: str) -> float | None:
    """Return the amount that ``text`` says, in ``unit``; None where it is none.

    Args:
        text: What a person typed: a figure, perhaps with k or M, perhaps with a unit of its own.
        unit: The unit of the question, such as tokens, ms or requests/day; empty for a plain figure.
    """
    found = _NUMBER.fullmatch(_VAGUE.sub("", " ".join(text.lower().split())))
    if found is None:
        return None
    digits, times, named = found.groups()
    if digits in _SPELLED and not (times or named):
        return None
    number = _SPELLED[digits] if digits in _SPELLED else float(re.sub(r"[,_ ]", "", digits))
    if unit == "ms" and times == "m":
        # Nobody waits a million milliseconds by that name; whether minutes were meant is not for us to guess.
        return None
    size = _size((named or "").strip(), unit)
    return None if size is None else number * TIMES[times or ""] * size


def _size(named: str, unit: str) -> float | None:
    if named in ("", unit.lower()):
        return 1.0
    if unit == "requests/day":
        rate = _RATE.fullmatch(named)
        return _PERIODS.get(_singular(rate[1])) if rate else None
    known = SIZES.get(unit, {})
    first = named.removesuffix(" of text").removesuffix(" of plain text")
    return known.get(first, known.get(_singular(first)))


def _singular(word: str) -> str:
    return word if word in ("s", "ms") else word.removesuffix("s")
