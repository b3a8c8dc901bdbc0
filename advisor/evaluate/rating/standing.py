"""Ratings in, how things stand out: who is preferred, whether raters agree, whether one may stop."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl

from advisor.catalog import Record
from advisor.evaluate.judging.agreement import ac1
from advisor.evaluate.records import Score
from advisor.evaluate.statistics.sequential import confidence_sequence
from advisor.evaluate.verdict import points, signed

ALIKE = 0.2
"""Within this many tenths of preference both ways, two arms are called alike."""
FEWEST = 5


class Standing(Record):
    """What the ratings say so far; valid however often one looks."""

    a: str
    """Name of one arm."""
    b: str
    """Name of the other arm."""
    rated: int
    """Rows rated, by anyone."""
    raters: int
    """Number of people who rated."""
    preference: Score | None
    """Share that prefers a less share that prefers b, with a range that is valid at any time; null before the first."""
    agreement: Score | None
    """Mean of Gwet's AC1 over pairs of raters, on the rows that both rated; null below two raters."""
    may_stop: bool
    """Whether more ratings would hardly change what is shown."""
    because: str
    """The standing as a sentence."""


def standing(ratings: pl.DataFrame, a: str, b: str) -> Standing:
    """Return how two arms compare after some ratings: example, rater, choice (``a``, ``b``, ``tie``), in order of arrival.

    Rows are the unit: several raters of one row are averaged. Rows on which both arms said the same take no part; the
    preference is that between answers that differ.
    """
    sign = pl.when(pl.col("choice") == "a").then(1.0).when(pl.col("choice") == "b").then(-1.0).otherwise(0.0)
    rows = ratings.group_by("example", maintain_order=True).agg(sign.mean().alias("preference"))
    told = rows["preference"].to_numpy().astype(np.float64)
    score = None
    if len(told):
        low, high = confidence_sequence(told)
        score = Score(value=float(told.mean()), low=low, high=high)
    stop, because = _stop(score, len(told), a, b)
    return Standing(
        a=a, b=b, rated=len(told), raters=ratings["rater"].n_unique(), preference=score, agreement=_agreement(ratings),
        may_stop=stop, because=because,
    )  # fmt: skip


def _stop(score: Score | None, rated: int, a: str, b: str) -> tuple[bool, str]:
    if score is None or rated < FEWEST:
        return False, "continue: nothing can be said yet"
    interval = f"({signed(score.low)} to {signed(score.high)}, valid at any time)"
    if score.low > 0 or score.high < 0:
        winner, loser = (a, b) if score.low > 0 else (b, a)
        lead = points(abs(score.value))
        return (
            True,
            f"you can stop here: {winner} is preferred to {loser} by {lead} points {interval} after {rated} rows",
        )
    if score.low > -ALIKE and score.high < ALIKE:
        return (
            True,
            f"you can stop here: {a} and {b} are alike within {points(ALIKE)} points {interval} after {rated} rows",
        )
    return False, f"continue: {rated} rows are rated, and either may be the better one {interval}"


def _agreement(ratings: pl.DataFrame) -> Score | None:
    found = []
    for one, other in combinations(sorted(ratings["rater"].unique()), 2):
        both = ratings.filter(pl.col("rater") == one).join(
            ratings.filter(pl.col("rater") == other), on="example"
        )
        score = ac1(both["choice"].to_list(), both["choice_right"].to_list())
        if score is not None:
            found.append(score)
    if not found:
        return None
    return Score(
        **{end: float(np.mean([getattr(one, end) for one in found])) for end in ("value", "low", "high")}
    )
