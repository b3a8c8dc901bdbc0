"""Scores in (one row per example, arm and metric), results and paired differences out, frame to frame.

A frame of scores has the columns ``example``, ``group`` (null where rows are independent), ``arm``, ``metric``,
``score`` and ``failed``. Nothing depends on the order of rows or arms.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.evaluate.statistics.intervals import Floats, difference_interval, mean_interval
from advisor.evaluate.statistics.significance import holm, sign_flip

EXACT = "cluster-robust t interval with a quarter of a win and of a loss added; exact sign-flip test"
# No arm is called so: their names do not begin with a space.
EXAMPLE, GROUP = " example", " group"
MCNEMAR = "t interval with a quarter of a win and of a loss added; McNemar's exact test"


class Table(NamedTuple):
    """The scores of one metric: rows in order of their ids, arms from the best to the worst."""

    arms: list[str]
    scores: Floats
    """Scores, shape (rows, arms)."""
    groups: NDArray[np.int64] | None
    """Cluster of each row, None where rows are independent."""


def table_of(scores: pl.DataFrame, metric: str) -> Table:
    """Lay the scores of one metric out as a matrix; every arm has been scored on every row."""
    wide = wide_table(scores, metric)
    means = {arm: float(wide[arm].mean()) for arm in wide.columns[2:]}  # type: ignore[arg-type]
    arms = sorted(means, key=lambda arm: (-round(means[arm], 12), arm))
    return Table(arms, wide.select(arms).to_numpy().astype(np.float64), _codes(wide[GROUP]))


def wide_table(scores: pl.DataFrame, metric: str) -> pl.DataFrame:
    """Return one row an example in order of their ids, with `EXAMPLE`, `GROUP` and a column of scores for each arm."""
    return (
        scores.filter(pl.col("metric") == metric)
        .rename({"example": EXAMPLE, "group": GROUP})
        .pivot(on="arm", index=[EXAMPLE, GROUP], values="score")
        .sort(EXAMPLE)
    )


def _codes(groups: pl.Series) -> NDArray[np.int64] | None:
    if groups.null_count() == len(groups) or groups.n_unique() == len(groups):
        return None
    # A row without a group is one of its own.
    named = [f"g{name}" if name is not None else f"r{row}" for row, name in enumerate(groups)]
    return np.asarray(np.unique(named, return_inverse=True)[1], dtype=np.int64)


def arm_scores(scores: pl.DataFrame, *, confidence: float = 0.95) -> pl.DataFrame:
    """Return mean and interval of every arm on every metric: arm, metric, n, failed, value, low, high."""
    rows: list[dict[str, Any]] = []
    for metric in _metrics(scores):
        table = table_of(scores, metric)
        for column, arm in enumerate(table.arms):
            one = mean_interval(table.scores[:, column], table.groups, confidence=confidence)
            rows.append({"arm": arm, "metric": metric, "value": one.value, "low": one.low, "high": one.high})
    counts = scores.group_by("arm", "metric").agg(pl.len().alias("n"), pl.col("failed").sum())
    return pl.DataFrame(rows).join(counts, on=["arm", "metric"], how="left", maintain_order="left")


def differences(scores: pl.DataFrame, *, confidence: float = 0.95) -> pl.DataFrame:
    """Return every pair of arms on every metric: a, b, metric, n, difference, low, high, p, p_holm, method.

    Holm's correction is over the pairs of one metric.
    """
    rows: list[dict[str, Any]] = []
    for metric in _metrics(scores):
        table = table_of(scores, metric)
        pairs = list(combinations(range(len(table.arms)), 2))
        found = [_pair(table, pair, metric, confidence) for pair in pairs]
        adjusted = holm([one["p"] for one in found])
        rows += [one | {"p_holm": p} for one, p in zip(found, adjusted, strict=True)]
    return pl.DataFrame(rows)


def _metrics(scores: pl.DataFrame) -> list[str]:
    return scores["metric"].unique(maintain_order=True).to_list()


def _pair(table: Table, pair: tuple[int, int], metric: str, confidence: float) -> dict[str, Any]:
    left, right = pair
    told = table.scores[:, left] - table.scores[:, right]
    one = difference_interval(told, table.groups, confidence=confidence)
    plain = table.groups is None and bool(np.isin(told, (-1.0, 0.0, 1.0)).all())
    return {
        "a": table.arms[left], "b": table.arms[right], "metric": metric, "n": len(told),
        "difference": one.value, "low": one.low, "high": one.high,
        "p": sign_flip(told, table.groups), "method": MCNEMAR if plain else EXACT,
    }  # fmt: skip
