"""Reports to take away, built when they are asked for."""

from __future__ import annotations

from typing import Any

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import deciding
from advisor.doors.ui.address import Work
from advisor.share.report import FORMATS, Format, render
from advisor.share.report.text import file_stem
from advisor.wording import say


def menu(work: Work, catalog: Catalog) -> None:
    """Draw a line that opens the list of formats, in the page itself: a list that floats can fall outside the window."""
    with st.expander(say("downloads.download"), icon=":material/download:", key="downloads"):
        for fmt in FORMATS:
            button(work, catalog, fmt, key=f"download_{fmt}")


def row(work: Work, catalog: Catalog) -> None:
    """Draw the formats side by side."""
    with st.container(horizontal=True, gap="small"):
        for fmt in FORMATS:
            button(work, catalog, fmt, key=f"take_{fmt}")


def button(work: Work, catalog: Catalog, fmt: Format, *, key: str) -> None:
    """Draw one download; the report is only written when it is clicked."""
    info = FORMATS[fmt]

    def build() -> Any:
        return render(deciding.advice(work, catalog), catalog, fmt)

    st.download_button(
        info.title,
        data=build,
        file_name=f"{file_stem(work.title)}{info.ending}",
        mime=info.media_type,
        on_click="ignore",
        key=key,
        type="tertiary",
        icon=":material/description:",
    )
