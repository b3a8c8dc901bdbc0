"""A projection in, plain tables out: the data behind each chart, for downloads, reports and screen readers."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from advisor.cost.comparison import ModelRow
from advisor.cost.records import CostProjection
from advisor.palette import STRATEGIES


def curves_table(projection: CostProjection) -> pl.DataFrame:
    """Return cumulative cost by strategy and month: low, expected, high, in the projection's currency."""
    rows = [
        {"strategy": name, "month": month, "low": low, "expected": expected, "high": high}
        for name in STRATEGIES
        for curve in [projection.curves[name]]
        for month, low, expected, high in zip(
            curve.months, curve.low, curve.expected, curve.high, strict=True
        )
    ]
    numbers = dict.fromkeys(("month", "low", "expected", "high"), pl.Float64)
    return pl.DataFrame(rows, schema={"strategy": pl.String, **numbers})


def components_table(projection: CostProjection) -> pl.DataFrame:
    """Return every component of every strategy in USD, with its formula."""
    rows = [
        {
            "strategy": name,
            **item.model_dump(include={"name", "kind", "usd_per_month", "usd_once", "formula"}),
        }
        for name in STRATEGIES
        for item in projection.strategies[name].components
    ]
    numbers = dict.fromkeys(("usd_per_month", "usd_once"), pl.Float64)
    texts = dict.fromkeys(("strategy", "name", "kind"), pl.String)
    return pl.DataFrame(rows, schema={**texts, **numbers, "formula": pl.String})


def tornado_table(projection: CostProjection) -> pl.DataFrame:
    """Return each number's range and what it does to each strategy's total, largest first."""
    rows = [
        {
            "number": swing.title,
            "low": swing.low,
            "high": swing.high,
            "strategy": name,
            "total_at_low": low,
            "total_at_high": high,
        }
        for swing in projection.tornado
        for name, (low, high) in swing.totals.items()
    ]
    numbers = dict.fromkeys(("low", "high", "total_at_low", "total_at_high"), pl.Float64)
    table = pl.DataFrame(rows, schema={"number": pl.String, "strategy": pl.String, **numbers})
    return table.select("number", "low", "high", "strategy", "total_at_low", "total_at_high")


def strategies_table(projection: CostProjection) -> pl.DataFrame:
    """Return one row per strategy: running cost, interval, one-time cost, total, latency."""
    return pl.DataFrame(
        [
            {
                "strategy": name,
                "per_day": cost.per_day,
                "per_month": cost.per_month.expected,
                "per_month_low": cost.per_month.low,
                "per_month_high": cost.per_month.high,
                "per_1k_requests": cost.per_1k_requests,
                "one_time": cost.one_time,
                "total": cost.total.expected,
                "total_low": cost.total.low,
                "total_high": cost.total.high,
                "ends_on": cost.ends_on,
                "people_per_month": cost.people.per_month.expected,
                "people_once": cost.people.one_time.expected,
                "total_with_people": cost.total_with_people.expected,
                "first_token_p95_ms": cost.latency_ms.first_token_p95,
                "p50_ms": cost.latency_ms.p50,
                "p95_ms": cost.latency_ms.p95,
            }
            for name, cost in projection.strategies.items()
        ],
        infer_schema_length=None,
    )


def traffic_table(projection: CostProjection) -> pl.DataFrame:
    """Return the cost of a month by strategy and traffic: bills, and bills with people's hours."""
    found = projection.traffic
    rows = [
        {"strategy": s, "requests_per_day": per_day, "per_month": bills, "with_people": both}
        for s in STRATEGIES
        for per_day, bills, both in zip(
            found.requests_per_day, found.per_month[s], found.with_people[s], strict=True
        )
    ]
    numbers = dict.fromkeys(("requests_per_day", "per_month", "with_people"), pl.Float64)
    return pl.DataFrame(rows, schema={"strategy": pl.String, **numbers})


def models_table(rows: Sequence[ModelRow]) -> pl.DataFrame:
    """Return the comparison of models as a table."""
    return pl.DataFrame([row.model_dump() for row in rows], infer_schema_length=None)
