"""Answers and wanted answers in, the frame of scores out; a failed row scores 0 and is never dropped."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from advisor.evaluate.scorers import Chosen, Row


def scored(answers: pl.DataFrame, wanted: pl.DataFrame, scorers: Sequence[Chosen]) -> pl.DataFrame:
    """Score every arm by every scorer: example, group, arm, metric, score, failed.

    Args:
        answers: Answers of all arms, each with at least one row an example.
        wanted: The held-out rows.
        scorers: The scorers with their arguments.
    """
    joined = answers.join(wanted, on="example", how="left", maintain_order="left")
    parts = [_by(arm, one) for arm in joined.partition_by("arm", maintain_order=True) for one in scorers]
    return pl.concat(parts)


def logged(answers: pl.DataFrame, wanted: pl.DataFrame, metric: str) -> pl.DataFrame:
    """Take the scores that the files themselves give, as a metric; a failed row scores 0."""
    joined = answers.join(wanted, on="example", how="left", maintain_order="left")
    failed = pl.col("answer").is_null()
    return _mean(joined.with_columns(pl.when(failed).then(0.0).otherwise("logged").alias("score")), metric)


def _by(arm: pl.DataFrame, one: Chosen) -> pl.DataFrame:
    there = pl.Series(range(len(arm))).filter(arm["answer"].is_not_null())
    asked = arm if one.scorer.whole else arm[there]
    rows = [_row(row) for row in asked.iter_rows(named=True)]
    values = one.scorer.score(rows, one.argument) if rows else []
    scores = [0.0] * len(arm)
    for at, value in zip(range(len(arm)) if one.scorer.whole else there, values, strict=True):
        scores[at] = value
    return _mean(arm.with_columns(pl.Series("score", scores, dtype=pl.Float64)), one.name)


def _row(row: dict[str, object]) -> Row:
    return Row(
        str(row["answer"] or ""),
        tuple(row["references"] or ()),  # type: ignore[arg-type]
        tuple(row["passages"] or ()),  # type: ignore[arg-type]
        tuple(row["cited"] or ()),  # type: ignore[arg-type]
    )


def _mean(arm: pl.DataFrame, metric: str) -> pl.DataFrame:
    # Several answers to one example (epochs) are one row: their mean.
    return arm.group_by("example", "group", "arm", maintain_order=True).agg(
        pl.lit(metric).alias("metric"),
        pl.col("score").mean(),
        pl.col("answer").is_null().all().alias("failed"),
    )
