"""Files of answers and of wanted answers in, one honest comparison out; needs no model and no network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl
from pydantic import Field

from advisor.catalog import Record
from advisor.errors import AdvisorError
from advisor.evaluate.answers import Arm, read_arms
from advisor.evaluate.answers.matching import matched, wanted_by_arms, with_ids
from advisor.evaluate.answers.wanted import read_wanted, refuse_empty
from advisor.evaluate.comparing import differences, table_of
from advisor.evaluate.judging.grading import METRIC, Graded, Grader
from advisor.evaluate.leaks import apart_rows
from advisor.evaluate.learning import learning_curve
from advisor.evaluate.measured import measured_facts
from advisor.evaluate.pricing import priced
from advisor.evaluate.records import ArmResult, Difference, Evaluation, Verdict
from advisor.evaluate.results import Frames, arm_results, differing_rows
from advisor.evaluate.scorers import Chosen, chosen, fitting
from advisor.evaluate.scoring import logged, scored
from advisor.evaluate.verdict import Question, verdict_of


class EvaluateOptions(Record):
    """What a comparison is asked."""

    references: Path | None = None
    """Held-out rows with their wanted answers; null where the arms' logs bring them."""
    scorers: tuple[str, ...] = ()
    """``NAME`` or ``NAME:ARGUMENT``, or ``judge``; chosen by the references where there are none. The first one decides."""
    margin: float = Field(default=0.03, ge=0, lt=1)
    """How much worse an arm may be and still count as good enough."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """Rate at which intervals are to hold."""
    cluster: str | None = None
    """Field of the references; rows with the same value count as one group."""
    train: Path | None = None
    """Training rows, to find held-out rows that have a near copy there."""
    documents: Path | None = None
    """Documents, to find held-out rows whose answer occurs there word for word."""
    good_enough: float | None = Field(default=None, ge=0, le=1)
    """The score from which an arm works; decides what is measured about prompting and retrieval."""
    trained_on: dict[str, int] = Field(default_factory=dict)
    """Training rows of arms that differ in nothing else; with two sizes or more a learning curve is fitted."""


class Compared(NamedTuple):
    """A comparison together with the frames that it rests on."""

    evaluation: Evaluation
    frames: Frames
    grades: pl.Series | None = None
    """A judge's grades of the answers, in their order; None where none was asked, or it was refused."""

    def ranked(self) -> list[str]:
        """Return the arms from the best to the worst by the metric that decided."""
        arms, metric = self.evaluation.arms, self.evaluation.verdict.metric
        return sorted(arms, key=lambda name: (-round(arms[name].scores[metric].value, 12), name))


def evaluate(
    arms: Sequence[tuple[str, Path]], options: EvaluateOptions, *, as_of: date, grade: Grader | None = None
) -> Compared:
    """Compare the answers in some files.

    Args:
        arms: Name and file of each arm; a file may hold several.
        options: What is asked.
        as_of: The day of prices and of the result.
        grade: A judge that grades single answers; its metric is ``judge``.

    Raises:
        AdvisorError: A file cannot be read, ids do not match, references are empty.
    """
    read = _read(arms)
    wanted = with_ids(_wanted(read, options))
    notes = [note for arm in read for note in arm.notes]
    parts = [matched(arm, wanted) for arm in read]
    answers, priced_by = priced(pl.concat([one for one, _ in parts], how="diagonal_relaxed"), as_of)
    notes += [note for _, told in parts for note in told] + priced_by
    graded = _graded(answers, wanted, options, grade)
    scores, why = _scores(read, answers, wanted, (options, graded))
    frames = Frames(answers, wanted, scores)
    evaluation = _evaluation(frames, options, as_of, [*notes, *why])
    if graded is None:
        return Compared(evaluation, frames)
    return Compared(evaluation.model_copy(update={"judge": graded.calibration}), frames, graded.grades)


def _graded(
    answers: pl.DataFrame, wanted: pl.DataFrame, options: EvaluateOptions, grade: Grader | None
) -> Graded | None:
    if grade is not None:
        return grade(answers, wanted)
    if METRIC in options.scorers:
        raise AdvisorError("no judge model is named", place="--scorer judge", remedy="Name it with --judge.")
    return None


def _read(arms: Sequence[tuple[str, Path]]) -> list[Arm]:
    read = [arm for name, path in arms for arm in read_arms(name, path)]
    names = [arm.name for arm in read]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not read:
        raise AdvisorError(
            f"two arms are called {', '.join(twice)}" if twice else "there is no arm",
            place="--arm",
            remedy="Name every file once, as NAME=FILE, each with a name of its own.",
        )
    return read


def _wanted(arms: Sequence[Arm], options: EvaluateOptions) -> pl.DataFrame:
    if options.references is not None:
        return read_wanted(options.references, cluster=options.cluster)
    if options.cluster is not None:
        raise AdvisorError(
            "the field of clusters is one of the references",
            place="--cluster",
            remedy="Name them with --references.",
        )
    return wanted_by_arms(arms)


def _scores(
    arms: Sequence[Arm],
    answers: pl.DataFrame,
    wanted: pl.DataFrame,
    asked: tuple[EvaluateOptions, Graded | None],
) -> tuple[pl.DataFrame, list[str]]:
    options, graded = asked
    others = tuple(one for one in options.scorers if one != METRIC)
    if graded is None:
        return _by_scorers(arms, answers, wanted, options)
    if graded.grades is None:
        scores, why = _by_scorers(arms, answers, wanted, options.model_copy(update={"scorers": others}))
        return scores, [f"{graded.calibration.because}. Its grades are not used", *why]
    judged = logged(answers.with_columns(graded.grades.alias("logged")), wanted, METRIC)
    told = [graded.calibration.because, *graded.notes]
    if options.scorers and not others:
        return judged, told
    scores, why = _by_scorers(arms, answers, wanted, options.model_copy(update={"scorers": others}))
    first = options.scorers[:1] == (METRIC,)
    return pl.concat([judged, scores] if first else [scores, judged]), [*told, *why]


def _by_scorers(
    arms: Sequence[Arm], answers: pl.DataFrame, wanted: pl.DataFrame, options: EvaluateOptions
) -> tuple[pl.DataFrame, list[str]]:
    place = str(options.references or "the arms' logs")
    own = {arm.metric for arm in arms}
    # Logs scored by one and the same scorer bring their own metric; files of answers are scored here.
    metric = own.pop() if len(own) == 1 else None
    if metric is not None and not options.scorers and _all_logged(answers):
        return logged(answers, wanted, metric), [f"scores by {metric} are those of the files themselves"]
    if options.scorers:
        picked, why = [chosen(one) for one in options.scorers], []
        if any(one.scorer.needs_reference for one in picked):
            refuse_empty(wanted, place)
    else:
        refuse_empty(wanted, place)
        picked, told = fitting([tuple(one) for one in wanted["references"]])
        why = [f"scored by {' and '.join(one.name for one in picked)}, as {told}"]
    return scored(answers, wanted, _once(picked)), why


def _once(picked: Sequence[Chosen]) -> list[Chosen]:
    names = [one.name for one in picked]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise AdvisorError(
            f"two scorers are called '{twice}'", place="--scorer", remedy="Name every scorer once."
        )
    return list(picked)


def _all_logged(answers: pl.DataFrame) -> bool:
    return answers.filter(pl.col("answer").is_not_null())["logged"].null_count() == 0


def _evaluation(frames: Frames, options: EvaluateOptions, day: date, notes: list[str]) -> Evaluation:
    results, verdict = _judged(frames, options)
    apart = apart_rows(frames.wanted, options.train, options.documents)
    rest, again = (None, None)
    if apart and len(apart) < len(frames.wanted):
        rest, again = _judged(frames.without({one.example for one in apart}), options)
    table = table_of(frames.scores, verdict.metric)
    return Evaluation(
        as_of=day.isoformat(), rows=len(frames.wanted),
        groups=None if table.groups is None else int(table.groups.max()) + 1,
        arms=results, differences=_differences(frames.scores, options), verdict=verdict,
        measured=measured_facts(rest or results, verdict.metric, good_enough=options.good_enough, day=day),
        learning=learning_curve(table, options.trained_on, confidence=options.confidence) if options.trained_on else None,
        apart=apart, without_apart=rest, verdict_without_apart=again,
        differing=differing_rows(frames, verdict.metric), notes=notes,
    )  # fmt: skip


def _judged(frames: Frames, options: EvaluateOptions) -> tuple[dict[str, ArmResult], Verdict]:
    metric = str(frames.scores["metric"][0])
    results = arm_results(frames, confidence=options.confidence)
    prices = {name: one.usd_per_1k for name, one in results.items()}
    question = Question(metric, options.margin, prices, options.confidence)
    return results, verdict_of(table_of(frames.scores, metric), question)


def _differences(scores: pl.DataFrame, options: EvaluateOptions) -> list[Difference]:
    return [
        Difference(**row) for row in differences(scores, confidence=options.confidence).iter_rows(named=True)
    ]
