"""Is this judge worth asking: judgements of pairs whose better side is known, and people's, in; its faults out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from advisor.evaluate.judging.agreement import ac1
from advisor.evaluate.judging.faults import CONSTANT, FEWEST_PAIRS, faults_of, sentence_of
from advisor.evaluate.records import Calibration, Score
from advisor.evaluate.statistics.intervals import Floats, difference_interval, mean_interval


class Evidence(NamedTuple):
    """What a judge is measured against."""

    known: pl.DataFrame
    """Pairs whose better answer is known by construction: example, a, b, better (``a`` or ``b``)."""
    people: pl.DataFrame | None = None
    """What people say of pairs: example, a, b, choice; several rows a pair where several people rated."""
    words: pl.DataFrame | None = None
    """The length of each answer: example, arm, words."""
    own_family: frozenset[str] = frozenset()
    """Arms that come from the judge's own family of models."""


def calibrate(judge: str, judgements: pl.DataFrame, evidence: Evidence) -> Calibration:
    """Measure a judge and accept or refuse it.

    Args:
        judge: Its name.
        judgements: example, a, b, order, choice; every pair in both orders.
        evidence: What it is measured against.
    """
    known, people = evidence.known, evidence.people
    read = judgements.filter(pl.col("choice").is_not_null())
    readable = len(read) / max(len(judgements), 1)
    told = _with_sides(_by_pair(read), evidence).join(
        _truth(known, people), on=["example", "a", "b"], how="left", maintain_order="left"
    )
    found: dict[str, Score | None] = {
        "known": _known(told, known),
        "position": interval_of((told["first"] - told["second"]).to_numpy()),
        "length": _excess(told, "longer"),
        "family": _excess(told, "related"),
    }
    constant, agreement = _constant(read), _agreement(told, people)
    same = told["same"].drop_nulls()
    faults = faults_of(found, agreement, constant, readable)
    return Calibration(
        judge=judge, accepted=not faults, because=sentence_of(judge, faults, constant, found), faults=faults,
        pairs=len(told), readable=readable, same_in_both_orders=float(same.mean()) if len(same) else None,  # type: ignore[arg-type]
        people=agreement, **found,
    )  # fmt: skip


def preferences(judgements: pl.DataFrame) -> pl.DataFrame:
    """Return one row a pair, both orders averaged: example, a, b, preference (1 is a, -1 is b)."""
    told = _by_pair(judgements.filter(pl.col("choice").is_not_null()))
    return told.select("example", "a", "b", "preference")


def _by_pair(read: pl.DataFrame) -> pl.DataFrame:
    value = pl.when(pl.col("choice") == "a").then(1.0).when(pl.col("choice") == "b").then(-1.0).otherwise(0.0)
    # A choice of the side shown first: a in the order ab, b in the order ba.
    turned = value * pl.when(pl.col("order") == "ab").then(1.0).otherwise(-1.0)
    return (
        read.with_columns(value.alias("value"), turned.alias("turned"))
        .group_by("example", "a", "b", maintain_order=True)
        .agg(
            pl.col("value").mean().alias("preference"),
            (pl.col("turned") > 0).mean().alias("first"),
            (pl.col("turned") < 0).mean().alias("second"),
            pl.when(pl.col("order").n_unique() == 2).then(pl.col("choice").n_unique() == 1).alias("same"),
        )
    )


def _truth(known: pl.DataFrame, people: pl.DataFrame | None) -> pl.DataFrame:
    # 1 where a is better, -1 where b is: by construction, or by people's word.
    parts = [known.select("example", "a", "b", _sign("better").alias("truth"))]
    if people is not None and len(people):
        voted = people.group_by("example", "a", "b", maintain_order=True).agg(
            _sign("choice").mean().alias("truth")
        )
        parts.append(voted)
    return pl.concat(parts).unique(["example", "a", "b"], keep="first", maintain_order=True)


def _sign(column: str) -> pl.Expr:
    return pl.when(pl.col(column) == "a").then(1.0).when(pl.col(column) == "b").then(-1.0).otherwise(0.0)


def _with_sides(told: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    words, own = evidence.words, evidence.own_family
    # 1 where a is the longer (or of the judge's family), -1 where b is, 0 where neither or both are, null where unknown.
    related = pl.col("a").is_in(sorted(own)).cast(pl.Float64) - pl.col("b").is_in(sorted(own)).cast(
        pl.Float64
    )
    told = told.with_columns(related.alias("related"))
    if words is None:
        return told.with_columns(pl.lit(None, pl.Float64).alias("longer"))
    for side in ("a", "b"):
        counts = words.select("example", pl.col("arm").alias(side), pl.col("words").alias(f"words_{side}"))
        told = told.join(counts, on=["example", side], how="left", maintain_order="left")
    return told.with_columns((pl.col("words_a") - pl.col("words_b")).sign().cast(pl.Float64).alias("longer"))


def _known(told: pl.DataFrame, known: pl.DataFrame) -> Score | None:
    pairs = told.join(known.select("example", "a", "b", "better"), on=["example", "a", "b"])
    one = interval_of((pairs["preference"] * pairs.select(_sign("better")).to_series()).to_numpy())
    return (
        None
        if one is None
        else Score(value=(1 + one.value) / 2, low=(1 + one.low) / 2, high=(1 + one.high) / 2)
    )


def _excess(told: pl.DataFrame, side: str) -> Score | None:
    """Return how much more often the judge is right where this side is better than where the other is.

    Noise alone makes a judge wrong on both alike, so that it is not a bias.
    """
    pairs = told.filter(pl.col("truth").fill_null(0) != 0, pl.col(side).fill_null(0) != 0)
    right = (1 + pairs["preference"] * pairs["truth"].sign()) / 2
    with_it = (pairs["truth"].sign() * pairs[side]).to_numpy() > 0
    groups = [right.to_numpy()[with_it], right.to_numpy()[~with_it]]
    if min(map(len, groups)) < FEWEST_PAIRS:
        return None
    one, other = (mean_interval(group) for group in groups)
    # Each side keeps the asymmetry of its own interval (Newcombe 1998, method 10).
    value = one.value - other.value
    low = value - float(np.hypot(one.value - one.low, other.high - other.value))
    high = value + float(np.hypot(one.high - one.value, other.value - other.low))
    return Score(value=value, low=max(-1.0, low), high=min(1.0, high))


def interval_of(values: Floats) -> Score | None:
    """Return the mean of differences with its interval; None where too few tell."""
    if len(values) < FEWEST_PAIRS:
        return None
    one = difference_interval(np.asarray(values, dtype=np.float64))
    return Score(value=one.value, low=one.low, high=one.high)


def _agreement(told: pl.DataFrame, people: pl.DataFrame | None) -> Score | None:
    if people is None or not len(people):
        return None
    word = (
        pl.when(pl.col("mean") > 0)
        .then(pl.lit("a"))
        .when(pl.col("mean") < 0)
        .then(pl.lit("b"))
        .otherwise(pl.lit("tie"))
    )
    voted = people.group_by("example", "a", "b", maintain_order=True).agg(
        _sign("choice").mean().alias("mean")
    )
    both = told.select("example", "a", "b", pl.col("preference").alias("mean")).join(
        voted, on=["example", "a", "b"], suffix="_people", maintain_order="left"
    )
    judged = both.select(word)["literal"].to_list()
    said = both.select(pl.col("mean_people").alias("mean")).select(word)["literal"].to_list()
    return ac1(judged, said)


def _constant(read: pl.DataFrame) -> str | None:
    """Return the word that a judge says nearly always: first, second, tie; None where it says several."""
    if len(read) < 2 * FEWEST_PAIRS:
        return None
    shown = (
        pl.when(pl.col("choice") == "tie").then(pl.lit("tie"))
        .when((pl.col("choice") == "a") == (pl.col("order") == "ab")).then(pl.lit("first")).otherwise(pl.lit("second"))
    )  # fmt: skip
    counts = read.select(shown.alias("word"))["word"].value_counts(sort=True)
    return str(counts["word"][0]) if counts["count"][0] >= CONSTANT * len(read) else None
