"""What the session knows and what the address says, kept in step; no other module writes either.

The address (see `address`) holds the answers by fact, the title and the questions left open on purpose, so that a link, a reload
and the back button all lead to the same page. Session state keeps them across pages, and the steps to undo.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui.address import Work, address_of, read_address
from advisor.scenario import MeasuredRun, Replaced, Situation, with_measured
from advisor.scenario.answers import MAX_TITLE

MAX_UNDO: Final = 50
# Parameters that belong to single pages: the map's axes, the comparison, the rulebook's filters.
PAGE_PARAMETERS: Final = ("x", "y", "with", "show", "kind", "find")


def begin(page: str, catalog: Catalog) -> Work:
    """Bring session and address together at the start of a page, and return the assessment."""
    session, given = st.session_state, dict(st.query_params)
    session["catalog"] = catalog
    moved = session.get("page") not in (None, page)
    session["page"] = page
    spoken = {key: value for key, value in given.items() if key not in PAGE_PARAMETERS}
    if moved and not spoken and "work" in session:
        _write_address(session["work"])
    elif "work" not in session or spoken != address_of(session["work"]):
        session["work"], session["refused"] = read_address(spoken, catalog)
    return current()


def catalog() -> Catalog:
    """Return the rulebook that this run works with."""
    found: Catalog = st.session_state["catalog"]
    return found


def current() -> Work:
    """Return the present assessment."""
    work: Work = st.session_state.get("work", Work())
    return work


def refused() -> list[str]:
    """Return what the address held that could not be used; empty for a good link."""
    found: list[str] = st.session_state.get("refused", [])
    return found


def answer(fact: str, value: Any) -> None:
    """Take an answer; None takes it back."""
    answer_together({fact: value})


def answer_together(values: Mapping[str, Any], *, unsure: Collection[str] = ()) -> None:
    """Take several answers as one step that can be undone; None takes one back, ``unsure`` leaves it open on purpose."""
    work = current()
    answers = {name: value for name, value in {**work.answers, **values}.items() if value is not None}
    still = (name for name in work.unsure if name not in values)
    origins = {name: origin for name, origin in work.origins.items() if name not in values}
    open_ones = tuple(dict.fromkeys((*still, *unsure)))
    _change(replace(work, answers=answers, unsure=open_ones, origins=origins))


def use_measured(run: MeasuredRun) -> tuple[Replaced, ...]:
    """Replace answers by what a run measured, as one step that can be undone; return what changed."""
    work = current()
    after, replaced = with_measured(work.situation(), run, catalog())
    unsure = tuple(name for name in work.unsure if name not in after.answers)
    _change(
        replace(
            work, answers=dict(after.answers), origins=after.origins, measured=after.measured, unsure=unsure
        )
    )
    return replaced


def leave_open(fact: str) -> None:
    """Note that the visitor does not know, so that the question is not asked again."""
    answer_together({fact: None}, unsure=(fact,))


def rename(title: str) -> None:
    """Set the title of the assessment; it never changes the decision."""
    _change(replace(current(), title=title[:MAX_TITLE]))


def load(situation: Situation, *, saved: str = "", data: str = "") -> None:
    """Start from an example, an opened file or a saved assessment."""
    st.session_state["began"] = False
    _change(
        Work(
            title=situation.title,
            answers=dict(situation.answers),
            unsure=situation.left_open,
            saved=saved,
            data=data,
            origins=situation.origins,
            measured=situation.measured,
        )
    )


def mark_saved(saved: str) -> None:
    """Remember which revision the assessment was saved as."""
    work = replace(current(), saved=saved)
    st.session_state["work"] = work
    _write_address(work)


def keep_data(key: str) -> None:
    """Remember the data set of this assessment; an empty key forgets it."""
    _change(replace(current(), data=key))


def start_over() -> None:
    """Forget every answer; undo brings them back."""
    _change(Work())
    st.session_state["began"] = False


def starting() -> bool:
    """Return whether the visitor still gives the facts of the first screen."""
    return current().empty or bool(st.session_state.get("began"))


def begin_with_facts() -> None:
    """Stay on the first screen while its facts are given, until `show_result`."""
    if current().empty:
        st.session_state["began"] = True


def show_result() -> None:
    """Leave the first screen."""
    st.session_state["began"] = False


def edit_facts() -> None:
    """Go back to the first screen, with its answers."""
    st.session_state["began"] = True


def undo() -> None:
    """Undo one change."""
    past = st.session_state.get("past", [])
    if past:
        st.session_state["work"] = past.pop()
        _follow()


def can_undo() -> bool:
    """Return whether there is a change to go back on."""
    return bool(st.session_state.get("past"))


def ask(fact: str | None) -> None:
    """Ask this question next, instead of the best one."""
    st.session_state["asked"] = fact


def asked() -> str | None:
    """Return the question that the visitor chose, if any."""
    fact: str | None = st.session_state.get("asked")
    return fact


def page_parameter(name: str, allowed: tuple[str, ...], default: str) -> str:
    """Return a parameter of this page from the address, or the default where it is missing or unknown."""
    value = st.query_params.get(name, default)
    return value if value in allowed else default


def set_page_parameter(name: str, value: str) -> None:
    """Put a parameter of this page into the address; an empty one is taken out."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _change(work: Work) -> None:
    past = st.session_state.setdefault("past", [])
    past.append(current())
    del past[:-MAX_UNDO]
    st.session_state["work"] = work
    _follow()


def _follow() -> None:
    st.session_state["asked"] = None
    st.session_state["refused"] = []
    _write_address(current())


def _write_address(work: Work) -> None:
    wanted = address_of(work)
    kept = {key: value for key, value in st.query_params.items() if key in PAGE_PARAMETERS}
    # One assignment is one entry in the browser's history, so that "back" takes back one answer.
    st.query_params.from_dict({**wanted, **kept})
