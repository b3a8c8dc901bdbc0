"""Texts brought into a form in which what does not matter is gone: case, punctuation, width, white space."""

from __future__ import annotations

import re
from typing import Any

import orjson

from advisor.data.rows.plain_words import normalised, words

__all__ = ["normalised", "numbers", "parsed", "words"]

_NUMBER = re.compile(r"[-+−]?\d[\d.,'’\u00a0\u202f]*\d|[-+−]?\d")
_FENCE = re.compile(r"^\s*```[a-zA-Z]*\s*\n?(.*?)\n?```\s*$", re.DOTALL)


def numbers(text: str) -> list[float]:
    """Return the numbers in a text, thousands separators and decimal commas understood."""
    return [_number(found.rstrip(".,'’")) for found in _NUMBER.findall(text)]


def _number(text: str) -> float:
    text = re.sub(r"['’\u00a0\u202f]", "", text.replace("−", "-"))
    comma, stop = text.rfind(","), text.rfind(".")
    if comma >= 0 and stop >= 0:
        decimal = "," if comma > stop else "."
        text = text.replace("." if decimal == "," else ",", "").replace(",", ".")
    elif comma >= 0:
        # 1,234 is a thousand, 1,5 one and a half.
        thousands = re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+", text) is not None
        text = text.replace(",", "" if thousands or text.count(",") > 1 else ".")
    elif text.count(".") > 1:
        text = text.replace(".", "")
    return float(text)


def parsed(text: str, *, fenced: bool = False) -> Any:
    """Parse an answer as JSON; raises ValueError where it is none.

    Args:
        text: The answer.
        fenced: Whether a code fence around it is forgiven.
    """
    inner = _FENCE.match(text) if fenced else None
    return orjson.loads(inner.group(1) if inner else text)
