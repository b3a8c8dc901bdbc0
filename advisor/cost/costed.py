"""Rows with chosen models and routes in, every quantity, price, latency and sum of each row out, as plain records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from advisor.cost.assumptions import fill
from advisor.cost.choosing import with_choices
from advisor.cost.frames import with_prices
from advisor.cost.latency import latency_columns
from advisor.cost.price_tables import CHOICES, price_frame, price_row, tier_counts
from advisor.cost.resolving import Resolved, resolve
from advisor.cost.workload import cost_components, total
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

STATED = ("horizon_months", "labelled_examples")


def costed_rows(frame: pl.DataFrame, catalog: Catalog, day: date) -> Iterator[dict[str, Any] | None]:
    """Cost each row; None for one whose model or route has no price on the day.

    Beside the engine's columns each record holds ``offer``, ``<strategy>.month`` and ``.once`` (bills, USD),
    ``<strategy>.people month`` and ``.people once``, and ``stated <fact>`` for numbers that may be assumed.
    """
    chosen = with_choices(frame, catalog, day)
    plans = [_plan(row, catalog, day) for row in chosen.iter_rows(named=True)]
    kept = [plan for plan in plans if plan is not None]
    if not kept:
        yield from (None for _ in plans)
        return
    prices = price_frame(kept, catalog, day)
    rows = chosen.filter(pl.Series([plan is not None for plan in plans]))
    stated = [pl.col(name).alias(f"stated {name}") for name in STATED if name in rows.columns]
    filled = fill(rows.with_columns(stated).lazy(), rows.columns, catalog, day).collect()
    priced = with_prices(filled, pl.Series(range(len(kept)), dtype=pl.UInt32), prices).with_columns(
        growth_factor=1.0
    )
    costed = cost_components(priced, tier_counts(prices)).with_columns(
        latency_columns(catalog, day) + _sums()
    )
    found = costed.collect().iter_rows(named=True)
    for plan in plans:
        yield None if plan is None else {**next(found), "offer": plan.offer}


def _plan(row: dict[str, Any], catalog: Catalog, day: date) -> Resolved | None:
    try:
        plan = resolve({name: row.get(name) for name in CHOICES}, catalog, day)
        price_row(plan, catalog, day)
    except AdvisorError:
        return None
    return plan


def _sums() -> list[pl.Expr]:
    return [
        expression
        for s in STRATEGIES
        for expression in (
            total(s, "per_request", "monthly").alias(f"{s}.month"),
            total(s, "one_time").alias(f"{s}.once"),
            total(s, "monthly", hours=True).alias(f"{s}.people month"),
            total(s, "one_time", hours=True).alias(f"{s}.people once"),
        )
    ]
