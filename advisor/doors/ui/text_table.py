"""A table of texts that wrap, where a grid would cut them off; on a narrow screen each row is a block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from advisor.doors.ui import look


def show(heads: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> None:
    """Draw the rows, the first cell of each as its head; ``label`` names the table to a screen reader."""
    body = "".join(
        f'<tr><th scope="row" data-head="{escape(heads[0])}">{escape(first)}</th>{look.cells(heads[1:], rest)}</tr>'
        for first, *rest in rows
    )
    st.html(look.table(heads, body, label, "adv-stacked"))
