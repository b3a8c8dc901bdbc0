"""A place kept for finding out why a tuned model fails in production; says plainly that it is not here yet."""

from __future__ import annotations

import streamlit as st

from advisor.ui import look, pages


def render() -> None:
    """Say what is planned, and what can be done until then."""
    st.title("Diagnose", anchor=False)
    look.quiet(
        "Not here yet. Planned: compare training data, test data and samples from production, rank the causes of bad "
        "answers, and show the rows to mend."
    )
    look.quiet("Until then, the audit of your training data finds conflicts, duplicates and odd registers.")
    pages.link("data", "Go to the audit", icon=":material/arrow_forward:")
