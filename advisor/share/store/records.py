"""What the library gives back: frozen records without a database behind them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AliasChoices, AwareDatetime, Field, PlainSerializer

from advisor.advice import Advice
from advisor.catalog import Record
from advisor.errors import AdvisorError
from advisor.scenario import Situation


def iso_utc(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC with microseconds, so that text sorts as time does."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Moment = Annotated[AwareDatetime, PlainSerializer(iso_utc, return_type=str, when_used="json")]
"""A point in time with its zone; ISO 8601 in UTC where it is written."""


class Saved(Record):
    """What a save acknowledges: from here on, this revision is there."""

    id: str
    """Id of the assessment."""
    revision: int
    """The number of the revision; the first is 1."""


class Decided(Record):
    """What a revision was decided on, and what came out."""

    recommended: str = Field(validation_alias=AliasChoices("recommended", "try_first"))
    """The strategy that the evidence pointed to."""
    verdict: str
    """clear, leaning, too_close or too_early."""
    rulebook_version: str
    """Version of the rulebook."""
    rulebook_sha256: str
    """The hash over every file of the rulebook."""
    price_day: str
    """The day whose rules and prices were used, YYYY-MM-DD."""


class Entry(Record):
    """One assessment as the library lists it."""

    id: str
    """Id of the assessment."""
    title: str
    """The newest revision's title, on one line."""
    owner: str
    """Who it belongs to; empty without sign-in."""
    tags: tuple[str, ...]
    """Tags, sorted."""
    shared: bool
    """Whether everyone who signs in sees and edits it."""
    archived: bool
    """Whether it is put away."""
    revision: int
    """Number of the newest revision."""
    created_at: Moment
    """When the first revision was saved."""
    saved_at: Moment
    """When the newest revision was saved."""
    decided: Decided | None
    """The newest decision; null where only answers were saved."""


class Revision(Record):
    """One save in an assessment's history."""

    number: int
    """Number of the revision, from 1."""
    saved_at: Moment
    """When it was saved, in UTC."""
    saved_by: str
    """By whom; empty without sign-in."""
    title: str
    """The title it had."""
    restored_from: int | None
    """The revision that it brought back, if it is a restoration."""
    decided: Decided | None
    """What was decided; null where only answers were saved."""


class Assessment(Record):
    """One revision of an assessment, complete."""

    entry: Entry
    """The assessment as it is listed."""
    revision: Revision
    """Which revision this is."""
    situation: Situation
    """Answers of the revision."""
    advice: Advice | None
    """The advice as it was given; null where there was none or it cannot be read any more."""
    advice_unreadable: bool = False
    """True where another version of this program wrote the advice in a form this one does not know."""


class Imported(Record):
    """What an import did; nothing that was there is ever replaced."""

    added: int = 0
    """Assessments that were not there."""
    extended: int = 0
    """Assessments that gained newer revisions."""
    unchanged: int = 0
    """Assessments that were there already."""
    copied: int = 0
    """Assessments whose history differs from ours, kept as copies beside them."""


class SaveConflict(AdvisorError):  # noqa: N818 named in the interface
    """Somebody else saved in between; nothing was written and nothing is lost.

    Args:
        saved: The newest revision of the assessment.
        base_revision: The revision that the refused save started from.
        saved_by: Who saved the newest one; may be empty.
        saved_at: When.
    """

    def __init__(self, saved: Saved, *, base_revision: int, saved_by: str, saved_at: datetime) -> None:
        who = f" by {saved_by}" if saved_by else ""
        super().__init__(
            f"revision {saved.revision} was saved{who} at {iso_utc(saved_at)}, after you opened"
            f" revision {base_revision}",
            place=f"assessment {saved.id}",
            remedy="Keep both by saving yours as a copy, or open the newest revision and change that.",
        )
        self.newest = saved
        self.base_revision = base_revision
        self.saved_by = saved_by
        self.saved_at = saved_at
