"""Between rows of the database and the records that leave it; and the search over them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, Final, TypeVarTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from advisor.errors import AdvisorError
from advisor.scenario.answers import MAX_TITLE
from advisor.share.store.contents import MAX_TAGS, checked_line
from advisor.share.store.records import Decided, Entry, Revision
from advisor.share.store.tables import AssessmentRow, RevisionRow, TagRow

Columns = TypeVarTuple("Columns")

MAX_QUERY_WORDS: Final = 20
_KEPT: Final = ("title", "situation", "advice", *Decided.model_fields)


def new_id() -> str:
    """Make an id: letters and digits that mean nothing."""
    return secrets.token_hex(8)


def is_like_an_id(text: str) -> bool:
    """Return whether ``text`` could be an id; nothing else is ever asked of the database."""
    return text.isascii() and text.isalnum() and len(text) <= 40


def describe(row: AssessmentRow, title: str, tags: Iterable[str]) -> None:
    """Set the tags, and the text that searches look into: folded here, since databases fold ASCII only."""
    kept = {tag.tag: tag for tag in row.tags}
    row.tags = [kept.get(tag) or TagRow(tag=tag) for tag in tags]
    row.searchable = "\n".join([title, *(tag.tag for tag in row.tags)]).casefold()


def revision_of(session: Session, row: AssessmentRow, number: int) -> RevisionRow:
    """Find one revision of an assessment."""
    found = session.get(RevisionRow, (row.id, number)) if 0 < number < 2**31 else None
    if found is None:
        raise AdvisorError(
            f"it has no revision {number}",
            place=f"assessment {row.id}",
            remedy=f"Give a number from 1 to {row.newest}.",
        )
    return found


def columns_in(row: RevisionRow) -> dict[str, Any]:
    """Return what a restoration or a copy carries over."""
    return {name: getattr(row, name) for name in _KEPT}


def matching(query: str, tags: Iterable[str]) -> Select[AssessmentRow, RevisionRow]:
    """Select assessments with their newest revision, the last saved first."""
    newest = (RevisionRow.assessment_id == AssessmentRow.id) & (RevisionRow.number == AssessmentRow.newest)
    wanted = select(AssessmentRow, RevisionRow).join(RevisionRow, newest)
    wanted = without_contents(wanted)
    words = checked_line(query, "the search", MAX_TITLE).casefold().split()[:MAX_QUERY_WORDS]
    for word in words:
        wanted = wanted.where(AssessmentRow.searchable.contains(word, autoescape=True))
    for tag in list(tags)[: MAX_TAGS + 1]:
        wanted = wanted.where(AssessmentRow.tags.any(TagRow.tag == tag))
    return wanted.order_by(RevisionRow.saved_at.desc(), AssessmentRow.id)


def without_contents(wanted: Select[*Columns]) -> Select[*Columns]:
    """Leave in the database what a list does not show: the contents are hundreds of times as long, and may be damaged."""
    return wanted.options(defer(RevisionRow.situation), defer(RevisionRow.advice))


def entry_of(row: AssessmentRow, newest: RevisionRow) -> Entry:
    """Return an assessment as it is listed."""
    return Entry(
        id=row.id,
        title=newest.title,
        owner=row.owner,
        tags=tuple(tag.tag for tag in row.tags),
        shared=row.shared,
        archived=row.archived,
        revision=row.newest,
        created_at=row.created_at,
        saved_at=newest.saved_at,
        decided=decided_in(newest),
    )


def listed(row: RevisionRow) -> Revision:
    """Return a revision as the history lists it."""
    return Revision(
        number=row.number,
        saved_at=row.saved_at,
        saved_by=row.saved_by,
        title=row.title,
        restored_from=row.restored_from,
        decided=decided_in(row),
    )


def decided_in(row: RevisionRow) -> Decided | None:
    """Return what a revision decided, or None where it holds answers alone."""
    if row.recommended is None:
        return None
    return Decided.model_validate({name: getattr(row, name) or "" for name in Decided.model_fields})
