"""What the session knows and what the address says, kept in step; no other module writes either.

The address holds the answers by fact, the title and the questions left open on purpose, so that a link, a reload
and the back button all lead to the same page. Session state keeps them across pages, and the steps to undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import streamlit as st

from advisor.catalog import Catalog, Fact
from advisor.errors import AdvisorError, did_you_mean
from advisor.scenario import MeasuredRun, Replaced, Situation, with_measured
from advisor.scenario.answers import MAX_TITLE, Origin, check_value, renamed

MAX_UNDO: Final = 50
_EMPTY_LIST: Final = "-"
_TITLE, _UNSURE, _SAVED, _DATA, _SEPARATOR = "title", "unsure", "saved", "data", ","
_OWN: Final = (_TITLE, _UNSURE, _SAVED, _DATA)
# Parameters that belong to single pages: the map's axes, the comparison, the rulebook's filters.
PAGE_PARAMETERS: Final = ("x", "y", "with", "show", "kind", "find")


@dataclass(frozen=True)
class Work:
    """The assessment that the visitor is working on."""

    title: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    """Questions that the visitor left open on purpose; they are not asked again."""
    saved: str = ""
    """``id.revision`` of the saved assessment that this started from."""
    data: str = ""
    """Key of the data set that belongs to it; see `advisor.share.store.datasets`."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Where answers came from that no person gave. The address does not hold it: whoever follows a link gets the answers."""
    measured: tuple[MeasuredRun, ...] = ()
    """Runs whose results it uses; like the origins, they travel in files and in the library, not in the address."""

    def situation(self) -> Situation:
        """Return the record that the engine, reports and the library work on."""
        return Situation(
            title=self.title,
            answers=dict(self.answers),
            origins=dict(self.origins),
            measured=self.measured,
            left_open=self.unsure,
        )

    @property
    def empty(self) -> bool:
        """Whether nothing has been said yet."""
        return not (self.answers or self.unsure or self.title)


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
    work = current()
    answers = {**work.answers, fact: value}
    if value is None:
        del answers[fact]
    unsure = tuple(name for name in work.unsure if name != fact)
    _change(replace(work, answers=answers, unsure=unsure, origins=_without(work.origins, fact)))


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


def _without(origins: Mapping[str, Origin], fact: str) -> dict[str, Origin]:
    return {name: origin for name, origin in origins.items() if name != fact}


def leave_open(fact: str) -> None:
    """Note that the visitor does not know, so that the question is not asked again."""
    work = current()
    answers = {name: value for name, value in work.answers.items() if name != fact}
    unsure = tuple(dict.fromkeys((*work.unsure, fact)))
    _change(replace(work, answers=answers, unsure=unsure, origins=_without(work.origins, fact)))


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


def address_of(work: Work) -> dict[str, str]:
    """Write the assessment as the shortest address that holds it."""
    address = {name: encode(value) for name, value in work.answers.items()}
    unsure = _SEPARATOR.join(work.unsure)
    extras = {_TITLE: work.title, _UNSURE: unsure, _SAVED: work.saved, _DATA: work.data}
    return address | {key: value for key, value in extras.items() if value}


def read_address(given: Mapping[str, str], catalog: Catalog) -> tuple[Work, list[str]]:
    """Read an address; gives the assessment and a sentence for every part that could not be used."""
    answers: dict[str, Any] = {}
    problems: list[str] = []
    for stated, said in given.items():
        if stated in _OWN:
            continue
        # A link may be older than the name of a question.
        name, text = renamed(stated, said, catalog)
        if name != stated and name in given:
            continue
        try:
            answers[name] = decode(name, text, catalog)
        except AdvisorError as error:
            problems.append(str(error))
    left_open = (renamed(name, "", catalog)[0] for name in given.get(_UNSURE, "").split(_SEPARATOR))
    unsure = [name for name in left_open if name in catalog.facts]
    title = given.get(_TITLE, "")[:MAX_TITLE]
    kept = given.get(_DATA, "")[:80]
    return Work(title, answers, tuple(unsure), given.get(_SAVED, "")[:80], kept), problems


def encode(value: Any) -> str:
    """Write one answer as text for the address."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, list | tuple):
        return _SEPARATOR.join(value) or _EMPTY_LIST
    return str(value)


def decode(name: str, text: str, catalog: Catalog) -> Any:
    """Read one answer from the address; raises AdvisorError where it is not an answer to that question."""
    fact = catalog.facts.get(name)
    if fact is None or fact.derived:
        remedy = did_you_mean(name[:80], [key for key, known in catalog.facts.items() if not known.derived])
        raise AdvisorError(f"there is no question '{name[:80]}'", place="address", remedy=remedy)
    return check_value(name, fact, _plain(fact, text), "address")


def _plain(fact: Fact, text: str) -> Any:
    if fact.type == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if fact.type == "many":
        return [] if text == _EMPTY_LIST else text.split(_SEPARATOR)
    if fact.type == "number":
        try:
            return float(text)
        except ValueError:
            return text
    return text
