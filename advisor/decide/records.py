"""What a decision consists of: frozen records, the same in Python, JSON, the app and reports."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from advisor.catalog import Evidence, Record
from advisor.catalog.records import EffectWord

Verdict = Literal["clear", "leaning", "too_close"]
Settled = Literal["open", "settled", "final"]


class FactUsed(Record):
    """An answer that a rule read."""

    fact: str
    """The fact's name."""
    value: Any
    """The answer; null where it is open."""
    origin: str
    """answered, measured, derived, assumed or unknown."""


class Reason(Record):
    """A rule that fired, with everything one needs to doubt it."""

    rule: str
    """The rule's id."""
    title: str
    """The rule in one sentence."""
    effect: dict[str, EffectWord]
    """What it means for each strategy."""
    bits_for_first: float
    """What it adds to the lead of the first over the second, in bits; negative speaks against."""
    facts: tuple[FactUsed, ...]
    """The answers that fired it."""
    because: str
    """Why."""
    unless: str
    """When the rule is wrong."""
    evidence: tuple[Evidence, ...]
    """Who says so."""
    age_days: int
    """Days since a person reviewed it, on the day of the decision."""
    overdue: bool
    """Whether its review is overdue on that day."""


class Nearly(Record):
    """A rule that is one answer away from firing."""

    rule: str
    """The rule's id."""
    title: str
    """The rule in one sentence."""
    effect: dict[str, EffectWord]
    """What it would mean."""
    missing: tuple[str, ...]
    """Facts whose answer keeps it from firing."""
    open: bool
    """True where the answer is missing, false where it is another."""


class Flip(Record):
    """The smallest change of one answer that changes the first."""

    fact: str
    """Which answer."""
    question: str
    """Its question."""
    from_: Any = Field(alias="from")
    """The present answer; null where it is open."""
    to: Any
    """The answer that changes the first."""
    becomes: str
    """The strategy that is first then."""


class NextQuestion(Record):
    """The open question that settles most."""

    fact: str
    """The fact's name."""
    question: str
    """What to ask."""
    settles: float
    """Share of the remaining doubt that the answer removes on average, from 0 to 1."""


class RuledOut(Record):
    """A strategy that a rule excludes."""

    strategy: str
    """Which one."""
    because: str
    """The rule's title."""
    rule: str
    """The rule's id."""


class TechniqueAdvice(Record):
    """A technique that some rule advises."""

    id: str
    """Its id."""
    title: str
    """Its name."""
    summary: str
    """What it does."""
    how: str
    """How to start."""
    rules: tuple[str, ...]
    """The rules that advise it."""


class RoadmapStep(Record):
    """One step of the order to try."""

    strategy: str
    """The strategy that the step belongs to."""
    title: str
    """What to do."""
    until: str
    """The exit criterion."""


class Recommendation(Record):
    """An order to try, how sure it is, why, and what would change it."""

    title: str
    """The task, as named by the user; never an input."""
    as_of: date
    """The day whose numbers were used."""
    rulebook: dict[str, str]
    """version and sha256."""
    try_first: str
    """The strategy to try first."""
    then: tuple[str, ...]
    """The others that remain, in order."""
    ruled_out: tuple[RuledOut, ...]
    """Strategies that a rule excludes."""
    verdict: Verdict
    """clear, leaning or too_close."""
    shares: dict[str, float]
    """2^score over all strategies, normalised to 1."""
    scores: dict[str, float]
    """Bits, base rate included."""
    robustness: float
    """Share of ways to answer the open questions that keep the first."""
    settled: Settled
    """final: no open answer can change the first; settled: few ways to answer would; open: keep asking."""
    answered: int
    """Number of answers given."""
    reasons: tuple[Reason, ...]
    """Rules that fired, the weightiest first."""
    nearly: tuple[Nearly, ...]
    """Rules one answer away."""
    flips: tuple[Flip, ...]
    """Answers that would change the first."""
    next_question: NextQuestion | None
    """null once the answer is settled."""
    techniques: tuple[TechniqueAdvice, ...]
    """What goes with it."""
    roadmap: tuple[RoadmapStep, ...]
    """What to do in which order, with exit criteria."""
    warnings: tuple[str, ...] = ()
    """Overdue rules and the like."""
