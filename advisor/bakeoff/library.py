"""The documents of a run as passages that can be searched; the same index serves training rows and held-out ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from advisor.errors import missing_extra

Nearest = Callable[[str, int], list[int]]
"""A question and how many in; places of the nearest texts out, the best first."""


class Library:
    """Passages by id."""

    def __init__(self, passages: dict[str, str]) -> None:
        self._passages = passages
        self._ids = list(passages)
        self._nearest = index_of(list(passages.values()))

    def search(self, question: str, count: int) -> list[str]:
        """Return the ids of the passages found, the best first."""
        return [self._ids[at] for at in self._nearest(question, count)]

    def text(self, passage: str) -> str:
        """Return what a passage says."""
        return self._passages[passage]

    def texts(self) -> list[str]:
        """Return all passages in their order."""
        return list(self._passages.values())

    def named(self, names: Sequence[str]) -> list[str]:
        """Return the passages that a row names, by their id or by the document that they are of."""
        wanted = set(names)
        return [one for one in self._ids if one in wanted or Path(one.partition("#")[0]).stem in wanted]


def index_of(texts: Sequence[str]) -> Nearest:
    """Index texts by their words (BM25)."""
    try:
        import bm25s
    except ImportError as error:
        raise missing_extra("bm25s", "evaluate", purpose="Looking passages up") from error

    def words(many: Sequence[str]) -> object:
        return bm25s.tokenize(list(many), stopwords="en", show_progress=False)

    index = bm25s.BM25()
    index.index(words(texts), show_progress=False)

    def nearest(question: str, count: int) -> list[int]:
        found, _ = index.retrieve(words([question]), k=min(count, len(texts)), show_progress=False)
        return [int(at) for at in found[0]]

    return nearest


def read_library(documents: Path) -> Library:
    """Read and cut the documents of a folder."""
    return Library(
        {path.name: path.read_text(encoding="utf-8").strip() for path in sorted(documents.glob("*.md"))}
    )
