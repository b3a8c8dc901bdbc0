"""The answers behind the result, each to be changed where it is read."""

from __future__ import annotations

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import look, question, start, state
from advisor.share.report import words
from advisor.wording import say


def show(catalog: Catalog) -> None:
    """Draw each answer as a line; a click opens its question in place."""
    work = state.current()
    given = [name for name in catalog.facts if name in work.answers]
    st.header(say("result_answers.heading"), anchor=False)
    if not given:
        look.quiet(say("result_answers.none_yet"))
    with st.container(key="given", gap=None):
        for name in given:
            fact = catalog.facts[name]
            said = look.plain(words.answer(work.answers[name], fact))
            st.button(
                f"{look.plain(asked(name, catalog))} **{said}**",
                key=f"given_{name}",
                type="tertiary",
                icon=":material/edit:",
                on_click=state.ask,
                args=(None if state.asked() == name else name,),
            )
            if state.asked() == name:
                question.inline(name, catalog)
    if work.unsure:
        told = "; ".join(asked(name, catalog) for name in work.unsure)
        look.quiet(say("result_answers.left_open", questions=told))


def asked(name: str, catalog: Catalog) -> str:
    """Return a question in the words in which the first screen asks it, where it does."""
    return say(f"start.ask_{name}") if name in start.FACTS else words.question(name, catalog)
