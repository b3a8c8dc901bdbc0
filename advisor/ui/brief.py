"""Paste a description and accept proposed answers one by one; only where an endpoint is configured."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.report import words
from advisor.ui import look, pages, state


def show(catalog: Catalog) -> None:
    """Draw the panel, where a model may be asked."""
    from advisor.brief import is_configured

    if not is_configured():
        return
    with st.expander("Paste a description instead", key="brief", icon=":material/article:"):
        look.quiet(
            "A model proposes answers, each with the words it comes from. You accept or reject; it never decides."
        )
        _form(catalog)
        for proposal in st.session_state.get("proposals", ()):
            _proposal(proposal, catalog)


def _form(catalog: Catalog) -> None:
    from advisor.brief import MAX_BRIEF, endpoint_from, propose

    endpoint = endpoint_from()
    look.quiet(f"The whole text is sent to {endpoint.host}, to the model {endpoint.model}.")
    with st.form("brief_form", border=False):
        text = st.text_area("Description of the task", key="brief_text", max_chars=MAX_BRIEF, height=160)
        if not st.form_submit_button("Propose answers", type="primary") or not text.strip():
            return
    try:
        with st.spinner("Asking the model …"):
            found = propose(text, catalog, endpoint)
    except AdvisorError as error:
        pages.show_error(error)
        return
    st.session_state["proposals"] = list(found.proposals)
    look.quiet(
        f"{len(found.proposals)} answers proposed by {found.model}; {len(found.dropped)} dropped by our checks."
    )


def _proposal(proposal: Any, catalog: Catalog) -> None:
    told = words.answer(proposal.value, catalog.facts.get(proposal.fact))
    with st.container(key=f"proposal_{proposal.fact}"):
        st.html(
            f"<p><b>{escape(proposal.question)}</b> {escape(told)}<br>"
            f'<span class="adv-quiet">“{escape(proposal.quote)}”</span></p>'
        )
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Accept", key=f"accept_{proposal.fact}", type="primary", on_click=_accept, args=(proposal,)
            )
            st.button("Reject", key=f"reject_{proposal.fact}", on_click=_drop, args=(proposal,))


def _accept(proposal: Any) -> None:
    state.answer(proposal.fact, proposal.value)
    _drop(proposal)


def _drop(proposal: Any) -> None:
    kept = [other for other in st.session_state.get("proposals", ()) if other.fact != proposal.fact]
    st.session_state["proposals"] = kept
