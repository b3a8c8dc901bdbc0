"""The documents of a run as passages that can be searched; the same index serves training rows and held-out ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from advisor.evaluate.retrieve import (
    CutOptions,
    Index,
    IndexOptions,
    build_index,
    cut,
    fit_weight,
    read_documents,
    score_retrieval,
)

Nearest = Callable[[str, int], list[int]]
"""A question and how many in; places of the nearest texts out, the best first; fewer where fewer have words in common."""


class Known(NamedTuple):
    """Questions whose passages are known, on which the weight of a fusion is fitted: training rows only."""

    questions: tuple[str, ...]
    passages: tuple[tuple[str, ...], ...]


class Library:
    """Documents, their passages and the index over them."""

    def __init__(self, texts: pl.DataFrame, passages: pl.DataFrame, index: Index, note: str = "") -> None:
        self._documents = texts["text"].to_list()
        self._passages = dict(passages.select("passage_id", "text").iter_rows())
        self._index = index
        self.note = note
        """What was not read, in words; empty where everything was."""

    def search(self, question: str, count: int) -> list[str]:
        """Return the ids of the passages found, the best first."""
        return self._index.search([question], count)["passage_id"].to_list()

    def text(self, passage: str) -> str:
        """Return what a passage says."""
        return str(self._passages[passage])

    def documents(self) -> list[str]:
        """Return all documents, whole."""
        return list(self._documents)

    def quality(self, known: Known, count: int) -> dict[str, float] | None:
        """Return recall and mean reciprocal rank on questions whose passages are known; None where none are."""
        right = [self.named(names) for names in known.passages]
        if not any(right):
            return None
        wanted = pl.DataFrame({"example": [str(at) for at in range(len(right))], "passages": right})
        scores = score_retrieval(self._index.search(known.questions, count), wanted, ks=(count,))
        return dict(scores.group_by("metric", maintain_order=True).agg(pl.col("score").mean()).iter_rows())

    def named(self, names: Sequence[str]) -> list[str]:
        """Return the passages that a row names: by their id, by their document, or by its name without the ending."""
        wanted = set(names)
        return [one for one in self._passages if wanted & _names(one)]


def _names(passage: str) -> set[str]:
    document = passage.rpartition("#")[0]
    return {passage, document, Path(document).name, Path(document).stem}


def read_library(
    documents: Path, kind: str = "bm25", tokens: int = 256, known: Known | None = None
) -> Library:
    """Read, cut and index the documents of a folder.

    Args:
        documents: The folder.
        kind: ``bm25``, ``static`` or ``fused``.
        tokens: Most tokens of a passage.
        known: Training questions with their passages; a fusion is weighed on them.

    Raises:
        AdvisorError: Nothing can be read, or a package for retrieval is missing.
    """
    read = read_documents(documents)
    passages = cut(read.texts, CutOptions(tokens=tokens, overlap=min(32, tokens // 8)))
    options = IndexOptions(weight=_weight(passages, known)) if kind == "fused" and known else None
    return Library(read.texts, passages, build_index(passages, kind, options), read.note())


def _weight(passages: pl.DataFrame, known: Known) -> float:
    ids = passages["passage_id"].to_list()
    right = [[one for one in ids if set(names) & _names(one)] for names in known.passages]
    wanted = pl.DataFrame({"example": [str(at) for at in range(len(right))], "passages": right})
    by_words, by_meaning = (build_index(passages, kind) for kind in ("bm25", "static"))
    return fit_weight(by_words, by_meaning, known.questions, wanted)


def index_of(texts: Sequence[str]) -> Nearest:
    """Index texts by their words (BM25)."""
    ids = [str(at) for at in range(len(texts))]
    index = build_index(pl.DataFrame({"passage_id": ids, "text": list(texts)}), "bm25")

    def nearest(question: str, count: int) -> list[int]:
        return [int(one) for one in index.search([question], count)["passage_id"]]

    return nearest
