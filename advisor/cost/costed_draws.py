"""One workload and its ranges in, running and cumulative costs of every draw over the horizon out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.cost.assumptions import fill
from advisor.cost.price_tables import change_days, day_after, price_frame
from advisor.cost.price_tables import tier_counts as tiers_in
from advisor.cost.quantities import served_by
from advisor.cost.resolving import Resolved
from advisor.cost.sampling import Unsure, moved_answers, scenario_rows, unsure_numbers
from advisor.cost.timeline import DAYS_PER_MONTH, Period, periods
from advisor.cost.workload import cost_components, total
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CostedDraws:
    """Costs in USD: first the expected row, then the draws, over the periods of the horizon."""

    horizon_months: float
    periods: list[Period]
    requests: Floats
    """Requests served in each period, as expected."""
    marks: list[float]
    """Months at the start of the first period and at the end of each."""
    lived: dict[str, float]
    """Months until the model (``base``) or its tune (``tuned``) ends, at most the horizon."""
    ends_on: dict[str, date | None]
    """The same as days; None where it outlives the horizon."""
    monthly: dict[str, Floats]
    """Running cost of the first month, by strategy: expected, then draws."""
    rates: dict[str, Floats]
    """Expected running cost per month in each period."""
    per_request: dict[str, float]
    """Expected cost of the first month that depends on requests, by strategy."""
    cumulative: dict[str, Floats]
    """Rows × marks: paid until each mark."""
    people_monthly: dict[str, Floats]
    """People's time in the first month in USD, by strategy: expected, then draws."""
    people_once: dict[str, Floats]
    """People's time before the first request in USD, in the same way."""
    people_totals: dict[str, Floats]
    """People's time over the horizon, or until the end of the model."""
    totals: dict[str, Floats]
    """Paid over the horizon, or until the end of the model."""
    swings: list[tuple[Unsure, dict[str, tuple[float, float]]]]
    """Totals at the low and at the high end of each number."""


def evaluate(
    facts: Mapping[str, Any], plan: Resolved, catalog: Catalog, as_of: date, *, draws: int
) -> CostedDraws:
    """Cost the expected row, the tornado's rows and the draws over every period of the horizon, in one pass."""
    numbers = unsure_numbers(facts, plan, catalog, as_of)
    moved = moved_answers(facts)
    rows = scenario_rows(facts, numbers, moved, draws)
    filled = fill(rows.lazy(), rows.columns, catalog, as_of).collect()
    months = float(filled["horizon_months"][0])
    ends = change_days([plan], catalog.market, as_of, day_after(as_of, months * DAYS_PER_MONTH))
    spans = periods(as_of, months, ends, monthly=True)
    table = _costs(filled, rows.columns, spans, plan, catalog)
    lived, ends_on = _lifetimes(plan, as_of, months)
    swings = [*numbers, *moved]
    kept = [0, *range(1 + 2 * len(swings), rows.height)]
    return _assemble(table, spans, (lived, ends_on), swings, kept)


def _lifetimes(plan: Resolved, as_of: date, months: float) -> tuple[dict[str, float], dict[str, date | None]]:
    lived: dict[str, float] = {}
    ends_on: dict[str, date | None] = {}
    for who, end in zip(("base", "tuned"), plan.ends, strict=True):
        left = float("inf") if end is None else (end - as_of).days / DAYS_PER_MONTH
        lived[who] = min(months, left)
        ends_on[who] = end if left <= months else None
    return lived, ends_on


def _costs(
    filled: pl.DataFrame, columns: list[str], spans: list[Period], plan: Resolved, catalog: Catalog
) -> dict[str, Floats]:
    """Return rows × periods of running costs per strategy, and one-time costs and requests."""
    priced = pl.concat([price_frame([plan], catalog, span.day) for span in spans], how="diagonal")
    priced = priced.with_columns(
        pl.col("^.*\\.above_tokens$").fill_null(float("inf")),
        pl.Series("month", [float(span.month) for span in spans]),
    )
    # Rows outside, periods inside; a cross join does not promise an order.
    row_of, period_of = (part.ravel() for part in np.indices((filled.height, len(spans)), dtype=np.uint32))
    wide = pl.concat([filled[row_of], priced[period_of]], how="horizontal").lazy()
    rows = wide.with_columns(growth_factor=(1 + pl.col("growth_per_month")) ** pl.col("month"))
    scaled = [
        pl.col(name.removeprefix("factor:")) * pl.col(name) for name in columns if name.startswith("factor:")
    ]
    costed = cost_components(rows.with_columns(scaled), tiers_in(priced)).select(
        *(total(s, "per_request", "monthly").alias(s) for s in STRATEGIES),
        *(total(s, "one_time").alias(f"{s}/once") for s in STRATEGIES),
        *(total(s, "per_request").alias(f"{s}/requests") for s in STRATEGIES),
        *(total(s, "monthly", hours=True).alias(f"{s}/people") for s in STRATEGIES),
        *(total(s, "one_time", hours=True).alias(f"{s}/people once") for s in STRATEGIES),
        pl.col("requests_per_month"),
    )
    shape = (filled.height, len(spans))
    return {
        name: column.to_numpy().astype(np.float64).reshape(shape)
        for name, column in costed.collect().to_dict().items()
    }


def _assemble(
    table: dict[str, Floats],
    spans: list[Period],
    life: tuple[dict[str, float], dict[str, date | None]],
    swings: list[Unsure],
    kept: list[int],
) -> CostedDraws:
    lived, ends_on = life
    months = {who: np.array([_overlap(span, lived[who]) for span in spans]) for who in lived}
    paid = {s: _cumulative(table, s, months[served_by(s)]) for s in STRATEGIES}
    finals = {s: paid[s][:, -1] for s in STRATEGIES}
    ends = [
        (float(finals[s][1 + 2 * i]), float(finals[s][2 + 2 * i]))
        for i in range(len(swings))
        for s in STRATEGIES
    ]
    width = len(STRATEGIES)
    return CostedDraws(
        horizon_months=spans[-1].end / DAYS_PER_MONTH,
        periods=spans,
        requests=table["requests_per_month"][0] * np.array([span.days / DAYS_PER_MONTH for span in spans]),
        marks=[0.0, *(span.end / DAYS_PER_MONTH for span in spans)],
        lived=lived,
        ends_on=ends_on,
        monthly={s: table[s][kept, 0] for s in STRATEGIES},
        rates={s: table[s][0] for s in STRATEGIES},
        per_request={s: float(table[f"{s}/requests"][0, 0]) for s in STRATEGIES},
        cumulative={s: paid[s][kept] for s in STRATEGIES},
        people_monthly={s: table[f"{s}/people"][kept, 0] for s in STRATEGIES},
        people_once={s: table[f"{s}/people once"][kept, 0] for s in STRATEGIES},
        people_totals={s: _people(table, s, months[served_by(s)])[kept] for s in STRATEGIES},
        totals={s: finals[s][kept] for s in STRATEGIES},
        swings=[
            (item, dict(zip(STRATEGIES, ends[width * i : width * (i + 1)], strict=True)))
            for i, item in enumerate(swings)
        ],
    )


def _people(table: dict[str, Floats], strategy: str, months: Floats) -> Floats:
    paid: Floats = table[f"{strategy}/people once"][:, 0] + (table[f"{strategy}/people"] * months).sum(axis=1)
    return paid


def _overlap(span: Period, lived_months: float) -> float:
    return max(min(span.end / DAYS_PER_MONTH, lived_months) - span.start / DAYS_PER_MONTH, 0.0)


def _cumulative(table: dict[str, Floats], strategy: str, months: Floats) -> Floats:
    once = table[f"{strategy}/once"][:, :1]
    added: Floats = np.concatenate([once, once + np.cumsum(table[strategy] * months, axis=1)], axis=1)
    return added
