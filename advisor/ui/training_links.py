"""From advice to doing: where a recommended model can be trained today, at what price, and the way to the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import Recommendation
from advisor.errors import AdvisorError
from advisor.report.costs import money, span
from advisor.ui import deciding, look, pages, state
from advisor.ui.clock import today

ORDER: Final = ("open", "gated", "closing", "closed")
STATUS: Final = {"open": "Open", "gated": "Some customers only", "closing": "Closing", "closed": "Closed"}


@dataclass(frozen=True)
class Route:
    """One way to train, as it stands on a day."""

    id: str
    label: str
    status: str
    says: str


def show(found: Recommendation, catalog: Catalog) -> None:
    """Draw the ways into training, where the advice includes it."""
    strategy = next(
        (name for name in (found.recommended, *found.then[:1]) if name in ("fine_tuning", "hybrid")), None
    )
    if strategy is None:
        return
    st.header("If it comes to training", anchor=False)
    look.quiet(
        "Where a model can be tuned today: open ways first, then those that close, with what was announced."
    )
    routes = routes_on(catalog, today())
    priced = st.toggle("Price each way for this assessment", key="price_routes")
    prices = _prices(routes, strategy, catalog) if priced else {}
    st.html(_table(routes, prices))
    pages.link("train", "Open the training plan", icon=":material/arrow_forward:")


def routes_on(catalog: Catalog, day: date) -> list[Route]:
    """Give every tuning route with what is known of its backend on ``day``; open ones first."""
    found = []
    for name, route in catalog.market.tuning.items():
        state_then = catalog.market.status(route.backend, day)
        found.append(Route(name, route.label, state_then.status, state_then.says))
    return sorted(found, key=lambda route: (ORDER.index(route.status), route.label))


def _prices(routes: Sequence[Route], strategy: str, catalog: Catalog) -> dict[str, tuple[str, str]]:
    if "queries_per_day" not in state.current().answers:
        look.quiet("Answer how many requests a day you expect, and each way gets its price.")
        return {}
    usable = [route for route in routes if route.status != "closed"]
    bar = st.progress(0.0, "Pricing …")
    prices = {}
    for number, route in enumerate(usable, start=1):
        prices[route.id] = _price(route.id, strategy, catalog)
        bar.progress(number / len(usable), f"Priced {number} of {len(usable)}")
    bar.empty()
    return prices


def _price(route: str, strategy: str, catalog: Catalog) -> tuple[str, str]:
    try:
        cost = deciding.cost_on_route(state.current(), catalog, route)
    except AdvisorError as error:
        return error.problem, ""
    priced = cost.strategies[strategy]
    return money(priced.one_time, cost.currency), span(priced.per_month, cost.currency)


def _table(routes: Sequence[Route], prices: dict[str, tuple[str, str]]) -> str:
    head = ["Way", "Today", "What is known", *(["Once", "A month, serving included"] if prices else [])]
    rows = "".join(_row(route, prices) for route in routes)
    cells = "".join(f'<th scope="col">{text}</th>' for text in head)
    return (
        '<div class="adv-scroll" tabindex="0" role="region" aria-label="Ways to train"><table class="adv-table">'
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(route: Route, prices: dict[str, tuple[str, str]]) -> str:
    cells = [STATUS[route.status], route.says]
    if prices:
        cells += prices.get(route.id, ("refused: closed", ""))
    told = "".join(f"<td>{escape(text)}</td>" for text in cells)
    return f'<tr><th scope="row">{escape(route.label)}</th>{told}</tr>'
