"""The documents of a run as passages that can be searched; the same index serves training rows and held-out ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
import polars as pl

from advisor.errors import AdvisorError
from advisor.evaluate.retrieve import (
    CutOptions,
    Index,
    IndexOptions,
    build_index,
    cut,
    fit_weight,
    has_corpus,
    open_store,
    read_documents,
    score_retrieval,
    store_passages,
)
from advisor.evaluate.retrieve.fusion import Fused
from advisor.evaluate.retrieve.store import Store

Nearest = Callable[[str, int], list[int]]
"""A question and how many in; places of the nearest texts out, the best first; fewer where fewer have words in common."""


class Known(NamedTuple):
    """Questions whose passages are known, on which the weight of a fusion is fitted: training rows only."""

    questions: tuple[str, ...]
    passages: tuple[tuple[str, ...], ...]


class Library:
    """Documents, their passages and the index over them."""

    def __init__(
        self, texts: pl.DataFrame, passages: pl.DataFrame, index: Index, note: str = "", store: Store | None = None
    ) -> None:  # fmt: skip
        self._documents = texts["text"].to_list()
        self._ids = passages["passage_id"].to_list()
        # A store keeps the texts; else they are here.
        self._texts = {} if store else dict(zip(self._ids, passages["text"].to_list(), strict=True))
        self._index, self._store = index, store
        self.note = note
        """What was not read, in words; empty where everything was."""

    def search(self, question: str, count: int) -> list[str]:
        """Return the ids of the passages found, the best first."""
        return self._index.search([question], count)["passage_id"].to_list()

    def text(self, passage: str) -> str:
        """Return what a passage says."""
        if self._store is not None and passage not in self._texts:
            self._texts[passage] = self._store.passages([passage])["text"][0]
        return str(self._texts[passage])

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
        return [one for one in self._ids if wanted & _names(one)]


def _names(passage: str) -> set[str]:
    document = passage.rpartition("#")[0]
    return {passage, document, Path(document).name, Path(document).stem}


def read_library(
    documents: Path, kind: str = "bm25", tokens: int = 256, known: Known | None = None, store: str | None = None
) -> Library:  # fmt: skip
    """Read, cut and index the documents of a folder.

    Args:
        documents: The folder.
        kind: ``bm25``, ``static`` or ``fused``.
        tokens: Most tokens of a passage.
        known: Training questions with their passages; a fusion is weighed on them.
        store: Address of a PostgreSQL with pgvector that holds passages and their embeddings; in memory where null.

    Raises:
        AdvisorError: Nothing can be read, the database refuses, or a package for retrieval is missing.
    """
    read = read_documents(documents)
    passages = cut(read.texts, CutOptions(tokens=tokens, overlap=min(32, tokens // 8)))
    if store is None:
        return Library(read.texts, passages, _index(passages, kind, known), read.note())
    held = _stored(passages, store)
    return Library(read.texts, passages, _index(passages, kind, known, held), read.note(), held)


def _index(passages: pl.DataFrame, kind: str, known: Known | None, by_meaning: Index | None = None) -> Index:
    if kind != "fused":
        return by_meaning or build_index(passages, kind)
    words, meaning = build_index(passages, "bm25"), by_meaning or build_index(passages, "static")
    weight = IndexOptions().weight if known is None else _weight(passages, known, words, meaning)
    return Fused(words, meaning, weight)


def _weight(passages: pl.DataFrame, known: Known, by_words: Index, by_meaning: Index) -> float:
    ids = passages["passage_id"].to_list()
    right = [[one for one in ids if set(names) & _names(one)] for names in known.passages]
    wanted = pl.DataFrame({"example": [str(at) for at in range(len(right))], "passages": right})
    return fit_weight(by_words, by_meaning, known.questions, wanted)


def check_store(url: str | None, kind: str) -> None:
    """Refuse a store for an index that needs none, and an address with a password, which would be kept with the run."""
    if url is None:
        return
    if kind == "bm25":
        raise AdvisorError(
            "a store holds embeddings, and bm25 uses none",
            place="--store",
            remedy="Add --index static or fused.",
        )
    if urlsplit(url).password:
        raise AdvisorError(
            "the address holds a password, which would be kept with the run",
            place="--store",
            remedy="Leave it out of the address; set PGPASSWORD, or put it into the file .pgpass.",
        )


def _stored(passages: pl.DataFrame, url: str) -> Store:
    """Open the passages in a database, written there first unless they are; the same passages are the same corpus."""
    digest = hashlib.sha256()
    for row in passages.select("passage_id", "text").iter_rows():
        digest.update(orjson.dumps(row))
    name = f"bakeoff_{digest.hexdigest()[:16]}"
    return open_store(url, name) if has_corpus(url, name) else store_passages(passages, url, name)


def index_of(texts: Sequence[str]) -> Nearest:
    """Index texts by their words (BM25)."""
    ids = [str(at) for at in range(len(texts))]
    index = build_index(pl.DataFrame({"passage_id": ids, "text": list(texts)}), "bm25")

    def nearest(question: str, count: int) -> list[int]:
        return [int(one) for one in index.search([question], count)["passage_id"]]

    return nearest
