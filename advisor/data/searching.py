"""Patterns over many texts: a cheap look at what a text must hold, and the pattern itself only where it does."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray


def found(texts: pl.Series, pattern: str, likely: pl.Series) -> NDArray[np.bool_]:
    """Return for each text whether it holds ``pattern``; only texts that ``likely`` marks are searched.

    ``likely`` must mark every text in which the pattern can be: an alternation costs a hundred times what a look for
    the characters costs that it cannot do without.
    """
    marks = likely.to_numpy()
    flags = np.zeros(len(texts), bool)
    if marks.any():
        flags[marks] = texts.filter(likely).str.contains(pattern).to_numpy()
    return flags


def with_any(texts: pl.Series, characters: str) -> pl.Series:
    """Mark the texts that hold one of some characters, written as in a class of a regular expression."""
    return texts.str.contains(f"[{characters}]")


def not_ascii(texts: pl.Series) -> pl.Series:
    """Mark the texts with a character beyond ASCII."""
    return texts.str.len_bytes() != texts.str.len_chars()
