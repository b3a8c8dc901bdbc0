"""Saving the assessment on screen, and what to do when somebody else was faster."""

from __future__ import annotations

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import deciding, look, opening, pages, signing_in, state
from advisor.doors.ui.clock import moment
from advisor.doors.ui.opening import store
from advisor.errors import AdvisorError
from advisor.share.store import SaveConflict
from advisor.share.store.datasets import bind
from advisor.wording import say


def button(catalog: Catalog, *, key: str) -> None:
    """Draw the save button, what became of the last save, and the way out of a conflict."""
    saved = state.current().saved
    label = say("saving.new_revision" if saved else "saving.to_library")
    st.button(
        label, key=key, on_click=_save, args=(catalog,), icon=":material/bookmark_add:", width="stretch"
    )
    conflict: SaveConflict | None = st.session_state.get("conflict")
    if conflict:
        _offer_both(conflict, catalog)
    elif st.session_state.get("saved_now") == saved and saved:
        look.quiet(say("saving.saved_as", number=saved.rpartition(".")[2]))


def _offer_both(conflict: SaveConflict, catalog: Catalog) -> None:
    st.warning(look.plain(_told(conflict)))
    with st.container(horizontal=True, gap="small"):
        st.button(
            say("saving.keep_both"),
            key="keep_both",
            on_click=_save,
            args=(catalog,),
            kwargs={"as_copy": True},
            type="primary",
        )
        st.button(say("saving.open_newest"), key="open_newest", on_click=_open_newest, args=(conflict,))


def _told(conflict: SaveConflict) -> str:
    held = {
        "newest": conflict.newest.revision,
        "moment": moment(conflict.saved_at),
        "opened": conflict.base_revision,
    }
    if conflict.saved_by:
        return say("saving.not_saved_by", person=conflict.saved_by, **held)
    return say("saving.not_saved", **held)


def _save(catalog: Catalog, *, as_copy: bool = False) -> None:
    work = state.current()
    assessment_id, _, revision = work.saved.partition(".")
    try:
        done = store().save(
            deciding.advice(work, catalog),
            assessment_id=assessment_id or None,
            base_revision=int(revision) if revision.isdigit() else None,
            as_copy=as_copy,
        )
    except SaveConflict as conflict:
        st.session_state["conflict"] = conflict
        return
    except AdvisorError as error:
        pages.tell(error)
        return
    st.session_state["conflict"] = None
    if work.data:
        bind(done.id, work.data, person=signing_in.person())
    st.session_state["saved_now"] = f"{done.id}.{done.revision}"
    state.mark_saved(f"{done.id}.{done.revision}")


def _open_newest(conflict: SaveConflict) -> None:
    st.session_state["conflict"] = None
    opening.open_revision(conflict.newest.id, None)
