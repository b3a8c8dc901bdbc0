"""Paste a description: accept proposed answers one by one, or see a second opinion; only with an endpoint."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import deciding, look, pages, state
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.share.report import words
from advisor.wording import say

if TYPE_CHECKING:
    from advisor.doors.brief import Difference, Endpoint, Opinion


def show(catalog: Catalog) -> None:
    """Draw the panel, where a model may be asked."""
    from advisor.doors.brief import is_configured

    if not is_configured():
        return
    with st.expander(say("brief.paste"), key="brief", icon=":material/article:"):
        look.quiet(say("brief.lead"))
        _form(catalog)
        for proposal in st.session_state.get("proposals", ()):
            _proposal(proposal, catalog)
        if "opinion" in st.session_state:
            _second_opinion(st.session_state["opinion"], catalog)


def _form(catalog: Catalog) -> None:
    from advisor.doors.brief import MAX_BRIEF, endpoint_from

    endpoint = endpoint_from()
    look.quiet(say("brief.sent_to", host=endpoint.host, model=endpoint.model))
    with st.form("brief_form", border=False):
        text = st.text_area(say("brief.description"), key="brief_text", max_chars=MAX_BRIEF, height=160)
        with st.container(horizontal=True, gap="small"):
            proposing = st.form_submit_button(say("brief.propose"), type="primary")
            judging = st.form_submit_button(
                say("brief.second_opinion"),
                help=say("brief.second_opinion_help"),
            )
    if not text.strip() or not (proposing or judging):
        return
    try:
        with st.spinner(say("brief.asking")):
            (_propose if proposing else _judge)(text, catalog, endpoint)
    except AdvisorError as error:
        pages.show_error(error)


def _propose(text: str, catalog: Catalog, endpoint: Endpoint) -> None:
    from advisor.doors.brief import propose

    found = propose(text, catalog, endpoint)
    st.session_state["proposals"] = list(found.proposals)
    look.quiet(
        say(
            "brief.proposed",
            proposed=len(found.proposals),
            model=found.model,
            rejected=len(found.dropped),
        )
    )


def _judge(text: str, catalog: Catalog, endpoint: Endpoint) -> None:
    from advisor.doors.brief import ask_opinion

    st.session_state.pop("opinion", None)
    st.session_state["opinion"] = ask_opinion(text, catalog, endpoint)


def _second_opinion(opinion: Opinion, catalog: Catalog) -> None:
    from advisor.doors.brief import compare

    # Compared anew in each run: answers may have changed since the model was asked.
    work = state.current()
    ours = deciding.recommendation(work, catalog)
    found = compare(opinion, work.situation(), ours, catalog, day=today())
    with st.container(key="second_opinion"):
        look.overline(say("brief.opinion_from", model=found.model, host=found.endpoint))
        st.html(f"<p><b>{escape(found.advice)}</b></p>")
        theirs, mine = words.percents(found.probabilities), words.percents(ours.probabilities)
        told = (
            (words.strategy(name, catalog), say("brief.chances", theirs=theirs[name], ours=mine[name]))
            for name in found.probabilities
        )
        st.html(look.definition(told))
        for item in found.differs_on:
            _difference(item, catalog)


def _difference(item: Difference, catalog: Catalog) -> None:
    fact = catalog.facts.get(item.fact)
    told = say("brief.differs", theirs=words.answer(item.theirs, fact), ours=words.answer(item.ours, fact))
    st.html(_quoted(item.question, told, item.quote))


def _quoted(question: str, told: str, quote: str) -> str:
    said = escape(say("brief.quote", quote=quote))
    return f'<p><b>{escape(question)}</b> {escape(told)}<br><span class="adv-quiet">{said}</span></p>'


def _proposal(proposal: Any, catalog: Catalog) -> None:
    told = words.answer(proposal.value, catalog.facts.get(proposal.fact))
    with st.container(key=f"proposal_{proposal.fact}"):
        st.html(_quoted(proposal.question, told, proposal.quote))
        with st.container(horizontal=True, gap="small"):
            st.button(
                say("brief.accept"),
                key=f"accept_{proposal.fact}",
                type="primary",
                on_click=_accept,
                args=(proposal,),
            )
            st.button(say("brief.reject"), key=f"reject_{proposal.fact}", on_click=_drop, args=(proposal,))


def _accept(proposal: Any) -> None:
    state.answer(proposal.fact, proposal.value)
    _drop(proposal)


def _drop(proposal: Any) -> None:
    kept = [other for other in st.session_state.get("proposals", ()) if other.fact != proposal.fact]
    st.session_state["proposals"] = kept
