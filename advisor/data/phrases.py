"""Words, set phrases and patterns of several languages that checks look for, from lists with one a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "word_lists"


def lines_of(name: str) -> tuple[str, ...]:
    """Read a word list; lines that begin with ``# `` are comments."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("# "))


def any_of(phrases: Iterable[str]) -> str:
    """Return a regular expression that finds any of the phrases as they are written."""
    return "|".join(map(re.escape, phrases))


def pattern_of(name: str) -> str:
    """Read a list of regular expressions as one."""
    return "|".join(lines_of(name))


REFUSAL: Final = lines_of("refusal")
UNKNOWING: Final = lines_of("unknowing")
DECLINED_IN: Final = frozenset(
    [
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "pl",
        "sv",
        "tr",
        "id",
        "ru",
        "uk",
        "bg",
        "ar",
        "hi",
        "zh",
        "ja",
        "ko",
        "th",
        "he",
        "el",
    ]
)
"""Languages in which `REFUSAL` and `UNKNOWING` have the usual phrases."""
IDENTITY: Final = lines_of("foreign_identity")
FORMAL: Final = lines_of("formal")
CASUAL: Final = lines_of("casual")
FUNCTION_WORDS: Final = dict(line.split(": ", 1) for line in lines_of("function_words"))
