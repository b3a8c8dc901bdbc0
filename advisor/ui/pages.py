"""The pages of the app and the way between them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import streamlit as st

from advisor.catalog import Catalog, load_catalog
from advisor.errors import AdvisorError
from advisor.ui import look, signing_in, state

_MARK: Final = str(Path(__file__).with_name("mark.svg"))


@dataclass(frozen=True)
class Place:
    """One page: where it stands in the address and in the navigation, and what it is for."""

    module: str
    """Module under ``advisor.ui`` with ``render()``; also the page's address."""
    title: str
    """What the navigation calls it."""
    purpose: str
    """What it will do, said where it is not there yet."""


PLACES: Final = (
    Place("interview", "Interview", "Answer questions and see the recommendation change."),
    Place("recommendation", "Recommendation", "The whole recommendation with its reasons."),
    Place("costs", "Costs", "What each strategy costs a month, and when one pays for itself."),
    Place("compare", "Compare", "Two to four assessments side by side."),
    Place("library", "Library", "Saved assessments and their history."),
    Place("rulebook", "Rulebook", "Every question, rule, number and source with its age."),
    Place("data", "Data", "Audit, mend, split and augment training examples."),
    Place("sizing", "Sizing", "How large a training run is, and what it fits on."),
    Place("train", "Train", "Plan a training run, see what it costs and where it can run."),
    Place(
        "evaluate",
        "Evaluate",
        "Compare the prompt, retrieval and the tuned model on held-out examples.",
    ),
    Place("diagnose", "Diagnose", "Find out why a tuned model fails in production, down to the rows."),
)


def run() -> None:
    """Set the page up, show the navigation and draw the page that the address names."""
    st.set_page_config(page_title="Advisor", page_icon=_MARK, layout="wide")
    st.logo(_MARK, size="small")
    look.style()
    if not signing_in.done():
        return
    pages = {place.module: _page(place) for place in PLACES}
    st.session_state["pages"] = pages
    chosen = st.navigation(list(pages.values()), position="hidden")
    try:
        state.begin(chosen.url_path, _catalog())
        _follow_up(pages)
        _navigation(pages)
        chosen.run()
    except AdvisorError as error:
        show_error(error)


def _navigation(pages: Mapping[str, Any]) -> None:
    # Streamlit's own navigation drops the answers from the address, which costs a second entry in the history.
    address = state.address_of(state.current())
    with st.container(key="nav", horizontal=True, wrap=False, gap=None):
        for place in PLACES:
            st.page_link(pages[place.module], label=place.title, query_params=address)


@st.cache_resource(ttl=5, show_spinner=False)
def _catalog() -> Catalog:
    # Looking whether any of some 300 files changed takes 10 ms; every five seconds is soon enough.
    return load_catalog()


def link(module: str, label: str, **options: Any) -> None:
    """Link to another page of the app, with the answers in the address."""
    pages: Mapping[str, Any] = st.session_state.get("pages", {})
    if module in pages:
        parameters = state.address_of(state.current()) | options.pop("parameters", {})
        st.page_link(pages[module], label=label, query_params=parameters, **options)


def go(module: str) -> None:
    """Go to another page at the next run; for use in callbacks, where a switch is not possible."""
    st.session_state["going"] = module


def tell(error: AdvisorError) -> None:
    """Show a mistake at the next run; for use in callbacks."""
    st.session_state["told"] = error


def _follow_up(pages: Mapping[str, Any]) -> None:
    error = st.session_state.pop("told", None)
    if error:
        show_error(error)
    module = st.session_state.pop("going", None)
    if module:
        st.switch_page(pages[module], query_params=state.address_of(state.current()))


def show_error(error: AdvisorError) -> None:
    """Show a mistake that a person can mend: what, where, and what to do."""
    st.error(f"**{look.plain(error.problem)}**  \n{look.plain(error.place)}  \n{look.plain(error.remedy)}")


def _page(place: Place) -> Any:
    return st.Page(
        _render(place),
        title=place.title,
        url_path=None if place.module == "interview" else place.module,
        default=place.module == "interview",
    )


def _render(place: Place) -> Callable[[], None]:
    name = f"advisor.ui.{place.module}"

    def render() -> None:
        if find_spec(name) is None:
            _not_here_yet(place)
        else:
            importlib.import_module(name).render()

    # Streamlit tells function pages apart by their names.
    render.__name__ = place.module
    return render


def _not_here_yet(place: Place) -> None:
    st.title(place.title)
    look.quiet(f"Not here yet. Planned: {place.purpose[0].lower()}{place.purpose[1:]}")
    link("interview", "Back to the questions")
