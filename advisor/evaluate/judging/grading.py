"""A judge grades single answers by a rubric: calibrated first, joined with what people said of pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import polars as pl

from advisor.evaluate.judging.arms import Preference, best_first, preference_of
from advisor.evaluate.judging.grade_calibration import calibrate_grades
from advisor.evaluate.judging.grades import (
    RUBRIC,
    Messages,
    Probe,
    Say,
    grade_of,
    grading_messages,
    probes_of,
)
from advisor.evaluate.records import Calibration

METRIC = "judge"
"""Name of the metric, and of the scorer."""
MOST_KNOWN = 30
"""Rows whose two known answers the judge grades first, five questions each."""


class Judge(NamedTuple):
    """Whom to ask, and for what."""

    name: str
    say: Say
    rubric: str = RUBRIC


class Graded(NamedTuple):
    """What a judge's grades came to."""

    calibration: Calibration
    grades: pl.Series | None
    """One score, 0 to 1, for each answer in their order, null where there is no answer; None where the judge is refused."""
    notes: tuple[str, ...] = ()


Grader = Callable[[pl.DataFrame, pl.DataFrame], Graded]
"""Answers and held-out rows in, grades out."""


def grades_of(
    answers: pl.DataFrame, wanted: pl.DataFrame, judge: Judge, ratings: pl.DataFrame | None = None
) -> Graded:
    """Calibrate a judge on answers whose grade is known and, if it passes, let it grade every answer.

    Args:
        answers: Answers of all arms.
        wanted: The held-out rows.
        judge: Whom to ask, and for what.
        ratings: What people said of pairs of arms: example, a, b, choice (``a``, ``b``, ``tie``).
    """
    probes = probes_of(wanted, judge.rubric, MOST_KNOWN)
    known = [grade_of(text) for text in judge.say([one.messages for one in probes])]
    first = calibrate_grades(judge.name, probes, known)
    if first.faults and (set(first.faults) != {"unknown"} or ratings is None):
        return Graded(first, None)
    asked = questions(answers, wanted, judge.rubric)
    there = [one for one in asked if one is not None]
    told = iter([grade_of(text) for text in judge.say(there)])
    grades = pl.Series("grade", [None if one is None else next(told) for one in asked], dtype=pl.Float64)
    return _judged(answers.with_columns(grades), judge, (probes, known), ratings)


def most_questions(answers: pl.DataFrame, wanted: pl.DataFrame) -> int:
    """Count the questions to the judge at most, calibration included."""
    known = 5 * min(MOST_KNOWN, len(wanted))
    return known + len(answers.filter(pl.col("answer").is_not_null()).unique(["example", "answer"]))


def questions(answers: pl.DataFrame, wanted: pl.DataFrame, rubric: str) -> list[Messages | None]:
    """Return the question about every answer, in their order; None where there is no answer to grade."""
    rows = {row["example"]: row for row in wanted.iter_rows(named=True)}
    return [
        None if one["answer"] is None else grading_messages(rows[one["example"]], one["answer"], rubric)
        for one in answers.iter_rows(named=True)
    ]


def _judged(
    answers: pl.DataFrame, judge: Judge, known: tuple[Sequence[Probe], Sequence[float | None]], ratings: pl.DataFrame | None
) -> Graded:  # fmt: skip
    asked = answers.filter(pl.col("answer").is_not_null())
    calibration = calibrate_grades(
        judge.name, *known, elsewhere=asked["grade"].to_list(), people=_both(answers, ratings)
    )
    if not calibration.accepted:
        return Graded(calibration, None)
    unread = asked["grade"].null_count()
    note = (
        f"{unread} of {len(asked)} grades of {judge.name} cannot be read and count as the mean of their arm"
    )
    # The mean of the arm's other grades moves no arm.
    filled = answers.with_columns(
        pl.when(pl.col("answer").is_not_null())
        .then(pl.col("grade").fill_null(pl.col("grade").mean().over("arm")))
        .alias("grade")
    )
    return Graded(calibration, filled["grade"], (note,) if unread else ())


def _both(answers: pl.DataFrame, ratings: pl.DataFrame | None) -> tuple[list[float], list[float]] | None:
    if ratings is None:
        return None
    judged, said = [], []
    for (a, b), part in ratings.group_by(["a", "b"], maintain_order=True):
        told = _differences(answers, str(a), str(b))
        voted = part.group_by("example", maintain_order=True).agg(_sign().mean().alias("said"))
        both = told.join(voted, on="example", maintain_order="left")
        judged += both["difference"].to_list()
        said += both["said"].to_list()
    return judged, said


def _sign() -> pl.Expr:
    return pl.when(pl.col("choice") == "a").then(1.0).when(pl.col("choice") == "b").then(-1.0).otherwise(0.0)


def _differences(answers: pl.DataFrame, a: str, b: str) -> pl.DataFrame:
    # Rows on which both arms said the same are left out, for people as for the judge.
    sides = [
        answers.filter(pl.col("arm") == arm).group_by("example", maintain_order=True).agg(
            pl.col("answer").first(), pl.col("grade").fill_null(0.0).mean()
        )
        for arm in (a, b)
    ]  # fmt: skip
    both = sides[0].join(sides[1], on="example", suffix="_b", maintain_order="left")
    differ = both.filter(pl.col("answer").ne_missing(pl.col("answer_b")))
    return differ.select("example", (pl.col("grade") - pl.col("grade_b")).alias("difference"))


def graded_preferences(
    answers: pl.DataFrame, grades: pl.Series, arms: Sequence[str], ratings: pl.DataFrame
) -> list[Preference]:
    """Set the best arm against each other one by the judge's grades, joined with what people said.

    Args:
        answers: Answers of all arms.
        grades: The judge's grades of them.
        arms: The arms, the best first.
        ratings: What people said: example, a, b, choice.
    """
    people, found = best_first(ratings, arms[0]), []
    for other in arms[1:]:
        told = _differences(answers.with_columns(grades.alias("grade")), arms[0], other)
        if len(told):
            frame = told.select("example", a=pl.lit(arms[0]), b=pl.lit(other), preference="difference")
            found.append(preference_of(frame.sort("example"), people))
    return found
