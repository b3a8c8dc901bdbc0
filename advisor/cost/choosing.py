"""Rows in, the same rows with a model and a tuning route out: the cheapest that is open and that the answers allow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from advisor.catalog.market import Market, MarketModel, TuningRoute, in_force
from advisor.cost.answer_kind import used_whole
from advisor.cost.assumptions import fill
from advisor.cost.combinations import allowed_table, positions
from advisor.cost.latency import SHARE, SPEEDS
from advisor.cost.offers import Offer, find_offer, priced, quote
from advisor.cost.price_tables import room_of, training_rate, tuned_speed
from advisor.cost.resolving import NO_ROUTE
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.catalog import Catalog

PREFILL_WORK: Final = "cost.prefill_weight"
CHOSEN: Final = ("model", "tuning_route")
c = pl.col


def with_choices(frame: pl.DataFrame, catalog: Catalog, day: date) -> pl.DataFrame:
    """Fill ``model`` and ``tuning_route`` where nobody has chosen; what is chosen stays, allowed or not.

    The model is the market's default where the answers allow it, it holds the prompt and it is fast enough, else the
    cheapest such model of the shortlist. The route is the cheapest open one that the answers allow, one that tunes the
    row's own model before any other, or ``NO_ROUTE``. Costs are compared at list prices without caches.
    """
    open_ = [pl.lit(None, dtype=pl.String).alias(name) for name in CHOSEN if name not in frame.columns]
    rows = frame.with_columns(open_)
    if frame.height == 0 or not any(rows[name].null_count() for name in CHOSEN):
        return rows
    named = rows["model"]
    allowed = allowed_table(catalog, day)[positions(frame, catalog)]
    sizes = _sizes(frame, catalog, day).hstack(allowed)
    if rows["model"].null_count():
        rows = rows.with_columns(c("model").fill_null(_best(sizes, _models(catalog, day))))
    if not rows["tuning_route"].null_count():
        return rows
    own = named.replace_strict(_ids(named, catalog.market), return_dtype=pl.String)
    costs = _routes(frozenset(own.drop_nulls().unique()), catalog, day)
    return rows.with_columns(
        c("tuning_route").fill_null(_best(sizes.with_columns(own.alias("row.model")), costs))
    )


def _best(sizes: pl.DataFrame, costs: Mapping[str, pl.Expr]) -> pl.Series:
    """Return the cheapest choice of each row; the last in ``costs`` where none is allowed."""
    table = sizes.lazy().select(
        cost.cast(pl.Float64).fill_null(float("inf")).alias(name) for name, cost in costs.items()
    )
    least = table.collect().to_numpy().argmin(axis=1)
    names = [*costs]
    return pl.Series([names[index] for index in least.tolist()], dtype=pl.String)


def _sizes(frame: pl.DataFrame, catalog: Catalog, day: date) -> pl.DataFrame:
    """Return what one request of each row needs, as Float64 columns whose names start with ``row.``."""
    filled = fill(frame.lazy(), frame.columns, catalog, day)
    whole = used_whole(frame.columns).fill_null(value=False)
    if "streaming" in frame.columns:
        whole = pl.coalesce(~c("streaming").cast(pl.Boolean), whole)
    budget = (
        c("latency_budget_ms").cast(pl.Float64)
        if "latency_budget_ms" in frame.columns
        else pl.lit(None, pl.Float64)
    )
    prompt = c("instruction_tokens") + c("query_tokens")
    # Text that no window holds is not sent, and is no reason to choose another model.
    widest = max((room_of(model) or 0 for model in catalog.market.models.values()), default=0)
    text = pl.when(c("whole_text") <= widest).then(c("whole_text")).otherwise(0.0)
    return filled.select(
        (prompt + text).alias("row.prompt"),
        (c("instruction_tokens") * c("tuned_instruction_share") + c("query_tokens")).alias("row.tuned"),
        c("output_tokens").alias("row.output"),
        c("queries_per_day").alias("row.per_day"),
        c("peak_factor").alias("row.peak"),
        c("scale_to_zero_hours").alias("row.hours"),
        pl.when(whole).then(c("output_tokens")).otherwise(0.0).alias("row.waited"),
        budget.alias("row.budget"),
        text.alias("row.text"),
    ).collect()


def _ids(names: pl.Series, market: Market) -> dict[str | None, str | None]:
    return {name: _id(name, market) for name in names.unique().to_list()}


def _id(name: str | None, market: Market) -> str | None:
    try:
        return find_offer(name, market).id if name else None
    except AdvisorError:
        return name


@lru_cache(maxsize=8)
def _models(catalog: Catalog, day: date) -> Mapping[str, pl.Expr]:
    market, usual = catalog.market, catalog.market.defaults.model
    table = allowed_table(catalog, day).columns
    costs = {
        name: _if_allowed(f"model {name}", _model_cost(name, model, catalog, day))
        for name, model in sorted(market.models.items())
        if f"model {name}" in table and (model.shortlist or name == usual)
    }
    if usual in costs:
        # Nobody has asked for the cheapest model of all: the usual one stays while it does what is asked.
        costs[usual] = pl.when(costs[usual] < _UNKNOWN).then(-1.0).otherwise(costs[usual] - _DEAR)
    return costs | {usual: costs.pop(usual, pl.lit(float("inf")))}


@lru_cache(maxsize=64)
def _routes(tuned_here: frozenset[str], catalog: Catalog, day: date) -> Mapping[str, pl.Expr]:
    """Return the cost of each route; ``tuned_here`` names the models that rows name, whose own routes come first."""
    market, table = catalog.market, allowed_table(catalog, day).columns
    costs = {}
    for name, route in sorted(market.tuning.items()):
        if f"route {name}" not in table:
            continue
        usd = _route_cost(name, route, catalog, day)
        if route.base in tuned_here:
            usd = (
                pl.when((c("row.model") == route.base).fill_null(value=False))
                .then(usd - 2 * _FAR)
                .otherwise(usd)
            )
        costs[name] = _if_allowed(f"route {name}", usd)
    return costs | {NO_ROUTE: pl.lit(10 * _FAR)}


def _if_allowed(column: str, usd: pl.Expr) -> pl.Expr:
    return pl.when(c(column)).then(usd)


_UNKNOWN: Final = 1e14
"""USD that stand for a price that is not known: such a choice comes after every known one."""
_DEAR: Final = 1e12
"""USD above any real price: what decides among choices that keep or miss the same limits."""
_FAR: Final = 1e15
"""USD that stand for a limit that is missed: such a choice comes after every other."""


def _model_cost(name: str, model: MarketModel, catalog: Catalog, day: date) -> pl.Expr:
    try:
        tiers = quote(Offer(name, model, listed=True), catalog.market, day).tiers
    except AdvisorError:
        return pl.lit(_UNKNOWN)
    usd = c("row.prompt") * tiers[0].input + c("row.output") * tiers[0].output
    return usd + _missed(model, model.speed, "row.prompt", catalog, day)


def _route_cost(name: str, route: TuningRoute, catalog: Catalog, day: date) -> pl.Expr:
    base = catalog.market.models[route.base]
    speed = tuned_speed(route, base)
    unknown = _UNKNOWN if training_rate(route, day) is None else 0.0
    return _serving_usd(name, route, catalog, day) + unknown + _missed(base, speed, "row.tuned", catalog, day)


def _serving_usd(name: str, route: TuningRoute, catalog: Catalog, day: date) -> pl.Expr:
    """Return USD a day for a row's traffic."""
    hourly = in_force(route.hosting_usd_per_hour, day)
    fee = hourly.number if hourly else 0.0
    if route.serving == "dedicated":
        speed = in_force(route.replica_output_tokens_per_second, day)
        work = c("row.output") + c("row.tuned") * catalog.parameter(PREFILL_WORK, day).number
        peak = c("row.per_day") / 86400 * c("row.peak") * work / (speed.number if speed else 1.0)
        return peak.ceil().clip(lower_bound=1) * fee * c("row.hours")
    own = in_force(catalog.market.tuned_prices.get(name, ()) or route.tuned_prices, day)
    try:
        base = Offer(route.base, catalog.market.models[route.base], listed=True)
        tier = (priced(own, batch=False) if own else quote(base, catalog.market, day)).tiers[0]
    except AdvisorError:
        return pl.lit(_UNKNOWN)
    tokens = c("row.tuned") * tier.input + c("row.output") * tier.output
    return c("row.per_day") * tokens / 1e6 + 24 * fee


def _missed(model: MarketModel, speed: str, prompt: str, catalog: Catalog, day: date) -> pl.Expr:
    """Return ``_FAR`` for each limit that a row misses with a model: its window, its time at the median."""
    room = room_of(model)
    long = c(prompt) + c("row.output") > room if room else pl.lit(value=False)
    first, prefill, decode = (catalog.parameter(number, day).number for number in SPEEDS[speed])
    share, network = (catalog.parameter(number, day).number for number in (SHARE, "latency.network_ms"))
    cached = c("row.text") * (1 - share) if prompt == "row.prompt" else 0.0
    taken = network + first + (c(prompt) - cached) / 1000 * prefill + c("row.waited") * decode
    # The further off, the later it comes: where all miss a limit, the nearest to it is chosen.
    late = (
        pl.when((taken > c("row.budget")).fill_null(value=False)).then(taken / c("row.budget")).otherwise(0.0)
    )
    short = pl.when(long).then((c(prompt) + c("row.output")) / (room or 1)).otherwise(0.0)
    return _FAR * (late + short)
