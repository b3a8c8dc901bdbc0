"""Choices of model, route and stores in, one row of prices per choice and period out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from advisor.catalog.market import (
    Embedding,
    Market,
    MarketModel,
    TuningRoute,
    in_force,
)
from advisor.cost.latency import speed_row
from advisor.cost.offers import (
    Offer,
    price_changes,
    priced,
    quote,
)
from advisor.cost.price_library import Quote, Tier, library_quote
from advisor.cost.resolving import Resolved
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.catalog import Catalog, DatedNumber

CHOICES = (
    "model",
    "tuning_route",
    "embedding",
    "vector_store",
    "reranker",
    "batch",
    "active_from_utc_hour",
    "active_to_utc_hour",
    "privacy",
)
WHO = ("base", "tuned")
NO_TOKENS = (0.0, 0.0, 0.0, 0.0)
RANGED = {
    # price column: the market's field on the tuning route that has a range
    "market.training_usd_per_mtok": "training_usd_per_mtok",
    "market.hosting_usd_per_hour": "hosting_usd_per_hour",
    "market.replica_output_tokens_per_second": "replica_output_tokens_per_second",
}


def change_days(plans: Sequence[Resolved], market: Market, after: date, until: date) -> list[date]:
    """Return the days in (after, until] on which a price of any plan changes or a model ends."""
    days: set[date] = set()
    for plan in plans:
        days |= {
            day for offer in (plan.offer, plan.tuned) for day in price_changes(offer, market, after, until)
        }
        days |= {end for end in plan.ends if end is not None and after < end <= until}
        for rates in (plan.route.tuned_prices, plan.route.hosting_usd_per_hour):
            days |= {rate.from_ for rate in rates if after < rate.from_ <= until}
    return sorted(days)


def price_row(plan: Resolved, catalog: Catalog, day: date) -> dict[str, float | None]:
    """Return every price that costing needs on ``day``; a price that is not known is None, never zero."""
    market, route = catalog.market, plan.route
    base = _base_tiers(plan, market, day)
    row: dict[str, float | None] = {}
    row |= _tiers("base", base)
    tuned = base if plan.refused else _tuned_tiers(plan, market, day)
    row |= _tiers("tuned", tuned)
    for prefix, offer in (("base", plan.offer), ("tuned", plan.tuned)):
        row |= _cache(prefix, offer, market, day)
        row[f"{prefix}.room"] = float(room_of(offer.model) or "inf")
    row |= speed_row("base", "dedicated" if plan.own_machines else plan.offer.model.speed, catalog, day)
    row |= speed_row("tuned", tuned_speed(plan.route, plan.tuned.model), catalog, day)
    row["market.training_usd_per_mtok"] = training_rate(route, day)
    row["market.hosting_usd_per_hour"] = _number(route.hosting_usd_per_hour, day, missing=0.0)
    row["market.replica_output_tokens_per_second"] = _number(
        route.replica_output_tokens_per_second, day, missing=1.0
    )
    row["training_minimum_usd"] = _number(route.minimum_usd, day, missing=0.0)
    row["base.dedicated"] = float(plan.own_machines)
    row["tuned.dedicated"] = float(route.serving == "dedicated")
    row |= _retrieval(plan, day)
    return row | _unknown(plan, row)


def _base_tiers(plan: Resolved, market: Market, day: date) -> tuple[Tier, ...]:
    if plan.own_machines:
        return (Tier(0, *NO_TOKENS),)
    return quote(plan.offer, market, day, batch=plan.batch, hours=plan.hours).tiers


def _unknown(plan: Resolved, row: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return what has no price: a tune that nobody offers, and with it the machine on which any model would run."""
    if not plan.refused:
        return {}
    missing: dict[str, float | None] = {
        name: None for name in row if name.startswith("tuned.") and _is_price(name)
    }
    return missing | ({"market.hosting_usd_per_hour": None} if plan.own_machines else {})


def _is_price(name: str) -> bool:
    return name.rsplit(".", maxsplit=1)[-1] in ("input", "cache_read", "cache_write", "output")


def room_of(model: MarketModel) -> int | None:
    """Return how many tokens of input a model takes; None where that is not known."""
    return model.max_input_tokens or model.context_tokens


def tuned_speed(route: TuningRoute, base: MarketModel) -> str:
    """Return the class of speed in which a tune answers: a GPU of its own has no queue of others before it."""
    return "dedicated" if route.serving == "dedicated" else base.speed


def _tuned_tiers(plan: Resolved, market: Market, day: date) -> tuple[Tier, ...]:
    if plan.route.serving == "dedicated":
        return (Tier(0, *NO_TOKENS),)
    negotiated = in_force(market.tuned_prices.get(plan.route_id, ()), day)
    own = negotiated or in_force(plan.route.tuned_prices, day)
    if own is not None:
        return priced(own, batch=plan.batch).tiers
    if plan.route.serving == "tuned_price":
        raise AdvisorError(
            f"no price of {plan.route.label} is known on {day}",
            place=plan.route_id,
            remedy="Ask for a later day.",
        )
    return quote(plan.tuned, market, day, batch=plan.batch, hours=plan.hours).tiers


def _tiers(prefix: str, tiers: Sequence[Tier]) -> dict[str, float | None]:
    row: dict[str, float | None] = {}
    for index, tier in enumerate(tiers):
        for field, value in zip(Tier._fields, tier, strict=True):
            row[f"{prefix}.{index}.{field}"] = float(value)
    return row


def _cache(prefix: str, offer: Offer, market: Market, day: date) -> dict[str, float | None]:
    rule = market.cache_rules.get(offer.model.cache)
    if rule is None:
        return {
            f"{prefix}.cache_minimum": float("inf"),
            f"{prefix}.cache_minutes": 0.0,
            f"{prefix}.long_cache_minutes": 0.0,
            f"{prefix}.long_cache_write": 1.0,
            f"{prefix}.cache_asked": 0.0,
        }
    return {
        f"{prefix}.long_cache_minutes": _number(rule.long_lifetime_minutes, day, missing=0.0),
        f"{prefix}.long_cache_write": rule.long_write_factor or 1.0,
        f"{prefix}.cache_asked": float(not rule.automatic),
        f"{prefix}.cache_minimum": float(rule.minimum_tokens),
        f"{prefix}.cache_minutes": _number(rule.lifetime_minutes, day, missing=0.0),
    }


def training_rate(route: TuningRoute, day: date) -> float | None:
    """Return USD per 1M trained tokens, from the hourly rate and the speed where that is how it is billed."""
    if route.training_usd_per_hour:
        hourly = in_force(route.training_usd_per_hour, day)
        speed = in_force(route.training_tokens_per_second, day)
        return None if hourly is None or speed is None else hourly.number / (speed.number * 3600) * 1e6
    return _number(route.training_usd_per_mtok, day, missing=None)


def _retrieval(plan: Resolved, day: date) -> dict[str, float | None]:
    store, reranker = plan.store, plan.reranker
    return {
        "embedding_usd_per_mtok": embedding_price(plan.embedding, day, batch=False),
        "embedding_dimensions": float(plan.embedding.dimensions),
        "rerank_usd_per_1k": _number(reranker.usd_per_1k_searches, day, missing=0.0),
        "rerank_usd_per_mtok": _number(reranker.usd_per_mtok, day, missing=0.0),
        "reranks": float(bool(reranker.usd_per_1k_searches or reranker.usd_per_mtok)),
        "market.store_usd_per_month": _number(store.usd_per_month, day, missing=0.0),
        "store_is_minimum": float(store.minimum),
        "store_usd_per_gib": _number(store.usd_per_gib_month, day, missing=0.0),
        "market.store_usd_per_million": _number(store.usd_per_million_queries, day, missing=0.0),
    }


def embedding_price(embedding: Embedding, day: date, *, batch: bool) -> float | None:
    """Return USD per 1M embedded tokens, from the market, else from the price library."""
    own = in_force(embedding.usd_per_mtok, day)
    if own is not None:
        return own.number
    found: Quote | None = library_quote(
        embedding.provider, embedding.price_ref, day, batch=batch, hours=(12,)
    )
    return found.tiers[0].input if found else None


def _number(values: Sequence[DatedNumber], day: date, *, missing: float | None) -> float | None:
    """Return the number in force; ``missing`` where no such charge exists, None where it is not known for the day."""
    if not values:
        return missing
    found = in_force(values, day)
    return None if found is None else found.number


def tier_counts(prices: pl.DataFrame) -> dict[str, int]:
    """Count the price tiers that a price frame has for the model and for its tune."""
    return {
        who: sum(name.startswith(f"{who}.") and name.endswith(".input") for name in prices.columns)
        for who in WHO
    }


def price_frame(plans: Sequence[Resolved], catalog: Catalog, day: date) -> pl.DataFrame:
    """Return one row per plan; plans with fewer price tiers repeat their last one."""
    rows = [price_row(plan, catalog, day) for plan in plans]
    names = list(dict.fromkeys(name for row in rows for name in row))
    filled = [
        {name: row[name] if name in row else _like_last_tier(row, name) for name in names} for row in rows
    ]
    return pl.DataFrame(filled, schema=dict.fromkeys(names, pl.Float64))


def _like_last_tier(row: Mapping[str, float | None], name: str) -> float | None:
    prefix, _, field = name.split(".")
    # No prompt is longer than infinity, so the repeated tier is never reached.
    return float("inf") if field == "above_tokens" else row[f"{prefix}.0.{field}"]


def day_after(start: date, days: float) -> date:
    """Return the date ``days`` after ``start``; the last possible one where that is beyond the calendar."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        return date.max
