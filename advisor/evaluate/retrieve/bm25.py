"""BM25 over the words of passages, in any script; the scoring is the library bm25s."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from advisor.data.rows.plain_words import words
from advisor.errors import missing_extra
from advisor.evaluate.retrieve.searching import best, found_frame


class Bm25:
    """Finds passages that share rare words with a query; one that shares none is not found."""

    def __init__(self, passages: pl.DataFrame) -> None:
        try:
            import bm25s
        except ImportError as error:
            raise missing_extra("bm25s", "retrieve", purpose="BM25") from error
        self.ids = passages["passage_id"]
        known = [words(text) for text in passages["text"]]
        self._scores = bm25s.BM25()
        self._empty = not any(known)
        if not self._empty:
            self._scores.index(known, show_progress=False)

    def search(self, queries: Sequence[str], k: int) -> pl.DataFrame:
        """Find the best passages of each query: query, rank, passage_id, score."""
        return found_frame(self.ids, [self._hits(query, k) for query in queries])

    def _hits(self, query: str, k: int) -> tuple[np.ndarray, np.ndarray]:
        asked = [] if self._empty else [word for word in words(query) if word in self._scores.vocab_dict]
        if not asked:
            return np.zeros(0, np.int64), np.zeros(0)
        scores = self._scores.get_scores(asked)
        at = best(scores, k)
        at = at[scores[at] > 0]
        return at, scores[at]
