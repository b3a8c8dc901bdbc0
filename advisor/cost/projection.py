"""One workload in, its whole projection out: costs, curves, break-even, uncertainty, latency, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from advisor.cost.assumptions import fill
from advisor.cost.break_even import crossings
from advisor.cost.checks import checked_answers
from advisor.cost.choosing import with_choices
from advisor.cost.costed_draws import CostedDraws, evaluate
from advisor.cost.currency import exchange_rate
from advisor.cost.frames import with_prices
from advisor.cost.latency import latency_columns, latency_of, part_columns
from advisor.cost.notes import assumed_numbers, component_list, unknown_parts, warnings_for
from advisor.cost.offers import quote
from advisor.cost.price_tables import price_frame, tier_counts
from advisor.cost.quantities import served_by
from advisor.cost.records import CostProjection, Curve, People, Range, StrategyCost, Swing
from advisor.cost.resolving import Resolved, resolve
from advisor.cost.sampling import Unsure
from advisor.cost.traffic import traffic
from advisor.cost.workload import cost_components
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

DRAWS = 1000
TORNADO_BARS = 12


def project(
    answers: Mapping[str, Any],
    catalog: Catalog,
    *,
    as_of: date,
    cache_hit: float | None = None,
    draws: int = DRAWS,
) -> CostProjection:
    """Project what each strategy costs for one workload.

    Args:
        answers: Facts; what is missing takes a documented number and is listed as assumed.
        catalog: The rules.
        as_of: The day of the prices and of the first month.
        cache_hit: Fixes the share of requests that the prompt cache serves; else it is modelled.
        draws: Draws behind the intervals.

    Raises:
        AdvisorError: An answer is out of bounds, names something unknown, or a model that was shut down.
    """
    asked = checked_answers(answers, catalog, cache_hit=cache_hit)
    facts = chosen(asked, catalog, as_of)
    plan = resolve(facts, catalog, as_of)
    first = first_month(facts, plan, catalog, as_of)
    outcome = evaluate(facts, plan, catalog, as_of, draws=draws)
    rate = exchange_rate(facts, catalog.market, as_of)
    met = crossings(outcome, plan)
    return CostProjection(
        as_of=as_of,
        currency=rate.currency,
        currency_rate=rate.per_usd,
        model=plan.offer.id,
        tuning_route="" if plan.refused else plan.route_id,
        price_origin=quote(plan.offer, catalog.market, as_of, batch=plan.batch, hours=plan.hours).origin,
        horizon_months=outcome.horizon_months,
        requests_per_month=first["requests_per_month"],
        strategies={s: _strategy(s, first, outcome, plan, rate.per_usd) for s in STRATEGIES},
        break_even=met,
        traffic=traffic(asked, catalog, as_of, meeting=met, rate=rate.per_usd),
        curves={s: _curve(s, outcome, rate.per_usd) for s in STRATEGIES},
        tornado=_tornado(outcome, rate.per_usd),
        cheaper=_cheaper(outcome),
        assumed=assumed_numbers(facts, catalog, as_of),
        warnings=warnings_for(facts, plan, catalog, as_of, months=outcome.horizon_months, first=first),
        draws=draws,
    )


def first_month(facts: Mapping[str, Any], plan: Resolved, catalog: Catalog, as_of: date) -> dict[str, Any]:
    """Cost the first month of one workload and keep every intermediate number, by column."""
    frame = pl.DataFrame([dict(facts)]) if facts else pl.DataFrame({"row": [0.0]})
    filled = fill(frame.lazy(), frame.columns, catalog, as_of).collect()
    prices = price_frame([plan], catalog, as_of)
    priced = with_prices(filled, pl.Series([0], dtype=pl.UInt32), prices).with_columns(growth_factor=1.0)
    costed = cost_components(priced, tier_counts(prices))
    return (
        costed.with_columns(latency_columns(catalog, as_of) + part_columns(catalog, as_of))
        .collect()
        .row(0, named=True)
    )


def chosen(facts: Mapping[str, Any], catalog: Catalog, as_of: date) -> dict[str, Any]:
    """Fill the model and the tuning route where nobody has chosen."""
    row = with_choices(pl.DataFrame([dict(facts)]) if facts else pl.DataFrame({"row": [0.0]}), catalog, as_of)
    return {**facts, "model": row["model"][0], "tuning_route": row["tuning_route"][0]}


def _strategy(
    s: str, first: Mapping[str, Any], outcome: CostedDraws, plan: Resolved, rate: float
) -> StrategyCost:
    components = component_list(s, first)
    recurring = _sum([item.usd_per_month for item in components])
    once = _sum([item.usd_once for item in components])
    requests = first["requests_per_month"]
    month = _range(recurring, outcome.monthly[s], rate)
    return StrategyCost(
        per_day=_times(recurring, rate / first["cost.days_per_month"]),
        per_month=month,
        per_1k_requests=_times(recurring, rate / requests * 1000) if requests else None,
        one_time=_times(once, rate),
        total=_range(outcome.totals[s][0], outcome.totals[s], rate),
        people=_people(s, first, outcome, rate),
        total_with_people=_range(*_with_people(s, outcome), rate),
        unknown_because=_unknown_because(s, first, plan),
        months_counted=outcome.lived[served_by(s)],
        ends_on=outcome.ends_on[served_by(s)],
        cache_hit=first[f"{s}.hit"],
        prompt_tokens=first[f"{s}.prompt"],
        components=components,
        latency_ms=latency_of(first, s),
    )


def _people(s: str, first: Mapping[str, Any], outcome: CostedDraws, rate: float) -> People:
    month, once = outcome.people_monthly[s], outcome.people_once[s]
    return People(
        usd_per_hour=first["people_usd_per_hour"],
        per_month=_range(float(month[0]), month, rate),
        one_time=_range(float(once[0]), once, rate),
        components=component_list(s, first, hours=True),
    )


def _with_people(s: str, outcome: CostedDraws) -> tuple[float, Any]:
    both = outcome.totals[s] + outcome.people_totals[s]
    return float(both[0]), both


def _unknown_because(s: str, first: Mapping[str, Any], plan: Resolved) -> str:
    if plan.refused and served_by(s) == "tuned":
        return plan.refused
    open_ = unknown_parts(s, first)
    return f"The cost of {' and of '.join(open_)} is not known." if open_ else ""


def _sum(parts: list[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _range(expected: float | None, values: Any, rate: float) -> Range:
    if expected is None or np.isnan(expected):
        return Range(low=None, expected=None, high=None)
    low, high = (
        np.quantile(values[-len(values) + 1 :], (0.05, 0.95)) if len(values) > 1 else (expected, expected)
    )
    # The expected value may lie outside the middle 90 per cent of a lopsided range; the order is kept.
    return Range(low=min(low, expected) * rate, expected=expected * rate, high=max(high, expected) * rate)


def _curve(s: str, outcome: CostedDraws, rate: float) -> Curve:
    lived = [i for i, mark in enumerate(outcome.marks) if mark <= outcome.lived[served_by(s)] + 1e-9]
    table = outcome.cumulative[s][:, lived] * rate
    if np.isnan(table[0]).any():
        return Curve(months=(), low=(), expected=(), high=())
    low, high = np.quantile(table, (0.05, 0.95), axis=0)
    return Curve(
        months=tuple(outcome.marks[index] for index in lived),
        low=tuple(np.minimum(low, table[0]).tolist()),
        expected=tuple(table[0].tolist()),
        high=tuple(np.maximum(high, table[0]).tolist()),
    )


def _tornado(outcome: CostedDraws, rate: float) -> tuple[Swing, ...]:
    swings = [_swing(item, totals, rate) for item, totals in outcome.swings]
    moving = [swing for swing in swings if _width(swing) > 0]
    return tuple(sorted(moving, key=_width, reverse=True)[:TORNADO_BARS])


def _swing(item: Unsure, totals: Mapping[str, tuple[float, float]], rate: float) -> Swing:
    known = {s: ends for s, ends in totals.items() if not np.isnan(ends).any()}
    return Swing(
        number=item.column,
        title=item.title,
        low=item.low,
        high=item.high,
        answered=item.answered,
        totals={s: (low * rate, high * rate) for s, (low, high) in known.items()},
    )


def _width(swing: Swing) -> float:
    return max((abs(high - low) for low, high in swing.totals.values()), default=0.0)


def _cheaper(outcome: CostedDraws) -> dict[str, dict[str, float]]:
    return {
        a: {b: float(np.mean(outcome.totals[a] < outcome.totals[b])) for b in STRATEGIES if b != a}
        for a in STRATEGIES
    }
