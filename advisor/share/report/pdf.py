"""A document as PDF by Typst: tagged (PDF/UA-1), fonts embedded, the same bytes every time."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final

from advisor.errors import AdvisorError
from advisor.palette import STRATEGY_COLOURS
from advisor.share.report.document import Block, Document, Table, around
from advisor.share.report.text import tame
from advisor.wording import say

HERE: Final = Path(__file__).parent
FONTS: Final = HERE / "fonts"
TEMPLATE: Final = HERE / "templates" / "report.typ"
MISSING: Final = "\N{REPLACEMENT CHARACTER}"
# What Typst's own Libertinus Serif covers without doubt; the shipped fonts are asked for the rest.
_LIBERTINUS: Final = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x384, 0x3CE),
    (0x400, 0x45F),
    (0x5D0, 0x5EA),
    (0x2010, 0x2027),
)
_LIBERTINUS_ONES: Final = frozenset("ȘșȚț€™→←↑↓−≈≠≤≥×÷∞ẞ‰‹›�")
_NARROW: Final = 18
_TRIES: Final = 12


def render(document: Document) -> bytes:
    """Write the document; a character that no font has is replaced, never an error."""
    content = _content(document)
    banned: set[str] = set()
    for _ in range(_TRIES):
        try:
            return _compile(_shown(content, banned))
        except _NoGlyphError as error:
            banned |= error.characters
    return _compile(_shown(content, banned, plain=True))


class _NoGlyphError(Exception):
    def __init__(self, characters: set[str]) -> None:
        super().__init__(characters)
        self.characters = characters


def _compile(content: Any) -> bytes:
    import typst

    try:
        return typst.compile(
            TEMPLATE,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            sys_inputs={"report": json.dumps(content, ensure_ascii=False)},
            format="pdf",
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        missing = re.search(r"the text `\"(.*?)\"`", str(error), flags=re.DOTALL)
        if missing:
            raise _NoGlyphError(set(missing[1])) from error
        raise AdvisorError(
            say("report_pdf.not_typeset", error=str(error)[:200]),
            place=say("report_pdf.not_typeset_place"),
            remedy=say("report_pdf.not_typeset_remedy"),
        ) from error


def _content(document: Document) -> dict[str, Any]:
    sections = [
        {"title": part.title, "blocks": [_block(item) for item in part.blocks]} for part in document.sections
    ]
    return {**asdict(document), "sections": sections, "around": around(document), "colours": STRATEGY_COLOURS}


def _block(item: Block) -> dict[str, Any]:
    content = {"kind": type(item).__name__.lower(), **asdict(item)}
    if isinstance(item, Table):
        content |= {"numeric": sorted(item.numeric), "widths": widths(item)}
    return content


def widths(table: Table) -> list[int]:
    """Return each column its share of the line; 0 means as wide as its content."""
    longest = [max(len(row[index]) for row in (table.head, *table.rows)) for index in range(len(table.head))]
    shares = [0 if length <= _NARROW else min(length, 70) for length in longest]
    return shares if any(shares) else [0] * (len(shares) - 1) + [1]


def _shown(value: Any, banned: set[str], *, plain: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _shown(item, banned, plain=plain) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item, banned, plain=plain) for item in value]
    return _with_glyphs(value, banned, plain=plain) if isinstance(value, str) else value


def _with_glyphs(text: str, banned: set[str], *, plain: bool) -> str:
    # Variation selectors and joiners choose between glyphs; these fonts hold one of each.
    joined = re.sub("[\ufe00-\ufe0f]|(?<=[\u2600-\u27bf\U0001f000-\U0001faff])\u200d", "", tame(text))
    if plain:
        return joined.encode("ascii", "replace").decode()
    return "".join(c if c not in banned and _covered(c) else MISSING for c in joined)


@cache
def _covered(character: str) -> bool:
    code = ord(character)
    known = any(first <= code <= last for first, last in _LIBERTINUS) or character in _LIBERTINUS_ONES
    return known or code in _shipped()


@cache
def _shipped() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # ships no types

    codes: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            codes |= set(font.getBestCmap())
    return frozenset(codes)
