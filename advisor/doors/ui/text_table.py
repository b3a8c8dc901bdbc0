"""A table of texts that wrap, where a grid would cut them off; on a narrow screen each row is a block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from advisor.doors.ui import look


def show(heads: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> None:
    """Draw the rows, the first cell of each as its head; ``label`` names the table to a screen reader."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row" data-head="{escape(heads[0])}">{escape(first)}</th>{look.cells(heads[1:], rest)}</tr>'
        for first, *rest in rows
    )
    st.html(
        f'<div class="adv-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="adv-table adv-stacked"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )
