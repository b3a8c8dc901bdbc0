"""A place kept for the comparison of all ways on held-out examples; says plainly that it is not here yet."""

from __future__ import annotations

import streamlit as st

from advisor.ui import look, pages


def render() -> None:
    """Say what is planned, and what can be done until then."""
    st.title("Evaluate", anchor=False)
    look.quiet(
        "Not here yet. Planned: run prompt, few-shot, retrieval and the tuned model on the same held-out examples, "
        "and report paired differences with intervals."
    )
    look.quiet("Until then, the roadmap of your recommendation names what to measure and when to stop.")
    pages.link("recommendation", "Go to the recommendation", icon=":material/arrow_forward:")
