"""The pages of the app and the way between them."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import streamlit as st

from advisor.catalog import Catalog, load_catalog
from advisor.errors import AdvisorError
from advisor.ui import look, signing_in, state

_MARK: Final = str(Path(__file__).with_name("mark.svg"))


@dataclass(frozen=True)
class Place:
    """One page: where it stands in the address and in the navigation."""

    module: str
    """Module under ``advisor.ui`` with ``render()``; also the page's address."""
    title: str
    """What the navigation calls it."""


PLACES: Final = (
    Place("interview", "Interview"),
    Place("recommendation", "Recommendation"),
    Place("costs", "Costs"),
    Place("compare", "Compare"),
    Place("library", "Library"),
    Place("rulebook", "Rulebook"),
    Place("data", "Data"),
    Place("sizing", "Sizing"),
    Place("train", "Train"),
    Place("evaluate", "Evaluate"),
    Place("diagnose", "Diagnose"),
)


def run() -> None:
    """Set the page up, show the navigation and draw the page that the address names."""
    st.set_page_config(page_title="Advisor", page_icon=_MARK, layout="wide")
    st.logo(_MARK, size="small")
    look.style()
    try:
        if not signing_in.done():
            return
        pages = {place.module: _page(place) for place in PLACES}
        st.session_state["pages"] = pages
        chosen = st.navigation(list(pages.values()), position="hidden")
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
    def render() -> None:
        _module(place.module).render()

    # Streamlit tells function pages apart by their names.
    render.__name__ = place.module
    return render


@lru_cache
def _module(name: str) -> Any:
    module = importlib.import_module(f"advisor.ui.{name}")
    # Streamlit looks for garbage after every run; what stays for good (modules, rulebook) need not be looked through
    # each time, which takes longer than drawing the page.
    gc.collect()
    gc.freeze()
    return module
