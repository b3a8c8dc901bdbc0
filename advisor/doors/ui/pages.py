"""The pages of the app and the way between them."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import streamlit as st

from advisor.catalog import Catalog, load_catalog
from advisor.doors.ui import limits_strip, look, signing_in, state
from advisor.doors.ui.address import address_of
from advisor.errors import AdvisorError
from advisor.wording import say

_MARK: Final = str(Path(__file__).with_name("mark.svg"))


# Modules under ``advisor.doors.ui`` with ``render()``; each is also the page's address.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "decide": ("interview", "recommendation", "costs", "compare"),
    "steps": ("data", "sizing", "train", "evaluate", "diagnose"),
    "reference": ("library", "rulebook"),
}
STEPS: Final = "steps"
PLACES: Final = tuple(place for places in SECTIONS.values() for place in places)


def run() -> None:
    """Set the page up, draw the page that the address names and, around it, the way to the others."""
    st.set_page_config(page_icon=_MARK, layout="wide")
    look.style()
    try:
        if not signing_in.done():
            return
        pages = {place: _page(place) for place in PLACES}
        st.session_state["pages"] = pages
        chosen = st.navigation(list(pages.values()), position="hidden")
        here = chosen.url_path or PLACES[0]
        state.begin(chosen.url_path, _catalog())
        _follow_up(pages)
        # The way to other pages comes after the page itself, so that a keyboard and a screen reader meet the page first;
        # the style sheet puts it at the top.
        main, limits = st.container(), _navigation(pages, here)
        with main:
            _lost(pages)
            chosen.run()
        if here in limits_strip.PAGES:
            with limits:
                limits_strip.show(_catalog())
    except AdvisorError as error:
        show_error(error)


def _navigation(pages: Mapping[str, Any], here: str) -> Any:
    """Draw the way to the other pages; returns the place below it for what stays in view."""
    # Streamlit's own navigation drops the answers from the address, which costs a second entry in the history.
    address = address_of(state.current())
    section = next(name for name, places in SECTIONS.items() if here in places)
    with st.container(key="nav", gap=None):
        with st.container(key="nav_top", horizontal=True, wrap=False, gap=None):
            look.brand(state.current().title)
            for number, (name, places) in enumerate(SECTIONS.items()):
                with st.container(
                    key=f"section_{number}{'_here' if name == section else ''}", width="content"
                ):
                    st.page_link(pages[places[0]], label=_section(name), query_params=address)
            with st.container(key="nav_phone", width="content"):
                _phone_menu(pages, here, address)
        with st.container(key="nav_pages", horizontal=True, wrap=False, gap=None):
            for number, place in enumerate(SECTIONS[section], 1):
                label = f"{number} {_title(place)}" if section == STEPS else _title(place)
                st.page_link(pages[place], label=label, query_params=address)
        return st.container()


def _phone_menu(pages: Mapping[str, Any], here: str, address: Mapping[str, str]) -> None:
    with st.popover(say("pages.menu", page=_title(here)), icon=":material/menu:", key="menu"):
        for name, places in SECTIONS.items():
            look.overline(_section(name))
            for place in places:
                st.page_link(pages[place], label=_title(place), query_params=dict(address))


def _section(name: str) -> str:
    return say(f"pages.section_{name}")


def _title(place: str) -> str:
    return say(f"pages.title_{place}")


def _lost(pages: Mapping[str, Any]) -> None:
    """Tell the visitor that the address names no page of the app."""
    named = urlsplit(st.context.url or "").path.strip("/")
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    asked = named.removeprefix(base).strip("/")
    if asked and asked not in pages:
        st.warning(look.plain(say("pages.no_page", name=asked[:60])))


@st.cache_resource(ttl=5, show_spinner=False)
def _catalog() -> Catalog:
    # Looking whether any of some 300 files changed takes 10 ms; every five seconds is soon enough.
    return load_catalog()


def link(module: str, label: str, **options: Any) -> None:
    """Link to another page of the app, with the answers in the address."""
    pages: Mapping[str, Any] = st.session_state.get("pages", {})
    if module in pages:
        parameters = address_of(state.current()) | options.pop("parameters", {})
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
        st.switch_page(pages[module], query_params=address_of(state.current()))


def show_error(error: AdvisorError) -> None:
    """Show a mistake that a person can mend: what, where, and what to do."""
    st.error(f"**{look.plain(error.problem)}**  \n{look.plain(error.place)}  \n{look.plain(error.remedy)}")


def _page(place: str) -> Any:
    return st.Page(
        _render(place),
        title=say("pages.browser_title", page=_title(place)),
        url_path=None if place == "interview" else place,
        default=place == "interview",
    )


def _render(place: str) -> Callable[[], None]:
    def render() -> None:
        _module(place).render()

    # Streamlit tells function pages apart by their names.
    render.__name__ = place
    return render


@lru_cache
def _module(name: str) -> Any:
    module = importlib.import_module(f"advisor.doors.ui.{name}")
    # Streamlit looks for garbage after every run; what stays for good (modules, rulebook) need not be looked through
    # each time, which takes longer than drawing the page.
    gc.collect()
    gc.freeze()
    return module
