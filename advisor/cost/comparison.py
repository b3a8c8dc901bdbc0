"""One workload in, one row per model on the shortlist out: cost, latency, context, tuning, retirement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from advisor.catalog.market import Market
from advisor.catalog.records import Record
from advisor.cost.assumptions import fill
from advisor.cost.checks import checked_answers
from advisor.cost.frames import choices_of, with_prices
from advisor.cost.latency import latency_columns
from advisor.cost.offers import find_offer
from advisor.cost.price_tables import price_frame, tier_counts
from advisor.cost.quantities import served_by
from advisor.cost.resolving import Resolved
from advisor.cost.workload import cost_components, total
from advisor.errors import AdvisorError, did_you_mean
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog


class ModelRow(Record):
    """A model for the same workload."""

    model: str
    """``provider:name``."""
    label: str
    """What a person reads."""
    usd_per_month: float | None
    """Running cost of the strategy in the first month."""
    usd_per_1k_requests: float | None
    """The same for 1,000 requests."""
    first_token_p95_ms: float
    """Until the first token, 95th percentile."""
    p50_ms: float
    """Median latency of a whole answer, in ms."""
    p95_ms: float
    """Whole answer, 95th percentile."""
    input_usd_per_mtok: float
    """Price of input at this prompt's length."""
    output_usd_per_mtok: float
    """Price of output at this prompt's length."""
    cache_hit: float
    """Share of requests whose prefix the cache serves."""
    context_tokens: int | None
    """Room for input and output."""
    fits_context: bool | None
    """Whether this workload's prompt and answer fit; null where the room is unknown."""
    fits_latency: bool | None
    """Whether it keeps the latency budget; null without one."""
    tunable_by_new_customer: bool
    """Whether somebody who starts today can tune it."""
    open_weights: bool
    """Whether the weights can be had."""
    retires_on: date | None
    """When it is shut down, as far as announced."""
    on_front: bool = False
    """Whether no other model is both cheaper and faster (Pareto front)."""
    note: str = ""
    """What to beware of."""


def compare_models(
    answers: Mapping[str, Any],
    catalog: Catalog,
    *,
    as_of: date,
    models: Sequence[str] | None = None,
    strategy: str = "prompting",
) -> list[ModelRow]:
    """Cost one workload with every model of the shortlist, cheapest first; models already shut down are left out.

    Args:
        answers: Facts of the workload.
        catalog: The rules.
        as_of: The day of the prices.
        models: Other models than the shortlist, by id or name.
        strategy: What to cost with each of them.
    """
    if strategy not in STRATEGIES:
        raise AdvisorError(
            f"there is no strategy '{strategy}'", place="strategy", remedy=did_you_mean(strategy, STRATEGIES)
        )
    facts = checked_answers(answers, catalog, cache_hit=None)
    names = _names(models, catalog.market, as_of)
    facts.pop("tuning_route", None)
    frame = pl.DataFrame([{**facts, "model": name} for name in names], infer_schema_length=None)
    choices = choices_of(frame, catalog, as_of)
    prices = price_frame(choices.plans, catalog, as_of)
    filled = fill(frame.lazy(), frame.columns, catalog, as_of).collect()
    priced = with_prices(filled, choices.numbers, prices).with_columns(growth_factor=1.0)
    costed = cost_components(priced, tier_counts(prices)).with_columns(latency_columns(catalog, as_of))
    table = costed.with_columns(total(strategy, "per_request", "monthly").alias("usd")).collect()
    plans = [choices.plans[number] for number in choices.numbers.to_list()]
    rows = [
        _row(row, plan, strategy, catalog.market, as_of)
        for row, plan in zip(table.iter_rows(named=True), plans, strict=True)
    ]
    return with_front(
        sorted(rows, key=lambda row: (row.usd_per_month is None, row.usd_per_month or 0.0, row.model))
    )


def _names(models: Sequence[str] | None, market: Market, day: date) -> list[str]:
    if models is not None:
        return [find_offer(name, market).id for name in models]
    listed = [name for name, model in market.models.items() if model.shortlist]
    return [name for name in listed if (end := market.models[name].retires) is None or end.on > day]


def _row(row: Mapping[str, Any], plan: Resolved, s: str, market: Market, day: date) -> ModelRow:
    offer = plan.tuned if served_by(s) == "tuned" else plan.offer
    requests = row["requests_per_month"]
    needed = row[f"{s}.prompt"] + row["output_tokens"]
    room = offer.model.context_tokens
    budget = row.get("latency_budget_ms")
    waited = row[f"{s}.latency.p95"] if row.get("streaming") is False else row[f"{s}.first_token.p95"]
    return ModelRow(
        model=plan.offer.id,
        label=plan.offer.model.label,
        usd_per_month=row["usd"],
        usd_per_1k_requests=row["usd"] / requests * 1000 if requests and row["usd"] is not None else None,
        first_token_p95_ms=row[f"{s}.first_token.p95"],
        p50_ms=row[f"{s}.latency.p50"],
        p95_ms=row[f"{s}.latency.p95"],
        input_usd_per_mtok=row[f"{s}.input"],
        output_usd_per_mtok=row[f"{s}.output"],
        cache_hit=row[f"{s}.hit"],
        context_tokens=room,
        fits_context=None if room is None else needed <= room,
        fits_latency=None if budget is None else waited <= budget,
        tunable_by_new_customer=tunable_by_new_customer(plan.offer.id, market, day),
        open_weights=offer.model.open_weights,
        retires_on=offer.model.retires.on if offer.model.retires else None,
        note=offer.model.note,
    )


def tunable_by_new_customer(model: str, market: Market, day: date) -> bool:
    """Return whether some route for exactly this model is open to everyone on ``day``."""
    routes = [route for route in market.tuning.values() if route.base == model]
    return any(market.status(route.backend, day).status == "open" for route in routes)


def with_front(rows: Iterable[ModelRow]) -> list[ModelRow]:
    """Mark the rows that no other row beats in both cost and latency."""
    listed = list(rows)
    return [
        row.model_copy(update={"on_front": not any(_beats(other, row) for other in listed)}) for row in listed
    ]


def _beats(a: ModelRow, b: ModelRow) -> bool:
    if a.usd_per_month is None or b.usd_per_month is None:
        return b.usd_per_month is None and a.usd_per_month is not None
    no_worse = a.usd_per_month <= b.usd_per_month and a.p95_ms <= b.p95_ms
    return no_worse and (a.usd_per_month < b.usd_per_month or a.p95_ms < b.p95_ms)
