"""A report before it has a format: sections of plain-text blocks that each renderer escapes in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.wording import say


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Terms:
    """Terms with their texts, such as an answer beside its question."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table; ``numeric`` names the columns that hold numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Steps:
    """An order to try: what to do, until when, and the strategy it belongs to."""

    items: tuple[tuple[str, str, str], ...]
    """Strategy id, what to do, until when."""
    title: str
    """The strategy that the steps belong to, as people read it."""
    first: int = 1
    """Number of the first step; a way goes on counting from strategy to strategy."""


@dataclass(frozen=True)
class Bar:
    """One bar of a chart; ``low`` and ``high`` draw its range where they differ from the value."""

    label: str
    value: float
    shown: str
    strategy: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bars:
    """A bar chart with its reading in words."""

    title: str
    bars: tuple[Bar, ...]
    alt: str


@dataclass(frozen=True)
class Said:
    """What one source says, and its number in the list of sources."""

    says: str
    supports: str
    number: int


@dataclass(frozen=True)
class Argument:
    """A reason: the rule, what is to be said about it, and who says so."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    evidence: tuple[Said, ...]


@dataclass(frozen=True)
class Reference:
    """A numbered entry in the list of sources."""

    number: int
    text: str
    url: str


@dataclass(frozen=True)
class References:
    """The list of sources."""

    items: tuple[Reference, ...]


Block = Paragraph | Terms | Table | Steps | Bars | Argument | References


@dataclass(frozen=True)
class Section:
    """A heading and what is under it."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    subtitle: str
    day: str
    footer: str
    first: str
    """The recommended strategy; renderers take the accent from it."""
    sections: tuple[Section, ...] = field(default_factory=tuple)


def around(document: Document) -> dict[str, str]:
    """Return what the templates write around the blocks, and the language of it all."""
    return {
        "language": say("report_document.language"),
        "over": say("report_document.recommendation_of", day=document.day),
        "contents": say("report_document.contents"),
        "evidence": say("report_document.evidence"),
    }
