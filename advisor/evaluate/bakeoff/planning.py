"""What a run would ask, send, cost and take, before anything is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import mean
from typing import NamedTuple

from advisor.cost.tokens import count_tokens
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.arms import ARMS
from advisor.evaluate.bakeoff.arms.contract import Material
from advisor.evaluate.bakeoff.choosing import FILE, TRAIN, Choice
from advisor.evaluate.bakeoff.judging import judge_plan
from advisor.evaluate.bakeoff.money import Price, price_of
from advisor.evaluate.bakeoff.records import ArmPlan, ArmSpec, Ask, BakeoffOptions, BakeoffPlan, Money
from advisor.evaluate.bakeoff.rows import Rows
from advisor.evaluate.judging.grades import GRADE_TOKENS
from advisor.evaluate.statistics.power import detectable
from advisor.net import is_local
from advisor.pacing import calls_per_minute

TOLD_APART = 0.2
SHORTEST_GRADE = 10
TURN_TOKENS = 4
"""What a message costs beside its text."""
TRAINING_SECONDS = 240.0
"""One run on two idle cores with the settings for the packaged model; measured."""


class Pace(NamedTuple):
    """Assumed speed of a service."""

    in_per_second: float
    out_per_second: float
    overhead_seconds: float


HERE, ELSEWHERE = Pace(150, 40, 0.05), Pace(2500, 60, 0.4)


class Prepared(NamedTuple):
    """An arm with everything that it asks."""

    spec: ArmSpec
    asks: tuple[Ask, ...]


def prepare(choice: Choice, material: Material, rows: Rows) -> list[Prepared]:
    """Make every arm from training rows and documents, and let it say what it asks; no model is asked."""
    made = []
    for spec in choice.arms:
        if spec.kind != FILE:
            ask = ARMS[spec.kind].prepare(material)
            made.append(Prepared(spec, tuple(ask(example) for example in rows.questions())))
    return made


def plan_of(
    choice: Choice, prepared: Sequence[Prepared], material: Material, rows: Rows, day: date
) -> BakeoffPlan:
    """Plan a run.

    Raises:
        AdvisorError: The least that it would cost is over ``max_usd``, or that is named and no price is known.
    """
    options = material.options
    wanted = round(mean(count_tokens([one.answer for one in rows.held_out])))
    arms = [_arm(one, options, wanted, day) for one in prepared]
    judge = judge_plan(options, rows, len(choice.arms), _judge_price(options, day))
    every = [*arms, judge] if judge is not None else arms
    training = len({ARMS[one.kind].tuned for one in choice.arms if one.model == TRAIN})
    usd = _money(prepared, arms, (options, wanted, day), judge)
    _check_money(usd, options)
    return BakeoffPlan(
        arms=tuple(arms), left_out=choice.left_out, rows=len(rows.held_out), train_rows=len(rows.train),
        calls=sum(one.calls for one in every), asked=0, usd=usd, judge=judge,
        seconds=round(_seconds(every, options) + training * TRAINING_SECONDS, 1), training_runs=training,
        receiver=_receiver(options), shows=_shows(len(rows.held_out)), notes=_notes(usd, training),
    )  # fmt: skip


def _arm(one: Prepared, options: BakeoffOptions, wanted: int, day: date) -> ArmPlan:
    texts = [turn["content"] for ask in one.asks for turn in ask.turns]
    tokens_in = sum(count_tokens(texts)) + TURN_TOKENS * len(texts)
    calls = len(one.asks)
    if one.spec.kind == "optimised-prompt":
        extra = options.optimise_calls
        tokens_in, calls = tokens_in + extra * tokens_in // max(calls, 1), calls + extra
    tokens_out = calls * min(wanted, options.max_tokens)
    price = price_of(_model(one.spec, options), day)
    usd = None if price is None else calls * price(tokens_in // max(calls, 1), tokens_out // max(calls, 1), 0)
    return ArmPlan(
        arm=one.spec.name,
        does=ARMS[one.spec.kind].does,
        calls=calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        usd=usd,
    )


def _model(spec: ArmSpec, options: BakeoffOptions) -> str:
    return spec.model if ARMS[spec.kind].tuned and spec.model not in (None, TRAIN) else options.model


def _judge_price(options: BakeoffOptions, day: date) -> Price | None:
    return None if options.judge is None else price_of(options.judge.model, day)


def _money(
    prepared: Sequence[Prepared], arms: Sequence[ArmPlan], asked: tuple[BakeoffOptions, int, date], judge: ArmPlan | None
) -> Money | None:  # fmt: skip
    options, wanted, day = asked
    priced = [
        (planned, price_of(_model(one.spec, options), day), max(wanted // 2, 1), options.max_tokens)
        for one, planned in zip(prepared, arms, strict=True)
    ]
    if judge is not None:
        priced.append((judge, _judge_price(options, day), SHORTEST_GRADE, GRADE_TOKENS))
    low = high = expected = 0.0
    for planned, price, shortest, longest in priced:
        if price is None or planned.usd is None:
            return None
        each = planned.tokens_in // max(planned.calls, 1)
        low += planned.calls * price(each, shortest, each)
        high += planned.calls * price(round(1.2 * each), longest, 0)
        expected += planned.usd
    return Money(low=low, expected=expected, high=high)


def _check_money(usd: Money | None, options: BakeoffOptions) -> None:
    if options.max_usd is None:
        return
    if usd is None:
        local = options.base_url is None or is_local(options.base_url)
        if not local:
            raise AdvisorError(
                f"no price is known for {options.model}, so {options.max_usd:g} USD cannot be kept",
                place="--max-usd",
                remedy="Name the model as provider:name (advisor prices lists them), or leave --max-usd out.",
            )
    elif usd.low > options.max_usd:
        raise AdvisorError(
            f"the run costs {usd.low:.2f} USD at least, {usd.expected:.2f} expected, and may cost {options.max_usd:g}",
            place="--max-usd",
            remedy="Raise it, ask fewer rows (--rows) or fewer arms (--arm).",
        )


def _seconds(arms: Sequence[ArmPlan], options: BakeoffOptions) -> float:
    here = options.base_url is None
    pace = HERE if here else ELSEWHERE
    # Our own server shares two cores: questions at once are no faster there.
    at_once = 1 if here else options.concurrency
    busy = sum(
        one.calls * pace.overhead_seconds
        + one.tokens_in / pace.in_per_second
        + one.tokens_out / pace.out_per_second
        for one in arms
    )
    limit = calls_per_minute(here or is_local(str(options.base_url)), options.requests_per_minute)
    paced = 60 * sum(one.calls for one in arms) / limit
    return max(busy / at_once, paced)


def _receiver(options: BakeoffOptions) -> str:
    if options.base_url is None:
        return f"{options.model}, served on this machine; nothing leaves it"
    where = "on this machine" if is_local(options.base_url) else "over the network"
    return f"{options.model} at {options.base_url}, {where}: questions, training rows shown as examples, and passages"


def _shows(rows: int) -> float | None:
    told = detectable(rows, TOLD_APART)
    return None if told is None else round(100 * told, 1)


def _notes(usd: Money | None, training: int) -> tuple[str, ...]:
    told = ["tokens are counted with o200k; another model's tokenizer counts a little differently"]
    if usd is None:
        told.append("no price is known for the model")
    if training:
        told.append("times are for two idle cores; a busy machine takes a multiple")
    return tuple(told)
