"""The tuning side of the long frame in, the ways to tune out: who can train where, until when, and what excludes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from advisor.catalog import Catalog
from advisor.decide.limits.records import Route, State

STATED: Final = ("place of the data", "kind of model", "vendor", "hosting", "training", "window")
"""What excludes a route; time, life and money are shown beside it."""
_ORDER: Final = ("met", "unknown", "missed")


def routes_of(
    costed_on: Mapping[str, Mapping[str, Any]], table: pl.DataFrame, catalog: Catalog, day: date
) -> tuple[Route, ...]:
    """List every way to tune for one row: allowed and cheap first, excluded last.

    Args:
        costed_on: What the row costs by route; a route without a price on the day is missing.
        table: Its limits, as `judging.limits` returns them.
        catalog: The rules.
        day: The day of the market.
    """
    market = catalog.market
    found = []
    for name, route in market.tuning.items():
        costed, on_day = costed_on.get(name), market.route_state(route, day)
        state, because = _state(name, table)
        if on_day.status == "closed":
            state, because = "missed", on_day.says
        found.append(
            Route(
                route=name,
                label=route.label,
                status=on_day.status,
                says=on_day.says,
                trains_until=on_day.trains_until,
                serves_until=on_day.serves_until,
                state=state,
                because=because,
                usd_per_month=costed["fine_tuning.month"] if costed else None,
                usd_once=costed["fine_tuning.once"] if costed else None,
            )
        )
    return tuple(sorted(found, key=_rank))


def _rank(route: Route) -> tuple[int, float, str]:
    usd = float("inf") if route.usd_per_month is None else route.usd_per_month
    return _ORDER.index(route.state), usd, route.route


def _state(name: str, table: pl.DataFrame) -> tuple[State, str]:
    part = table.filter(
        (pl.col("model") == name) & (pl.col("strategy") == "fine_tuning") & pl.col("what").is_in(STATED)
    )
    for state in ("missed", "unknown"):
        held = part.filter(pl.col("state") == state)
        if held.height:
            row = held.row(0, named=True)
            return (
                state,
                f"{row['what'].capitalize()}: required: {row['needed']}; available: {row['available'].rstrip('.')}.",
            )
    return "met", ""
