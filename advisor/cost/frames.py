"""Scenario frames in, costed frames out: the one engine behind single answers, tables and draws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from advisor.cost.assumptions import fill
from advisor.cost.choosing import with_choices
from advisor.cost.price_tables import CHOICES, change_days, day_after, price_frame, tier_counts
from advisor.cost.quantities import served_by
from advisor.cost.resolving import Resolved, resolve
from advisor.cost.timeline import DAYS_PER_MONTH, Period, periods
from advisor.cost.workload import cost_components, total
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

CHUNK = 200_000


class Choices(NamedTuple):
    """The distinct plans of a frame, and which row means which."""

    plans: list[Resolved]
    numbers: pl.Series


def choices_of(frame: pl.DataFrame, catalog: Catalog, day: date) -> Choices:
    """Resolve every distinct combination of model, route and stores once; what nobody chose is chosen here."""
    frame = with_choices(frame, catalog, day)
    present = [name for name in CHOICES if name in frame.columns]
    if frame.height == 0:
        return Choices([resolve({}, catalog, day)], pl.zeros(frame.height, dtype=pl.UInt32, eager=True))
    distinct = frame.select(present).unique(maintain_order=True).with_row_index("choice")
    plans = [resolve(row, catalog, day) for row in distinct.drop("choice").iter_rows(named=True)]
    if len(plans) == 1:
        return Choices(plans, pl.zeros(frame.height, dtype=pl.UInt32, eager=True))
    joined = frame.select(present).join(
        distinct, on=present, how="left", nulls_equal=True, maintain_order="left"
    )
    return Choices(plans, joined["choice"])


def with_prices(frame: pl.DataFrame, index: pl.Series, prices: pl.DataFrame) -> pl.LazyFrame:
    """Put each row's prices beside its facts."""
    if prices.height == 1:
        row = prices.row(0, named=True)
        return frame.lazy().with_columns(
            pl.lit(value, dtype=pl.Float64).alias(name) for name, value in row.items()
        )
    return pl.concat([frame, prices[index]], how="horizontal").lazy()


def cost_frame(frame: pl.DataFrame, catalog: Catalog, *, as_of: date) -> pl.DataFrame:
    """Cost every row for all five strategies.

    Adds for each strategy ``monthly_<s>_usd`` (recurring, first month), ``one_time_<s>_usd`` and
    ``total_<s>_usd`` (over the horizon, or until the model ends), ``people_<s>_usd`` (hours over the same time), and ``base_months`` and ``tuned_months``:
    how much of the horizon the model and its tune live to see. Unanswered facts take their documented numbers.

    Raises:
        AdvisorError: A row names something unknown, or a model that was shut down before ``as_of``.
    """
    choices = choices_of(frame, catalog, as_of)
    filled = fill(frame.lazy(), frame.columns, catalog, as_of).collect()
    months = float(filled["horizon_months"].max() or 0)  # type: ignore[arg-type]
    grows = bool((filled["growth_per_month"] != 0).any())
    changes = change_days(choices.plans, catalog.market, as_of, day_after(as_of, months * DAYS_PER_MONTH))
    spans = periods(as_of, months, changes, monthly=grows)
    priced = [price_frame(choices.plans, catalog, span.day) for span in spans]
    ends = plan_ends(choices.plans, as_of)
    parts = []
    for start in range(0, max(frame.height, 1), CHUNK):
        rows = filled.slice(start, CHUNK)
        parts.append(
            _totals(rows, choices.numbers.slice(start, CHUNK), list(zip(spans, priced, strict=True)), ends)
        )
    return pl.concat([frame, pl.concat(parts)], how="horizontal")


def plan_ends(plans: Sequence[Resolved], as_of: date) -> pl.DataFrame:
    """Return the days from ``as_of`` until each plan's model (``base``) and tune (``tuned``) stop; infinite if never."""
    days = [
        [float("inf") if end is None else float((end - as_of).days) for end in plan.ends] for plan in plans
    ]
    return pl.DataFrame(days, schema={"base": pl.Float64, "tuned": pl.Float64}, orient="row")


def _totals(
    rows: pl.DataFrame, index: pl.Series, spans: Sequence[tuple[Period, pl.DataFrame]], ends: pl.DataFrame
) -> pl.DataFrame:
    horizon = rows["horizon_months"] * DAYS_PER_MONTH
    last = {
        who: pl.DataFrame([horizon, ends[who][index].alias("end")]).min_horizontal()
        for who in ("base", "tuned")
    }
    result = pl.DataFrame({f"{who}_months": last[who] / DAYS_PER_MONTH for who in last})
    for number, (span, prices) in enumerate(spans):
        costed = _span_costs(rows, index, span, prices)
        lived = {who: (last[who].clip(upper_bound=span.end) - span.start).clip(lower_bound=0) for who in last}
        if number == 0:
            result = result.hstack(costed.rename({s: f"monthly_{s}_usd" for s in STRATEGIES}))
            result = result.with_columns(_people(costed, last, s) for s in STRATEGIES)
            result = result.drop(f"people_{kind}_{s}" for kind in ("monthly", "once") for s in STRATEGIES)
        for s in STRATEGIES:
            spent = costed[s] * lived[served_by(s)] / DAYS_PER_MONTH
            before = result[f"total_{s}_usd"] if number else costed[f"one_time_{s}_usd"]
            result = result.with_columns((before + spent).alias(f"total_{s}_usd"))
    return result


def _span_costs(rows: pl.DataFrame, index: pl.Series, span: Period, prices: pl.DataFrame) -> pl.DataFrame:
    growth = ((1 + pl.col("growth_per_month")) ** span.month).alias("growth_factor")
    costed = cost_components(with_prices(rows, index, prices).with_columns(growth), tier_counts(prices))
    recurring = [total(s, "per_request", "monthly").alias(s) for s in STRATEGIES]
    once = [total(s, "one_time").alias(f"one_time_{s}_usd") for s in STRATEGIES]
    monthly = [total(s, "monthly", hours=True).alias(f"people_monthly_{s}") for s in STRATEGIES]
    setup = [total(s, "one_time", hours=True).alias(f"people_once_{s}") for s in STRATEGIES]
    return costed.select(*recurring, *once, *monthly, *setup).collect()


def _people(costed: pl.DataFrame, last: dict[str, pl.Series], s: str) -> pl.Series:
    months = last[served_by(s)] / DAYS_PER_MONTH
    paid = costed[f"people_once_{s}"] + costed[f"people_monthly_{s}"] * months
    return paid.alias(f"people_{s}_usd")
