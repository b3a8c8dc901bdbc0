"""What to do with a result: hand the link on, take a report away, keep it in the library."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import downloads, interview, look, saving
from advisor.doors.ui.address import Work, address_of
from advisor.wording import say


def show(work: Work, catalog: Catalog) -> None:
    """Draw the three ways side by side."""
    st.header(say("taking_away.heading"), anchor=False)
    left, right = st.columns([1.45, 1], gap="large")
    with left, st.container(key="share"):
        look.overline(say("taking_away.copy_link"))
        st.code(link_to(work, st.context.url or ""), language=None, wrap_lines=True)
        told = say(
            "taking_away.link_holds_title" if work.title else "taking_away.link_holds",
            count=len(work.answers),
        )
        look.quiet(told)
        look.overline(say("taking_away.download"))
        downloads.row(work, catalog)
    with right:
        interview.title()
        saving.button(catalog, key="save")


def link_to(work: Work, url: str) -> str:
    """Return the address of this page with the answers, without what belongs to this machine."""
    parts = urlsplit(url)
    page = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return f"{page}?{urlencode(address_of(replace(work, saved='', data='')))}"
