"""The library of this app, and a saved assessment of it on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from advisor.errors import AdvisorError
from advisor.store import open_store, person_of
from advisor.ui import pages, state

if TYPE_CHECKING:
    from advisor.store import Store


def person() -> str:
    """Name the visitor who signed in; empty without sign-in."""
    user = st.user
    return person_of(user.to_dict()) if getattr(user, "is_logged_in", False) else ""


def store() -> Store:
    """Give the library as the visitor sees it."""
    whole = _opened()
    name = person()
    return whole.seen_by(name) if name else whole


@st.cache_resource(show_spinner=False)
def _opened() -> Store:
    return open_store()


def open_revision(assessment_id: str, revision: int | None) -> None:
    """Load a saved assessment and go to the questions."""
    try:
        found = store().get(assessment_id, revision)
    except AdvisorError as error:
        pages.tell(error)
        return
    state.load(found.situation, saved=f"{assessment_id}.{found.revision.number}")
    pages.go("recommendation")
