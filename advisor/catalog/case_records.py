"""Records of published cases: a situation, what was decided, and who says so."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from advisor.catalog.records import KEBAB, Record


class CaseSource(Record):
    """Where a published case was read."""

    title: str
    """Title as printed."""
    org: str = ""
    """Organisation that published it; empty if unknown."""
    year: int | None = None
    """Year of publication; null if unknown."""
    url: str = ""
    """Address of the publication; empty if unknown."""
    read_as: str = ""
    """Primary or second-hand, whole or part."""


class Case(Record):
    """A published situation with what was decided: example, documentation and test at once."""

    id: str = Field(pattern=KEBAB)
    """The file's name."""
    title: str
    """The case in a phrase."""
    kind: Literal["case", "paper", "vendor_guide", "textbook", "archetype"]
    """`archetype` is our own judgement and does not count as published."""
    source: CaseSource
    """Where it was read."""
    situation: str
    """The case without its ending."""
    answers: dict[str, Any]
    """Our questionnaire, answered from the situation alone."""
    read: Literal["blind", "mapped"] = "mapped"
    """`blind`: by a reader who saw nothing but the situation; `mapped`: by someone who knew the ending."""
    decision: str
    """What was decided, in the source's terms."""
    decision_core: Literal["prompting", "rag", "fine_tuning", "hybrid"]
    """The same, folded; prompting covers few-shot."""
    also_acceptable: tuple[str, ...] = ()
    """Other endings the source itself calls good."""
    runner_up: str | None = None
    """The strategy that came second; null if the case names none."""
    outcome: str = ""
    """What came of it."""
    strength: Literal["strong", "moderate", "weak"] = "moderate"
    """How much the source proves."""
    group: str = ""
    """Cases that share a source; left out together in validation."""
    era_note: str = ""
    """What has changed since."""
    example: bool = False
    """Whether the app offers it as a start."""
