"""What a model makes of a brief: proposed answers for a person to accept, and a verdict of its own beside ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from advisor.catalog import Record


class Proposal(Record):
    """One proposed answer; it counts for nothing until a person accepts it."""

    fact: str
    """Name of the fact."""
    question: str
    """The fact's question, in words."""
    value: Any
    """The proposed answer, checked against the question."""
    quote: str
    """The words of the brief that it came from, literally."""
    start: int
    """Where the quote starts in the brief, in characters."""
    end: int
    """Where the quote ends, in characters, exclusive."""


class Dropped(Record):
    """A proposal that is not shown for acceptance."""

    fact: str
    """The name it gave; may be no fact of ours."""
    quote: str
    """The words it gave, shortened."""
    because: str
    """Why it was dropped."""


class Proposals(Record):
    """Everything one model made of one brief."""

    receiver: str
    """Where the brief was sent."""
    model: str
    """The model that was asked."""
    proposals: tuple[Proposal, ...]
    """To accept or reject one by one, in the order of the questions."""
    dropped: tuple[Dropped, ...]
    """What the checks refused."""


class Opinion(Record):
    """A model's own verdict on a brief, checked; it knows nothing of the answers and of our verdict."""

    endpoint: str
    """Where the brief was sent."""
    model: str
    """The model that was asked."""
    probabilities: dict[str, float]
    """Its probability of each strategy; they add up to 1. They are its own word and not calibrated."""
    reasons: tuple[Proposal, ...]
    """The facts that it names, as it reads them, with literal quotes; in the order of the questions."""


class Difference(Record):
    """A fact that the other reader reads otherwise than the answers say."""

    fact: str
    """Name of the fact."""
    question: str
    """The fact's question, in words."""
    ours: Any
    """The answer on which our verdict rests; null where it is open."""
    theirs: Any
    """The answer that the other reader took from the text."""
    quote: str
    """The words it took it from, literally."""


class SecondOpinion(Record):
    """A model's own verdict beside ours; it is not part of a recommendation and changes no number."""

    recommended: str | None
    """The strategy that it finds likeliest, prompting and few-shot counted together; null where two are level."""
    probabilities: dict[str, float]
    """Its probability of each strategy; they add up to 1. They are its own word and not calibrated."""
    ours: tuple[str, ...]
    """What we say: the recommended strategy, or the shortlist where it is too early to name one."""
    agrees: bool | None
    """Whether it names what we say; null where one of the two names no single strategy."""
    differs_on: tuple[Difference, ...]
    """Facts that it reads otherwise than the answers say, or that are open."""
    reasons: tuple[Proposal, ...]
    """All facts that it names, with literal quotes."""
    advice: str
    """What follows from it."""
    model: str
    """The model that was asked."""
    endpoint: str
    """Where the brief was sent."""
    day: date
    """The day of the comparison, whose rules and numbers ours rests on."""
