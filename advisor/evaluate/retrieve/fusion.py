"""Two indexes joined by weight: each one's scores over its best, added; the weight is fitted on questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.evaluate.retrieve.quality import score_retrieval
from advisor.evaluate.retrieve.searching import FOUND, Index

DEPTH = 4
"""How many times as many passages as wanted each index is asked for."""
SHALLOWEST = 50
STEPS = 10


class Fused:
    """Finds passages by words and by meaning."""

    def __init__(self, by_words: Index, by_meaning: Index, weight: float) -> None:
        self.by_words, self.by_meaning, self.weight = by_words, by_meaning, weight

    def search(self, queries: Sequence[str], k: int) -> pl.DataFrame:
        """Find the best passages of each query: query, rank, passage_id, score (0 to 1)."""
        depth = max(DEPTH * k, SHALLOWEST)
        both = [index.search(queries, depth) for index in (self.by_words, self.by_meaning)]
        return fused(*both, weight=self.weight, k=k)


def fused(by_words: pl.DataFrame, by_meaning: pl.DataFrame, *, weight: float, k: int) -> pl.DataFrame:
    """Join what two indexes found for the same queries.

    A score counts as its share of the query's best one in the same index (Bruch et al. 2023, a convex combination);
    what an index did not find has 0 there.

    Args:
        by_words: What one index found: query, rank, passage_id, score.
        by_meaning: What the other found.
        weight: Share of ``by_meaning``, 0 to 1.
        k: Most passages of one query.
    """
    parts = [_shares(by_words, 1 - weight), _shares(by_meaning, weight)]
    joined = pl.concat(parts).group_by("query", "passage_id").agg(pl.col("score").sum(), pl.col("rank").min())
    ordered = joined.filter(pl.col("score") > 0).sort(
        ["query", "score", "rank", "passage_id"], descending=[False, True, False, False]
    )
    ranked = ordered.with_columns(pl.int_range(1, pl.len() + 1).over("query").alias("rank"))
    return ranked.filter(pl.col("rank") <= k).select(list(FOUND)).cast(FOUND)  # type: ignore[arg-type]


def _shares(found: pl.DataFrame, weight: float) -> pl.DataFrame:
    # A cosine may be negative; nothing speaks for such a passage.
    top = pl.col("score").max().over("query")
    share = pl.when(top > 0).then(pl.col("score").clip(0) / top).otherwise(0.0)
    return found.select("query", "passage_id", "rank", (weight * share).alias("score"))


def fit_weight(
    by_words: Index, by_meaning: Index, queries: Sequence[str], wanted: pl.DataFrame, *, k: int = 5
) -> float:
    """Choose the weight of a fusion by the mean reciprocal rank on questions with known passages, never held-out ones.

    Args:
        by_words: The index over words.
        by_meaning: The index over embeddings.
        queries: The questions.
        wanted: Row i holds the right ``passages`` of query i, as in `score_retrieval`.
        k: Passages that count.

    Returns:
        Of the weights, in steps of a tenth, that are not worse than the best by more than the standard error of the
        difference, the one nearest to a half: what few questions do not show is not believed.
    """
    both = [index.search(queries, max(DEPTH * k, SHALLOWEST)) for index in (by_words, by_meaning)]
    weights = np.arange(STEPS + 1) / STEPS
    values = np.stack([_reciprocal(fused(*both, weight=float(one), k=k), wanted, k) for one in weights])
    behind = values[values.mean(axis=1).argmax()] - values
    error = behind.std(axis=1, ddof=1) / np.sqrt(behind.shape[1]) if behind.shape[1] > 1 else 0.0
    good = weights[behind.mean(axis=1) <= error + 1e-12]
    return float(good[np.abs(good - 0.5).argmin()])


def _reciprocal(found: pl.DataFrame, wanted: pl.DataFrame, k: int) -> NDArray[np.float64]:
    scores = score_retrieval(found, wanted, ks=(k,)).filter(pl.col("metric") == f"mrr@{k}")
    return scores["score"].to_numpy()
