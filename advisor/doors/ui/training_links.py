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
from advisor.wording import say

MANY: Final = 4
HEADS: Final = ("way", "today", "until", "once", "month", "notes")


def show(found: Recommendation, catalog: Catalog) -> None:
    """Draw the ways into training, where the advice includes it."""
    strategy = next(
        (name for name in (found.recommended, *found.then[:1]) if name in ("fine_tuning", "hybrid")), None
    )
    if strategy is None:
        return
    st.header(say("training_links.if_you_tune"), anchor=False)
    look.quiet(say("training_links.where_today"))
    routes = deciding.limits(state.current(), catalog).routes
    open_ = [route for route in routes if route.state != "missed" and route.status in ("open", "closing")]
    st.html(_table(open_[:MANY]))
    with st.expander(say("training_links.all_routes", count=len(routes)), key="all_routes"):
        st.html(_table(routes))
    pages.link("train", say("training_links.open_plan"), icon=":material/arrow_forward:")


def _table(routes: Sequence[Route]) -> str:
    heads = (say(f"training_links.head_{name}") for name in HEADS)
    return look.table(heads, "".join(_row(route) for route in routes), say("training_links.ways"))


def _row(route: Route) -> str:
    said = route.because or (route.says if route.status != "open" else "")
    status = "not_for_you" if route.state == "missed" and route.status == "open" else route.status
    today_ = say(f"training_links.status_{status}")
    cells = (today_, _until(route), money(route.usd_once, "USD"), money(route.usd_per_month, "USD"), said)
    told = "".join(f"<td>{escape(text)}</td>" for text in cells)
    return f'<tr><th scope="row">{escape(route.label)}</th>{told}</tr>'


def _until(route: Route) -> str:
    ends = {"training": route.trains_until, "answers": route.serves_until}
    told = [say(f"training_links.until_{what}", day=day) for what, day in ends.items() if day]
    return "; ".join(told) or say("training_links.no_end")
