"""Saved assessments with their revisions, in SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.share.store.access import may_edit, may_manage, may_see, person_of
from advisor.share.store.opening import open_store
from advisor.share.store.records import (
    Assessment,
    Decided,
    Entry,
    Imported,
    Revision,
    SaveConflict,
    Saved,
)

if TYPE_CHECKING:
    from advisor.share.store.assessments import Store

__all__ = [
    "Assessment",
    "Decided",
    "Entry",
    "Imported",
    "Revision",
    "SaveConflict",
    "Saved",
    "Store",
    "may_edit",
    "may_manage",
    "may_see",
    "open_store",
    "person_of",
]


def __getattr__(name: str) -> Any:
    # The class stands on SQLAlchemy, which commands that save nothing need not load.
    if name == "Store":
        from advisor.share.store.assessments import Store

        return Store
    raise AttributeError(name)
