"""What every index shares: the call, the frame of what was found, and the best of many scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.errors import AdvisorError

FOUND = {"query": pl.Int64, "rank": pl.Int64, "passage_id": pl.String, "score": pl.Float64}


class Index(Protocol):
    """Finds passages; every kind answers the same call with the same frame."""

    def search(self, queries: Sequence[str], k: int) -> pl.DataFrame:
        """Find the best passages of each query, alike ones in the order of the passages.

        Args:
            queries: Questions; a query is known by its position, from 0.
            k: Most passages of one query; fewer come back where fewer have anything to do with it.

        Returns:
            query, rank (from 1), passage_id, score (higher is better, comparable within one query only).
        """
        ...


def check_passages(passages: pl.DataFrame) -> None:
    """Refuse passages that cannot be told apart, and none at all."""
    ids = passages["passage_id"]
    twice = ids.filter(ids.is_duplicated())
    if len(ids) and not len(twice):
        return
    raise AdvisorError(
        f"the passage '{twice[0]}' occurs twice" if len(twice) else "there is no passage to search",
        place="passages",
        remedy="Give each passage an id of its own." if len(twice) else "Name documents that hold some text.",
    )


def best(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """Return the positions of the k highest scores, highest first; what is alike keeps its order."""
    k = min(k, len(scores))
    if k <= 0:
        return np.zeros(0, np.int64)
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    at = np.flatnonzero(scores >= least)
    return np.asarray(at[np.argsort(-scores[at], kind="stable")][:k], np.int64)


def found_frame(
    ids: pl.Series, hits: Sequence[tuple[NDArray[np.int64], NDArray[np.floating]]]
) -> pl.DataFrame:
    """Lay out what was found: positions of passages and their scores, one pair a query."""
    counts = [len(at) for at, _ in hits]
    positions = np.concatenate([at for at, _ in hits]) if hits else np.zeros(0, np.int64)
    scores = np.concatenate([score for _, score in hits]) if hits else np.zeros(0)
    return pl.DataFrame(
        {
            "query": np.repeat(np.arange(len(hits)), counts),
            "rank": np.concatenate([np.arange(1, count + 1) for count in counts]) if hits else positions,
            "passage_id": ids.gather(positions),
            "score": scores.astype(np.float64),
        },
        schema=FOUND,
    )
