"""The whole library as one JSON file, out and in: bounded, checked strictly, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from advisor.advice import Advice, in_todays_shape
from advisor.catalog import Record
from advisor.catalog.strict_json import parse_json
from advisor.catalog.strict_yaml import decode_text
from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.share.store import access
from advisor.share.store.address import MAX_BYTES
from advisor.share.store.contents import (
    MAX_DEPTH,
    MAX_OWNER,
    MAX_TAG,
    MAX_TAGS,
    as_copy_of,
    checked_line,
    checked_tags,
    columns_of,
    written_advice,
)
from advisor.share.store.records import Decided, Imported, Moment, iso_utc
from advisor.share.store.rows import decided_in, describe, new_id
from advisor.share.store.tables import AssessmentRow, RevisionRow

MAX_ASSESSMENTS: Final = 20_000
MAX_REVISIONS: Final = 10_000
_PLACE: Final = "library file"
_Line = Annotated[str, Field(max_length=MAX_OWNER)]


class FileRevision(Record):
    """One revision in a library file."""

    number: Annotated[int, Field(ge=1, le=MAX_REVISIONS)]
    """Number of the revision, from 1."""
    saved_at: Moment
    """When it was saved, ISO 8601 with zone."""
    saved_by: _Line = ""
    """Who saved it; empty if unknown."""
    restored_from: Annotated[int, Field(ge=1)] | None = None
    """The revision that it brought back."""
    decided: Decided | None = None
    """Summary of the advice; null if none was saved."""
    situation: Situation
    """Answers of the revision."""
    advice: Advice | None = None
    """The advice; null if none was saved."""

    @model_validator(mode="after")
    def _advice_is_about_the_answers(self) -> FileRevision:
        if self.advice is not None and self.advice.situation != self.situation:
            raise ValueError("the advice is about other answers")
        return self


class FileAssessment(Record):
    """One assessment in a library file."""

    id: str = Field(pattern=r"^[0-9a-zA-Z]{1,40}$")
    """Its id: letters and digits, never a path."""
    owner: _Line = ""
    """Who it belongs to."""
    tags: tuple[Annotated[str, Field(max_length=MAX_TAG)], ...] = Field(default=(), max_length=MAX_TAGS)
    """Tags of the assessment."""
    shared: bool = False
    """Whether everyone sees it."""
    archived: bool = False
    """Whether it is put away."""
    created_at: Moment
    """When its first revision was saved."""
    revisions: tuple[FileRevision, ...] = Field(min_length=1, max_length=MAX_REVISIONS)
    """All of them, the first first."""

    @model_validator(mode="after")
    def _counts_from_one(self) -> FileAssessment:
        if [revision.number for revision in self.revisions] != list(range(1, len(self.revisions) + 1)):
            raise ValueError("revisions must be numbered 1, 2, 3 …")
        return self


class LibraryFile(Record):
    """A library file."""

    format: Literal["advisor-library"] = "advisor-library"
    """Tells it from other JSON files."""
    version: Literal[1] = 1
    """The form of this file."""
    assessments: tuple[FileAssessment, ...] = Field(max_length=MAX_ASSESSMENTS)
    """Assessments, each id once."""

    @model_validator(mode="after")
    def _ids_stand_once(self) -> LibraryFile:
        if len({item.id for item in self.assessments}) != len(self.assessments):
            raise ValueError("an id occurs twice")
        return self


# --- out -------------------------------------------------------------------------------------------------


def export_library(session: Session, person: str) -> bytes:
    """Write what ``person`` owns; without sign-in, everything."""
    wanted = select(AssessmentRow).order_by(AssessmentRow.id)
    if person != access.NOBODY:
        wanted = wanted.where(AssessmentRow.owner == person)
    rows = session.scalars(wanted).all()
    assessments = [_exported(row, _revisions(session, row)) for row in rows]
    content = {"format": "advisor-library", "version": 1, "assessments": assessments}
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _revisions(session: Session, row: AssessmentRow) -> Iterable[RevisionRow]:
    wanted = select(RevisionRow).where(RevisionRow.assessment_id == row.id)
    return session.scalars(wanted.order_by(RevisionRow.number))


def _exported(row: AssessmentRow, revisions: Iterable[RevisionRow]) -> dict[str, Any]:
    return {
        "id": row.id,
        "owner": row.owner,
        "tags": [tag.tag for tag in row.tags],
        "shared": row.shared,
        "archived": row.archived,
        "created_at": iso_utc(row.created_at),
        "revisions": [_exported_revision(revision) for revision in revisions],
    }


def _exported_revision(row: RevisionRow) -> dict[str, Any]:
    decided = decided_in(row)
    return {
        "number": row.number,
        "saved_at": iso_utc(row.saved_at),
        "saved_by": row.saved_by,
        "restored_from": row.restored_from,
        "decided": decided and decided.model_dump(),
        "situation": row.situation,
        # What no program of this version can read would make the file unreadable to all of them.
        "advice": written_advice(row.advice),
    }


# --- in --------------------------------------------------------------------------------------------------


def read_library(content: bytes) -> LibraryFile:
    """Check a library file from the first byte to the last, before anything is written."""
    if len(content) > MAX_BYTES:
        raise _refused(f"the file is larger than {MAX_BYTES / 1e6:g} MB")
    located = parse_json(decode_text(content, place=_PLACE), place=_PLACE, max_depth=MAX_DEPTH)
    try:
        # From JSON again, since only there does strict still mean that a day is text.
        return LibraryFile.model_validate_json(json.dumps(_in_todays_shape(located.value)), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step)[:40] for step in first["loc"])
        raise _refused(f"'{where}': {first['msg'][:200].lower()}") from None


def _in_todays_shape(tree: Any) -> Any:
    """Replace each piece of advice in a file's tree; whatever is not where it belongs is left for the check."""
    if isinstance(tree, list):
        return [_in_todays_shape(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    parts = {name: _in_todays_shape(tree[name]) for name in ("assessments", "revisions") if name in tree}
    advice = {"advice": in_todays_shape(tree["advice"])} if "advice" in tree else {}
    return tree | parts | advice


def _refused(problem: str) -> AdvisorError:
    return AdvisorError(
        problem, place=_PLACE, remedy="Nothing was imported. Give a file from: advisor library export."
    )


@dataclass(frozen=True)
class Importer:
    """Who imports, and when."""

    person: str
    """In whose view; NOBODY restores a library as its file tells it."""
    owner: str | None
    """Whose the assessments become; None keeps the file's owners."""
    now: datetime
    """The moment of the import."""

    def as_saved(self, columns: dict[str, Any]) -> dict[str, Any]:
        """Return a revision's columns as this person saved them: a file cannot say who saved what, or when."""
        if self.person == access.NOBODY:
            return columns
        return columns | {"saved_by": self.person, "saved_at": self.now}

    def owner_of(self, item: FileAssessment) -> str:
        """Return whose ``item`` becomes."""
        return item.owner if self.owner is None else self.owner


def import_library(session: Session, library: LibraryFile, importer: Importer) -> Imported:
    """Add the file's assessments: new ones, new revisions of known ones, copies where histories differ."""
    counts = {"added": 0, "extended": 0, "unchanged": 0, "copied": 0}
    for item in library.assessments:
        counts[_import(session, item, importer)] += 1
    return Imported(**counts)


def _import(session: Session, item: FileAssessment, importer: Importer) -> str:
    theirs = [importer.as_saved(_columns(revision)) for revision in item.revisions]
    row = session.get(AssessmentRow, item.id, with_for_update=True)
    if row is None:
        _add(session, item, theirs, importer, assessment_id=item.id)
        return "added"
    missing = _missing(session, row, theirs, importer.person)
    if missing == []:
        return "unchanged"
    # Others may save revisions of what is shared, one by one and under their name; they do not import into it.
    if missing and access.may_manage(importer.person, owner=row.owner):
        return _extend(session, row, missing)
    _add(session, item, [as_copy_of(columns) for columns in theirs], importer, assessment_id=new_id())
    return "copied"


def _missing(
    session: Session, row: AssessmentRow, theirs: list[dict[str, Any]], person: str
) -> list[dict[str, Any]] | None:
    """Return the file's revisions that ours lacks; None where the histories differ, or ours is not to be seen."""
    if not access.may_see(person, owner=row.owner, shared=row.shared):
        return None
    ours = [_comparable(revision) for revision in _revisions(session, row)]
    common = min(len(ours), len(theirs))
    same = ours[:common] == [_comparable(RevisionRow(**columns)) for columns in theirs[:common]]
    return theirs[common:] if same else None


def _columns(revision: FileRevision) -> dict[str, Any]:
    columns = columns_of(revision.advice or revision.situation)
    if revision.advice is None and revision.decided is not None:
        columns |= {
            name: checked_line(value, name, 200) for name, value in revision.decided.model_dump().items()
        }
    return columns | {
        "number": revision.number,
        "saved_at": revision.saved_at,
        "saved_by": checked_line(revision.saved_by, "saved_by", MAX_OWNER),
        "restored_from": revision.restored_from,
    }


def _comparable(row: RevisionRow) -> tuple[Any, ...]:
    return (row.number, row.situation, written_advice(row.advice))


def _add(
    session: Session,
    item: FileAssessment,
    revisions: list[dict[str, Any]],
    importer: Importer,
    *,
    assessment_id: str,
) -> None:
    row = AssessmentRow(
        id=assessment_id,
        owner=checked_line(importer.owner_of(item), "the owner", MAX_OWNER),
        # Whether to share is for the person who has it now to say.
        shared=item.shared and importer.person == access.NOBODY,
        archived=item.archived,
        newest=len(revisions),
        created_at=item.created_at if importer.person == access.NOBODY else importer.now,
        tags=[],
    )
    describe(row, revisions[-1]["title"], checked_tags(item.tags))
    session.add(row)
    session.flush()
    session.add_all(RevisionRow(assessment_id=assessment_id, **columns) for columns in revisions)
    session.flush()


def _extend(session: Session, row: AssessmentRow, missing: list[dict[str, Any]]) -> str:
    session.add_all(RevisionRow(assessment_id=row.id, **columns) for columns in missing)
    row.newest += len(missing)
    describe(row, missing[-1]["title"], [tag.tag for tag in row.tags])
    return "extended"
