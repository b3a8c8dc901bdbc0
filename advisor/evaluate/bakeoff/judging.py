"""The judge of a run: who it is, what it would ask and cost, and its grades from the run's journal."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from advisor.cost.tokens import count_tokens
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.asking import call_of
from advisor.evaluate.bakeoff.models import Answering, served_at
from advisor.evaluate.bakeoff.money import Price
from advisor.evaluate.bakeoff.records import ArmPlan, Ask, BakeoffOptions, Judging
from advisor.evaluate.bakeoff.rows import Rows
from advisor.evaluate.journal import Journal
from advisor.evaluate.judging.grades import GRADE_TOKENS, Messages, Say, grading_messages
from advisor.evaluate.judging.grading import METRIC, MOST_KNOWN, Grader, Judge, grades_of

EXPECTED_TOKENS = 60
"""A short reason and a grade."""
TURN_TOKENS = 8


def check_judge(options: BakeoffOptions) -> None:
    """Refuse a judge without an address, and the scorer ``judge`` without a judge."""
    judge = options.judge
    if judge is None and METRIC in options.scorers:
        raise AdvisorError("no judge model is named", place="--scorer judge", remedy="Name it with --judge.")
    if judge is not None and judge.base_url is None and options.base_url is None:
        raise AdvisorError(
            "the judge has no address",
            place="--judge",
            remedy="Write --judge MODEL@URL; the packaged small model is too small to judge.",
        )


def answering_judge(judge: Judging, options: BakeoffOptions) -> Answering:
    """Return whom the questions to the judge are put to; opens no connection."""
    return served_at(judge.model, judge.base_url or options.base_url or "", options.key_variable)


def grading_options(options: BakeoffOptions) -> BakeoffOptions:
    """Return the options under which the judge is asked."""
    return options.model_copy(update={"max_tokens": GRADE_TOKENS, "temperature": 0.0})


def known_say(options: BakeoffOptions, judge: Judging, journal: Journal) -> Say:
    """Return what answers for the judge from the journal alone; nothing is asked."""
    who, asked = answering_judge(judge, options), grading_options(options)

    def say(questions: Sequence[Messages]) -> list[str]:
        told = [journal.known.get(call_of(Ask(tuple(one)), who, asked)) or {} for one in questions]
        return [str(one.get("answer") or "") for one in told]

    return say


def grader_of(options: BakeoffOptions, say: Say) -> Grader | None:
    """Return what grades the answers of a run's arms; None where it has no judge."""
    judge = options.judge
    if judge is None:
        return None
    return lambda answers, wanted: grades_of(answers, wanted, Judge(judge.model, say, judge.rubric))


def judge_plan(options: BakeoffOptions, rows: Rows, arms: int, price: Price | None) -> ArmPlan | None:
    """Return what the judge would be asked at most, its calibration included; None where there is none."""
    judge = options.judge
    if judge is None:
        return None
    calls = 5 * min(MOST_KNOWN, len(rows.held_out)) + arms * len(rows.held_out)
    each = round(
        mean(
            sum(count_tokens([turn["content"] for turn in messages])) + TURN_TOKENS
            for messages in (
                _example(one.example.turns[-1]["content"], one.answer, judge) for one in rows.held_out
            )
        )
    )
    return ArmPlan(
        arm=METRIC, does=f"{judge.model} grades every answer", calls=calls, tokens_in=calls * each,
        tokens_out=calls * EXPECTED_TOKENS, usd=None if price is None else calls * price(each, EXPECTED_TOKENS, 0),
    )  # fmt: skip


def _example(asked: str, answer: str, judge: Judging) -> Messages:
    return grading_messages({"input": asked, "references": [answer]}, answer, judge.rubric)
