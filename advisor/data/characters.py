"""Classes and scripts of characters as tables over code points, and counts of them over many texts at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from advisor.data.words import codepoints

CLASSES = (
    "other",
    "lower",
    "upper",
    "letter",
    "digit",
    "space",
    "newline",
    "comma",
    "stop",
    "exclamation",
    "question",
    "ellipsis",
    "apostrophe",
    "quote",
    "bracket",
    "dash",
    "colon",
    "emoji",
    "markup",
    "control",
)
SCRIPTS = (
    "none",
    "latin",
    "cyrillic",
    "greek",
    "arabic",
    "hebrew",
    "indic",
    "thai",
    "han",
    "kana",
    "hangul",
    "other",
)
_BY_CHARACTER = {
    "newline": "\n\r",
    "comma": ",،、，",
    "stop": ".。．।։۔",
    "exclamation": "!！",
    "question": "?？؟",
    "ellipsis": "…",
    "apostrophe": "'’",
    "quote": '"“”«»„「」『』',
    "bracket": "()[]{}（）【】",
    "dash": "-–—",
    "colon": ":;：；؛",
    "markup": "*#`_|<>",
}
_SCRIPT_RANGES = (
    ("latin", 0x41, 0x24F),
    ("greek", 0x370, 0x3FF),
    ("cyrillic", 0x400, 0x52F),
    ("hebrew", 0x590, 0x5FF),
    ("arabic", 0x600, 0x77F),
    ("arabic", 0x8A0, 0x8FF),
    ("indic", 0x900, 0xDFF),
    ("thai", 0xE00, 0xEFF),
    ("latin", 0x1E00, 0x1EFF),
    ("kana", 0x3040, 0x30FF),
    ("han", 0x3400, 0x9FFF),
    ("hangul", 0xAC00, 0xD7AF),
    ("hangul", 0x1100, 0x11FF),
    ("han", 0xF900, 0xFAFF),
)
TABLE_SIZE = 0x20000


def histogram(texts: Sequence[str], table: NDArray[np.uint8], width: int) -> NDArray[np.int64]:
    """Count for each text, (rows, width), its characters by what the table makes of them."""
    rows = len(texts)
    if rows and all(map(str.isascii, texts)):
        return _ascii_histogram(texts, table, width)
    codes, starts = codepoints(texts)
    owners = np.repeat(np.arange(rows, dtype=np.int64) * width, np.diff(starts))
    kinds = table[np.minimum(codes, TABLE_SIZE - 1)]
    counts = np.bincount(owners + kinds, minlength=rows * width).reshape(rows, width)
    # The line feed that ends each text is ours.
    counts[:, table[10]] -= 1
    return np.asarray(counts)


def _ascii_histogram(texts: Sequence[str], table: NDArray[np.uint8], width: int) -> NDArray[np.int64]:
    """Count as `histogram` does; small letters and blanks, nearly all of a text, are never looked at one by one."""
    of_kind = table[:128].tobytes() + bytes(128)
    kinds = np.frombuffer(("\n".join(texts) + "\n").encode("ascii").translate(of_kind), np.uint8)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.concatenate(([0], np.cumsum(lengths + 1)))
    letter, blank = int(table[ord("a")]), int(table[ord(" ")])
    blanks = kinds == blank
    others = np.flatnonzero(~blanks & (kinds != letter))
    owners = np.searchsorted(starts, others, side="right") - 1
    found = np.bincount(owners * width + kinds[others], minlength=len(texts) * width)
    counts = found.reshape(len(texts), width).astype(np.int64)
    counts[:, blank] = np.add.reduceat(blanks, starts[:-1], dtype=np.int64)
    # The line feed that ends each text is ours.
    counts[:, table[10]] -= 1
    counts[:, letter] = lengths - counts.sum(axis=1)
    return counts


@cache
def class_table() -> NDArray[np.uint8]:
    """Return the class of every code point below 0x20000."""
    names = {
        "Ll": "lower",
        "Lu": "upper",
        "Lt": "upper",
        "Nd": "digit",
        "Zs": "space",
        "Cc": "control",
        "So": "emoji",
        "Sk": "emoji",
    }
    table = np.zeros(TABLE_SIZE, np.uint8)
    for code in range(TABLE_SIZE):
        category = unicodedata.category(chr(code))
        name = names.get(category, "letter" if category[0] in "LM" else "other")
        table[code] = CLASSES.index(name)
    for name, characters in _BY_CHARACTER.items():
        table[[ord(one) for one in characters]] = CLASSES.index(name)
    table[9] = CLASSES.index("space")
    return table


@cache
def class_and_script() -> tuple[NDArray[np.uint8], list[tuple[int, int]]]:
    """Return class and script of every code point as one number, and both for each such number."""
    both = np.stack([class_table(), script_table()], axis=1)
    kinds, table = np.unique(both, axis=0, return_inverse=True)
    return table.reshape(-1).astype(np.uint8), [(int(one), int(script)) for one, script in kinds]


@cache
def script_table() -> NDArray[np.uint8]:
    """Return the script of every code point below 0x20000; digits and punctuation have none."""
    table = np.zeros(TABLE_SIZE, np.uint8)
    letters = np.isin(class_table(), [CLASSES.index(one) for one in ("lower", "upper", "letter")])
    table[letters] = SCRIPTS.index("other")
    for name, low, high in _SCRIPT_RANGES:
        span = slice(low, high + 1)
        table[span][letters[span]] = SCRIPTS.index(name)
    return table
