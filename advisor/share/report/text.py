"""Make any text safe to carry: no control characters, no reversed writing, bounded length."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_CHARACTERS: Final = 4_000
# Overrides and isolates can make text read backwards; zero-width and tag characters can hide text in it.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def tame(text: str) -> str:
    """Return one line of visible text: what hides, reverses or controls is taken out, the rest stays."""
    short = text[:MAX_CHARACTERS] + ("…" if len(text) > MAX_CHARACTERS else "")
    shown = _INVISIBLE.sub("", short)
    spaced = "".join(" " if _breaks(character) else character for character in shown)
    return " ".join(spaced.split())


def _breaks(character: str) -> bool:
    # Control characters, lone surrogates, private and unassigned code points; spaces of every width.
    category = unicodedata.category(character)
    return category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")


def file_stem(title: str) -> str:
    """Return a file name that is safe on every system, from a title."""
    kept = re.sub(r"[^\w-]+", "-", tame(title)[:60], flags=re.UNICODE).strip("-_").lower()
    return kept or "recommendation"
