"""From advice to doing: where a recommended model can be trained today, and the way to the training plan."""

from __future__ import annotations

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import Recommendation
from advisor.ui import look, pages


def show(found: Recommendation, catalog: Catalog) -> None:
    """Draw the way into training, where the advice includes it."""
    wanted = {"fine_tuning", "hybrid"} & {found.try_first, *found.then[:1]}
    if not wanted:
        return
    del catalog
    st.header("If it comes to training", anchor=False)
    look.quiet("Plan the run before you pay for it: what it needs, what it costs, who gets the data.")
    pages.link("train", "Open the training plan", icon=":material/arrow_forward:")
