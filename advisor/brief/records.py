"""What a model proposes from a brief: answers with the words they came from, for a person to accept."""

from __future__ import annotations

from typing import Any

from advisor.catalog import Record


class Proposal(Record):
    """One proposed answer; it counts for nothing until a person accepts it."""

    fact: str
    """The question's name."""
    question: str
    """The question."""
    value: Any
    """The proposed answer, checked against the question."""
    quote: str
    """The words of the brief that it came from, literally."""
    start: int
    """Where the quote starts in the brief, in characters."""
    end: int
    """Where it ends."""


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
