"""What a decision consists of: frozen records, the same in Python, JSON, the app and reports."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from advisor.catalog import Dial, Evidence, Record
from advisor.catalog.records import EffectWord
from advisor.decide.limits.records import Alternative, Limit

Verdict = Literal["clear", "leaning", "too_close", "too_early"]
Settled = Literal["open", "settled", "final"]
Ground = Literal["judgement", "partly judgement", "published"]


class FactUsed(Record):
    """An answer that a rule read."""

    fact: str
    """Name of the fact."""
    value: Any
    """The answer; null where it is open."""
    origin: str
    """answered, measured, derived, assumed or unknown."""


class Reason(Record):
    """A rule that fired, with everything one needs to doubt it."""

    rule: str
    """Id of the rule."""
    title: str
    """The rule in one sentence."""
    consideration: str
    """What it argues about; within one consideration the strongest rule counts."""
    effect: dict[Dial, EffectWord]
    """What it says about each dial."""
    rules_out: tuple[str, ...] = ()
    """Strategies that it rules out."""
    bits_for_recommended: float
    """What it adds to the recommended over the runner-up, in bits; negative speaks against, 0 where another counts."""
    counted_by: str
    """The rule of the same consideration that counts instead; empty where this one counts."""
    facts: tuple[FactUsed, ...]
    """The answers that fired it."""
    because: str
    """Why the rule holds, in a sentence."""
    unless: str
    """When the rule is wrong."""
    evidence: tuple[Evidence, ...]
    """Sources with their figures, and how directly each supports the rule."""
    age_days: int
    """Days since a person reviewed it, on the day of the decision."""
    overdue: bool
    """Whether its review is overdue on that day."""


class Nearly(Record):
    """A rule that is one answer away from firing."""

    rule: str
    """Id of the rule."""
    title: str
    """The rule in one sentence."""
    effect: dict[Dial, EffectWord]
    """What it would mean."""
    missing: tuple[str, ...]
    """Facts whose answer keeps it from firing."""
    open: bool
    """True where the answer is missing, false where it is another."""


class Flip(Record):
    """The smallest change of one answer that changes the recommended strategy."""

    fact: str
    """Name of the fact."""
    question: str
    """The fact's question, in words."""
    from_: Any = Field(alias="from")
    """The present answer; null where it is open."""
    to: Any
    """The answer that changes the recommendation."""
    becomes: str
    """The strategy that is recommended then."""


class NextQuestion(Record):
    """An open question that is worth asking."""

    fact: str
    """Name of the fact."""
    question: str
    """The fact's question, in words."""
    gain: float | None
    """How much likelier the recommendation is to be right after the answer, on average, from 0 to 1; null where the
    first version saved it, which did not measure that."""
    settles: float
    """Share of the doubt that the answer removes on average, from 0 to 1."""
    decides_start: bool = False
    """Whether what to start with hangs on the answer: nobody has said how this trial went."""


class MeasureNext(Record):
    """Something that can be measured instead of argued, and what that is worth."""

    measure: str
    """What measures it, as a fact's `measured_by` begins: ``bakeoff.prompt``, ``audit.usable_rows``."""
    title: str
    """The same in words."""
    fact: str
    """The fact that it would settle."""
    question: str
    """The fact's question, in words."""
    gain: float
    """How much likelier the recommendation is to be right afterwards, on average, from 0 to 1."""
    settles: float
    """Share of the doubt that it removes on average, from 0 to 1."""
    hours: float
    """What it costs in a person's hours, as expected."""


class RuledOut(Record):
    """A strategy that cannot be had."""

    strategy: str
    """Id of the strategy."""
    because: str
    """Why, in one sentence."""
    rule: str
    """The rule's or the limit's id."""
    from_: date | None = Field(default=None, alias="from")
    """Since when; null where it does not hang on a day."""


class Outcome(Record):
    """What would be said."""

    recommended: str
    """Id of the recommended strategy."""
    verdict: Verdict
    """How clear the recommendation is."""


class HangsOn(Record):
    """A weakly grounded number, assumed and not answered, at an end of which the verdict is another."""

    parameter: str
    """`topic.name` of the number."""
    title: str
    """The number's title."""
    unit: str
    """tokens, ms, usd …"""
    low: float
    """Low end of its range."""
    value: float
    """The assumed value."""
    high: float
    """High end of its range."""
    at_low: Outcome
    """What would be said at the low end."""
    at_high: Outcome
    """What would be said at the high end."""
    ground: Ground
    """Whether anybody published it."""


class StartWith(Record):
    """What to build and measure now."""

    strategy: str
    """The strategy to begin with."""
    because: str
    """Why it comes first."""
    stop_when: str
    """The figure at which to stop."""


class TechniqueAdvice(Record):
    """A technique that some rule advises."""

    id: str
    """Id of the technique."""
    title: str
    """Name that a person reads."""
    summary: str
    """What the technique does, in a sentence."""
    how: str
    """How to start with it, in a sentence."""
    rules: tuple[str, ...]
    """The rules that advise it."""


class RoadmapStep(Record):
    """One step of the way."""

    strategy: str
    """The strategy that the step belongs to."""
    title: str
    """What to do, in one line."""
    until: str
    """When the step is done; under ``if_that_fails`` the sign that it is time for it."""


class Recommendation(Record):
    """Where the evidence points, how sure that is, what to do first, and what would change it."""

    title: str
    """The task, as named by the user; never an input."""
    as_of: date
    """The day whose numbers were used."""
    rulebook: dict[str, str]
    """`version` and `sha256` of the rulebook."""
    recommended: str
    """Where the evidence points in the end."""
    start_with: StartWith
    """What to build and measure now, given what has been tried."""
    shortlist: tuple[str, ...]
    """The likeliest strategies; on unseen published cases the set holds the right one nine times in ten."""
    then: tuple[str, ...]
    """The other strategies that can be had, likeliest first."""
    probabilities: dict[str, float]
    """Calibrated probability of each strategy; they add up to 1."""
    verdict: Verdict
    """clear, leaning, too_close, or too_early while few questions are answered."""
    limits: tuple[Limit, ...] = ()
    """What each strategy needs and what there is: met, missed or unknown."""
    alternatives: tuple[Alternative, ...] = ()
    """Where a limit is missed: what else would keep it, best first, with its own time and cost."""
    hangs_on: tuple[HangsOn, ...] = ()
    """Weak numbers at an end of which the verdict would be another."""
    ruled_out: tuple[RuledOut, ...]
    """Strategies that cannot be had."""
    scores: dict[str, float]
    """Evidence in bits, the corner of neither dial being zero."""
    dials: dict[Dial, float]
    """Bits of each dial, base included."""
    robustness: float
    """Share of ways to answer the open questions that keep the recommended strategy."""
    settled: Settled
    """final: no open answer can change it; settled: no question is worth asking; open: keep asking."""
    answered: int
    """Number of answers given."""
    reasons: tuple[Reason, ...]
    """Rules that fired, the weightiest first."""
    nearly: tuple[Nearly, ...]
    """Rules one answer away."""
    flips: tuple[Flip, ...]
    """Answers that would change the recommended strategy."""
    next_question: NextQuestion | None
    """The best of `questions`; null once none is worth asking."""
    questions: tuple[NextQuestion, ...]
    """The open questions that settle most, at most three."""
    measure_next: tuple[MeasureNext, ...] = ()
    """What to measure, that first which settles most of the doubt for an hour of work; at most three."""
    techniques: tuple[TechniqueAdvice, ...]
    """What goes with it."""
    roadmap: tuple[RoadmapStep, ...]
    """What to do in which order, with exit criteria."""
    if_that_fails: tuple[RoadmapStep, ...]
    """Where to turn then; never to what is ruled out."""
    warnings: tuple[str, ...] = ()
    """Overdue rules and the like."""
