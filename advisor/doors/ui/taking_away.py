"""What to do with a result: hand the link on, take a report away, keep it in the library."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import downloads, interview, look, saving
from advisor.doors.ui.address import Work, address_of


def show(work: Work, catalog: Catalog) -> None:
    """Draw the three ways side by side."""
    st.header("Share it or keep it", anchor=False)
    left, right = st.columns([1.45, 1], gap="large")
    with left, st.container(key="share"):
        look.overline("Copy the link")
        st.code(link_to(work, st.context.url or ""), language=None, wrap_lines=True)
        title = " and the title" if work.title else ""
        look.quiet(
            f"The link contains your {len(work.answers)} answers{title} in plain text. Whoever has it can read them and "
            "change a copy. It leads to this app. It contains neither your data nor your place in the library."
        )
        look.overline("Download a report")
        downloads.row(work, catalog)
    with right:
        interview.title()
        saving.button(catalog, key="save")


def link_to(work: Work, url: str) -> str:
    """Return the address of this page with the answers, without what belongs to this machine."""
    parts = urlsplit(url)
    page = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return f"{page}?{urlencode(address_of(replace(work, saved='', data='')))}"
