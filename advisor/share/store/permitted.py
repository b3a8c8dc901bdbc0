"""Rows of assessments that a person may see, edit or manage; anything else is an error."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from advisor.errors import AdvisorError
from advisor.share.store import access
from advisor.share.store.rows import is_like_an_id
from advisor.share.store.tables import AssessmentRow


def _found(session: Session, assessment_id: str) -> AssessmentRow | None:
    # The row is locked until a writer is done, where the database has row locks.
    writes = session.connection().get_execution_options().get("writes", False)
    wanted = select(AssessmentRow).where(AssessmentRow.id == assessment_id)
    return session.scalar(wanted.with_for_update() if writes else wanted)


def visible(session: Session, person: str, assessment_id: str) -> AssessmentRow:
    """Return an assessment that ``person`` may see; the same error where it is hidden as where it is not there."""
    row = _found(session, assessment_id) if is_like_an_id(assessment_id) else None
    if row is None or not access.may_see(person, owner=row.owner, shared=row.shared):
        # One answer for both: who may not see it shall not learn that it exists.
        raise AdvisorError(
            f"there is no assessment '{assessment_id[:40]}'",
            place="library",
            remedy="List them with: advisor library list.",
        )
    return row


def editable(session: Session, person: str, assessment_id: str) -> AssessmentRow:
    """Return an assessment that ``person`` may change."""
    row = visible(session, person, assessment_id)
    if not access.may_edit(person, owner=row.owner, shared=row.shared):
        raise _not_yours(row)
    return row


def managed(session: Session, person: str, assessment_id: str) -> AssessmentRow:
    """Return an assessment that ``person`` may rename, share and archive."""
    row = visible(session, person, assessment_id)
    if not access.may_manage(person, owner=row.owner):
        raise _not_yours(row)
    return row


def _not_yours(row: AssessmentRow) -> AdvisorError:
    return AdvisorError(
        "only its owner may do that",
        place=f"assessment {row.id}",
        remedy="Duplicate it and change the copy.",
    )
