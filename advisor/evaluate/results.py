"""Frames of answers and scores in, the records that are printed out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from advisor.evaluate.comparing import EXAMPLE, arm_scores, table_of, wide_table
from advisor.evaluate.records import ArmResult, DifferingRow, Score

MOST_DIFFERING = 500


class Frames(NamedTuple):
    """What a comparison rests on."""

    answers: pl.DataFrame
    """One row an answer, every arm on every held-out row."""
    wanted: pl.DataFrame
    """One row a held-out example."""
    scores: pl.DataFrame
    """One row for each example, arm and metric."""

    def without(self, examples: set[str]) -> Frames:
        """Return the frames without these examples."""
        kept = ~pl.col("example").is_in(sorted(examples))
        return Frames(*(frame.filter(kept) for frame in self))


def arm_results(frames: Frames, *, confidence: float) -> dict[str, ArmResult]:
    """Return what each arm achieved, cost and took."""
    answers = frames.answers
    told = arm_scores(frames.scores, confidence=confidence)
    results = {}
    for name in answers["arm"].unique(maintain_order=True):
        mine, own = told.filter(pl.col("arm") == name), answers.filter(pl.col("arm") == name)
        results[name] = ArmResult(
            n=int(mine["n"][0]), failed=int(mine["failed"][0]),
            scores={row["metric"]: Score(value=row["value"], low=row["low"], high=row["high"]) for row in mine.iter_rows(named=True)},
            **_means(own),
        )  # fmt: skip
    return results


def _means(answers: pl.DataFrame) -> dict[str, float | None]:
    # A figure that some answers lack is unknown for the arm: a mean over the others may be another figure.
    there = answers.filter(pl.col("answer").is_not_null())

    def whole(column: str) -> pl.Series | None:
        return there[column] if len(there) and not there[column].null_count() else None

    usd, seconds = whole("usd"), whole("seconds")
    tokens = {name: whole(name) for name in ("tokens_in", "tokens_out")}
    return {
        "usd_per_1k": None if usd is None else 1000 * float(usd.mean()),  # type: ignore[arg-type]
        "seconds_p50": None if seconds is None else seconds.quantile(0.5, "linear"),
        "seconds_p95": None if seconds is None else seconds.quantile(0.95, "linear"),
        **{name: None if one is None else float(one.mean()) for name, one in tokens.items()},  # type: ignore[arg-type]
    }


def differing_rows(frames: Frames, metric: str) -> list[DifferingRow]:
    """Return the rows on which the arms do not score alike, those that differ most first; at most 500."""
    table = table_of(frames.scores, metric)
    wide = wide_table(frames.scores, metric)
    spread = pl.max_horizontal(table.arms) - pl.min_horizontal(table.arms)
    told = wide.filter(spread > 1e-9).sort(spread, descending=True, maintain_order=True).head(MOST_DIFFERING)
    spoken: Mapping[tuple[str, str], str | None] = {
        (row["arm"], row["example"]): row["answer"] for row in frames.answers.iter_rows(named=True)
    }
    references = {
        row["example"]: (row["references"] or [None])[0] for row in frames.wanted.iter_rows(named=True)
    }
    return [
        DifferingRow(
            example=row[EXAMPLE], reference=references.get(row[EXAMPLE]), scores={arm: row[arm] for arm in table.arms},
            answers={arm: spoken.get((arm, row[EXAMPLE])) for arm in table.arms},
        )
        for row in told.iter_rows(named=True)
    ]  # fmt: skip
