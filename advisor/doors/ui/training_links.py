"""From advice to doing: where a recommended model can be trained today, at what price, and the way to the plan."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.cost.rounding import money
from advisor.decide import Recommendation
from advisor.decide.limits import Route
from advisor.doors.ui import deciding, look, pages, state

MANY: Final = 4
STATUS: Final = {"open": "Open", "gated": "Some customers only", "closing": "Closing", "closed": "Closed"}


def show(found: Recommendation, catalog: Catalog) -> None:
    """Draw the ways into training, where the advice includes it."""
    strategy = next(
        (name for name in (found.recommended, *found.then[:1]) if name in ("fine_tuning", "hybrid")), None
    )
    if strategy is None:
        return
    st.header("If you fine-tune", anchor=False)
    look.quiet(
        "Where you can fine-tune a model today: first the routes that your answers allow, cheapest first, then the excluded ones, with the reason."
    )
    routes = deciding.limits(state.current(), catalog).routes
    open_ = [route for route in routes if route.state != "missed" and route.status in ("open", "closing")]
    st.html(_table(open_[:MANY]))
    with st.expander(f"All {len(routes)} routes, with what excludes them", key="all_routes"):
        st.html(_table(routes))
    pages.link("train", "Open the training plan", icon=":material/arrow_forward:")


def _table(routes: Sequence[Route]) -> str:
    head = ("Way", "Today", "Until", "Once", "A month, serving included", "Notes")
    cells = "".join(f'<th scope="col">{text}</th>' for text in head)
    rows = "".join(_row(route) for route in routes)
    return (
        '<div class="adv-scroll" tabindex="0" role="region" aria-label="Ways to train"><table class="adv-table">'
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(route: Route) -> str:
    said = route.because or (route.says if route.status != "open" else "")
    today_ = "Not for you" if route.state == "missed" and route.status == "open" else STATUS[route.status]
    cells = (today_, _until(route), money(route.usd_once, "USD"), money(route.usd_per_month, "USD"), said)
    told = "".join(f"<td>{escape(text)}</td>" for text in cells)
    return f'<tr><th scope="row">{escape(route.label)}</th>{told}</tr>'


def _until(route: Route) -> str:
    parts = [("training", route.trains_until), ("answers", route.serves_until)]
    return "; ".join(f"{what} {day}" for what, day in parts if day) or "no end announced"
