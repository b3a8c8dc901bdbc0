"""Typing errors without a dictionary: rare words that are one slip away from a common one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]{4,}")
COMMON = 4
"""Requests that use a word before it counts as spelt on purpose."""


def slips(tables: Sequence[Sequence[str]]) -> list[NDArray[np.bool_]]:
    """Mark the texts of each table with a word that is one slip (a letter left out, doubled, added or swapped) from a common one."""
    found = [[set(_WORD.findall(text.lower())) for text in texts] for texts in tables]
    counts = Counter(word for texts in found for words in texts for word in words)
    common = {word for word, count in counts.items() if count >= COMMON}
    known = {form for word in common for form in _shorter(word)}
    rare = {word for word, count in counts.items() if count < COMMON and _is_slip(word, common, known)}
    return [np.array([not rare.isdisjoint(words) for words in texts], bool) for texts in found]


def _is_slip(word: str, common: set[str], known: set[str]) -> bool:
    # Forms of one word differ at its end; a slip in the first letters or the middle is none of grammar's.
    return any(one in common for one in _longer_or_swapped(word)) or word in known


def _shorter(word: str) -> Iterable[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word) - 2))


def _longer_or_swapped(word: str) -> Iterable[str]:
    yield from _shorter(word)
    yield from (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
