"""A judge compares the arms of a comparison: calibrated first, in both orders, joined with people's ratings where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from advisor.catalog import Record
from advisor.evaluate.judging.asking import RUBRIC, Ask, Pair, judged, known_pairs
from advisor.evaluate.judging.calibration import Evidence, calibrate, preferences
from advisor.evaluate.judging.prediction_powered import FEWEST_RATINGS, combined
from advisor.evaluate.records import Calibration, Score
from advisor.evaluate.results import Frames
from advisor.evaluate.scorers.wording import words
from advisor.evaluate.statistics.intervals import difference_interval
from advisor.evaluate.verdict import signed

MOST_KNOWN = 60
"""Pairs whose better answer is known; enough to find a bias of twenty points."""


class Preference(Record):
    """Which of two arms is preferred."""

    a: str
    """Name of one arm."""
    b: str
    """Name of the other arm."""
    n: int
    """Rows judged; those on which both say the same are left out, for people as for the judge."""
    judge: Score
    """Share that prefers a less share that prefers b, -1 to 1, by the judge; for grades, their mean difference."""
    people: int
    """Rows of these that people rated."""
    combined: Score | None
    """The same by what people would say (prediction-powered); null below ten rated rows."""

    def in_words(self) -> str:
        """Return who is preferred, by the judge and with people, as a sentence."""
        told = f"{self.a} against {self.b} on {self.n} rows: {_range(self.judge)} by the judge"
        if self.combined is None:
            return told + (
                f"; {self.people} rows rated by people, {FEWEST_RATINGS} are needed" if self.people else ""
            )
        return f"{told}; {_range(self.combined)} with {self.people} rows rated by people"


def _range(score: Score) -> str:
    return f"{signed(score.value)} points of preference ({signed(score.low)} to {signed(score.high)})"


class Judged(Record):
    """What a judge said, if it may say anything."""

    calibration: Calibration
    """What is known about the judge."""
    preferences: list[Preference]
    """The best arm against each other one; empty where the judge is refused."""


def calls(frames: Frames, arms: Sequence[str]) -> int:
    """Count the questions to the judge, calibration included."""
    known = min(MOST_KNOWN, len(frames.wanted))
    return 2 * (known + sum(len(_pairs(frames, arms[0], other)) for other in arms[1:]))


class Judge(NamedTuple):
    """Whom to ask, and for what."""

    name: str
    ask: Ask
    rubric: str = RUBRIC
    """What makes an answer better, as a sentence."""


async def judge_arms(
    frames: Frames, arms: Sequence[str], judge: Judge, ratings: pl.DataFrame | None = None
) -> Judged:
    """Calibrate a judge on rows whose better answer is known and, if it passes, ask it about the arms.

    Args:
        frames: The comparison.
        arms: Arms to compare, the best first; it is set against each other one.
        judge: Whom to ask.
        ratings: What people said: example, a, b, choice (``a``, ``b``, ``tie``); several rows where several rated.
    """
    people = None if ratings is None else best_first(ratings, arms[0])
    pairs, known = known_pairs(frames.wanted.head(MOST_KNOWN))
    told = await judged(pairs, judge.ask, judge.rubric)
    calibration = calibrate(judge.name, told, Evidence(known, words=_lengths(pairs)))
    if not calibration.accepted:
        return Judged(calibration=calibration, preferences=[])
    asked = [_pairs(frames, arms[0], other) for other in arms[1:]]
    parts = [await judged(one, judge.ask, judge.rubric) for one in asked]
    every = [pair for one in (pairs, *asked) for pair in one]
    calibration = calibrate(judge.name, pl.concat([told, *parts]), Evidence(known, people, _lengths(every)))
    found = [
        preference_of(preferences(part).sort("example"), people)
        for part in parts
        if calibration.accepted and len(part)
    ]
    return Judged(calibration=calibration, preferences=found)


def best_first(ratings: pl.DataFrame, best: str) -> pl.DataFrame:
    """Turn ratings so that the best arm is a, as it is in what the judge is asked; they name two arms in any order."""
    turned = pl.col("b") == best
    choice = pl.when(turned).then(pl.col("choice").replace({"a": "b", "b": "a"})).otherwise("choice")
    return ratings.select(
        "example",
        pl.when(turned).then("b").otherwise("a").alias("a"),
        pl.when(turned).then("a").otherwise("b").alias("b"),
        choice.alias("choice"),
    )


def _pairs(frames: Frames, a: str, b: str) -> list[Pair]:
    answers = {
        (row["arm"], row["example"]): row["answer"] or "" for row in frames.answers.iter_rows(named=True)
    }
    return [
        Pair(
            row["example"], row["input"] or "", (row["references"] or [None])[0], a, b,
            answers[a, row["example"]], answers[b, row["example"]],
        )
        for row in frames.wanted.iter_rows(named=True)
        if answers[a, row["example"]] != answers[b, row["example"]]
    ]  # fmt: skip


def _lengths(pairs: Sequence[Pair]) -> pl.DataFrame:
    rows = {
        (pair.example, arm): {"example": pair.example, "arm": arm, "words": len(words(answer))}
        for pair in pairs
        for arm, answer in ((pair.a, pair.answer_a), (pair.b, pair.answer_b))
    }
    return pl.DataFrame(
        list(rows.values()), schema={"example": pl.String, "arm": pl.String, "words": pl.Int64}
    )


def preference_of(judge: pl.DataFrame, people: pl.DataFrame | None) -> Preference:
    """Return which of two arms is preferred: by the judge (example, a, b, preference), and joined with people's ratings."""
    values = judge["preference"].to_numpy()
    one = difference_interval(values)
    rated = _rated(judge, people)
    there = rated.is_not_null().to_numpy()
    both = None
    if there.sum() >= FEWEST_RATINGS:
        both = combined(rated.drop_nulls().to_numpy(), values[there], values[~there])
    return Preference(
        a=judge["a"][0], b=judge["b"][0], n=len(judge), judge=Score(value=one.value, low=one.low, high=one.high),
        people=int(there.sum()), combined=both,
    )  # fmt: skip


def _rated(judge: pl.DataFrame, people: pl.DataFrame | None) -> pl.Series:
    if people is None:
        return pl.Series([None] * len(judge), dtype=pl.Float64)
    sign = pl.when(pl.col("choice") == "a").then(1.0).when(pl.col("choice") == "b").then(-1.0).otherwise(0.0)
    voted = people.group_by("example", "a", "b").agg(sign.mean().alias("rated"))
    return judge.join(voted, on=["example", "a", "b"], how="left", maintain_order="left")["rated"]
