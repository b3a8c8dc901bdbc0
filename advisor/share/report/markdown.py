"""A document as Markdown: plain enough for any reader, every text escaped so that none of it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import singledispatch
from typing import Final

from advisor.share.report.document import (
    Argument,
    Bars,
    Block,
    Document,
    Paragraph,
    References,
    Section,
    Steps,
    Table,
    Terms,
)
from advisor.share.report.text import tame
from advisor.wording import say

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~$&@^])")
# What makes lists, headings, links and (in a spreadsheet) formulas only at the start or inside an address.
_AT_START: Final = re.compile(r"^(\d*)([-+=.!:)])")
_ADDRESS: Final = re.compile(r"(?i)(www|https?|ftp|mailto|xmpp)([.:])")
_BAR_WIDTH: Final = 24


def escape(text: str) -> str:
    """Return text that shows literally in CommonMark, GitHub's dialect and spreadsheets."""
    safe = _SPECIAL.sub(r"\\\1", tame(text))
    return _ADDRESS.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", safe))


def render(document: Document) -> str:
    """Write the whole document."""
    parts = [f"# {escape(document.title)}", f"**{escape(document.subtitle)}** · {document.day}"]
    parts += [section(part) for part in document.sections]
    return "\n\n".join([*parts, f"*{escape(document.footer)}*"]) + "\n"


def section(part: Section, *, level: int = 2) -> str:
    """Write one section under its heading."""
    blocks = "\n\n".join(block(item) for item in part.blocks)
    return f"{'#' * level} {escape(part.title)}\n\n{blocks}"


@singledispatch
def block(item: Block) -> str:
    """Write one block."""
    raise TypeError(type(item))


@block.register
def _(item: Paragraph) -> str:
    return f"**{escape(item.text)}**" if item.strong else escape(item.text)


@block.register
def _(item: Terms) -> str:
    return "\n".join(f"- **{escape(term)}** {escape(text)}" for term, text in item.pairs)


@block.register
def _(item: Table) -> str:
    rule = ["---:" if index in item.numeric else "---" for index in range(len(item.head))]
    rows = [
        [escape(cell) for cell in item.head],
        rule,
        *([escape(cell) for cell in row] for row in item.rows),
    ]
    return f"**{escape(item.caption)}**\n\n{_rows(rows)}"


@block.register
def _(item: Steps) -> str:
    lines = [
        f"{n}. **{escape(title)}**  \n   {escape(until)}"
        for n, (_, title, until) in enumerate(item.items, start=item.first)
    ]
    return "\n".join([f"### {escape(item.title)}", "", *lines])


@block.register
def _(item: Bars) -> str:
    most = max((bar.value for bar in item.bars), default=0.0) or 1.0
    head = [escape(item.title), "", ""]
    rows = [
        [escape(bar.label), "█" * round(bar.value / most * _BAR_WIDTH), escape(bar.shown)]
        for bar in item.bars
    ]
    return _rows([head, ["---", "---", "---:"], *rows])


@block.register
def _(item: Argument) -> str:
    lines = [f"### {escape(item.title)}", ""]
    lines += [f"- **{escape(term)}** {escape(text)}" for term, text in item.pairs]
    lines += [
        f"- **{escape(say('report_document.evidence'))}** {escape(said.says)} ({escape(said.supports)}) [{said.number}]"
        for said in item.evidence
    ]
    return "\n".join(lines)


@block.register
def _(item: References) -> str:
    return "\n".join(f"{ref.number}. {escape(ref.text)}{_link(ref.url)}" for ref in item.items)


def _link(url: str) -> str:
    safe = re.fullmatch(r"https?://[\w\-.~:/?#@!$&'*+,;=%]+", url)
    return f" <{url}>" if safe else ""


def _rows(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
