"""The library of this app, and a saved assessment of it on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from advisor.doors.ui import pages, signing_in, state
from advisor.errors import AdvisorError
from advisor.share.recheck import still_fitting
from advisor.share.store import open_store
from advisor.share.store.datasets import bound
from advisor.wording import say

if TYPE_CHECKING:
    from advisor.share.store import Store


def store() -> Store:
    """Return the library as the visitor sees it.

    Raises:
        AdvisorError: Sign-in is configured and nobody who may see it is signed in.
    """
    name = signing_in.person()
    return _opened().seen_by(name) if name else _opened()


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
    fitting, dropped = still_fitting(found.situation, state.catalog())
    if dropped:
        problem = say("opening.dropped", count=len(dropped))
        names = ", ".join(item.name for item in dropped)
        pages.tell(AdvisorError(problem, place=names, remedy=say("opening.answer_again")))
    data = bound(assessment_id, person=signing_in.person())
    state.load(fitting, saved=f"{assessment_id}.{found.revision.number}", data=data)
    pages.go("recommendation")
