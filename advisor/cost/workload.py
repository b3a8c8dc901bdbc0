"""Quantities and prices in, every component of every strategy's cost out, as Polars expressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

import polars as pl

from advisor.cost.quantities import (
    RETRIEVING,
    TUNED,
    WHOLE_TEXT,
    cache_columns,
    capacity_columns,
    price_columns,
    served_by,
    token_columns,
    volume_columns,
)
from advisor.palette import STRATEGIES

Kind = Literal["per_request", "monthly", "one_time"]
c = pl.col


class Component(NamedTuple):
    """One thing that is paid for."""

    name: str
    kind: Kind
    strategies: tuple[str, ...]
    usd: Callable[[str], pl.Expr]
    """USD per month, or once, for a strategy."""
    formula: str
    """The same in words, with places for the numbers; ``{s}`` columns belong to the strategy."""
    hours: bool = False
    """Whether it is people's time, which is shown apart from what vendors bill."""


def _tokens(what: str, price: str) -> Callable[[str], pl.Expr]:
    return lambda s: c("requests_per_month") * c(what.format(s=s)) * c(price.format(s=s)) / 1e6


def _retrieved(s: str) -> pl.Expr:
    share = c("retrieved_cached_share")
    price = share * c(f"{s}.cache_read") + (1 - share) * c(f"{s}.input")
    return c("requests_per_month") * c(f"{s}.retrieved") * price / 1e6


def _hosting(s: str) -> pl.Expr:
    dedicated = c(f"{served_by(s)}.dedicated") > 0
    hours = c("cost.days_per_month") * pl.when(dedicated).then(c("scale_to_zero_hours")).otherwise(24.0)
    count = pl.when(dedicated).then(c(f"{s}.replicas")).otherwise(1.0)
    paid = count * c("market.hosting_usd_per_hour") * hours
    # A prompted model is billed by the token, unless it runs on own machines.
    return paid if s in TUNED else pl.when(dedicated).then(paid).otherwise(0.0)


def _reranking(s: str) -> pl.Expr:
    del s
    tokens = c("rerank_documents") * c("chunk_tokens") * c("rerank_usd_per_mtok") / 1e6
    return c("requests_per_month") * (c("rerank_usd_per_1k") / 1000 + tokens)


def _store(s: str) -> pl.Expr:
    del s
    reads = c("requests_per_month") * c("market.store_usd_per_million") / 1e6
    usage = c("index_gib") * c("store_usd_per_gib") + reads
    floor = c("market.store_usd_per_month")
    return pl.when(c("store_is_minimum") > 0).then(pl.max_horizontal(floor, usage)).otherwise(floor + usage)


def _preparation(s: str) -> pl.Expr:
    priced = c(f"{s}.examples_to_write") * c("labelling_usd_per_example")
    return priced if s == "few_shot" else c("data_preparation_usd").fill_null(priced)


def _evaluation(s: str) -> pl.Expr:
    return c("evaluation_examples") * c("cost.evaluation_runs") * c(f"{s}.usd_per_uncached_request")


def _retraining(s: str) -> pl.Expr:
    checked = c("evaluation_examples") * c(f"{s}.usd_per_uncached_request")
    return (c("training_usd") + checked) * c("retrains_per_year") / 12


def _people(parameter: str) -> Callable[[str], pl.Expr]:
    return lambda s: c(f"{parameter}_{s}") * c("people_usd_per_hour")


COMPONENTS: tuple[Component, ...] = (
    Component(
        "instructions",
        "per_request",
        STRATEGIES,
        _tokens("{s}.instructions", "{s}.prefix_price"),
        "{requests_per_month:,.0f} requests × {s.instructions:,.0f} tokens × {s.prefix_price:.4g} USD per 1M"
        " (input {s.input:.4g}, {s.hit:.0%} read from the cache at {s.cache_read:.4g})",
    ),
    Component(
        "examples in the prompt",
        "per_request",
        ("few_shot",),
        _tokens("{s}.examples", "{s}.prefix_price"),
        "{requests_per_month:,.0f} requests × {s.examples:,.0f} tokens × {s.prefix_price:.4g} USD per 1M"
        " (input {s.input:.4g}, {s.hit:.0%} read from the cache at {s.cache_read:.4g})",
    ),
    Component(
        "knowledge in the prompt",
        "per_request",
        WHOLE_TEXT,
        _tokens("{s}.text", "{s}.prefix_price"),
        "{requests_per_month:,.0f} requests × {s.text:,.0f} tokens × {s.prefix_price:.4g} USD per 1M"
        " (input {s.input:.4g}, {s.hit:.0%} read from the cache at {s.cache_read:.4g})",
    ),
    Component(
        "query",
        "per_request",
        STRATEGIES,
        _tokens("query_tokens", "{s}.input"),
        "{requests_per_month:,.0f} requests × {query_tokens:,.0f} tokens × {s.input:.4g} USD per 1M",
    ),
    Component(
        "retrieved context",
        "per_request",
        RETRIEVING,
        _retrieved,
        "{requests_per_month:,.0f} requests × {s.retrieved:,.0f} tokens × {s.input:.4g} USD per 1M"
        " ({retrieved_cached_share:.0%} read from the cache)",
    ),
    Component(
        "output",
        "per_request",
        STRATEGIES,
        _tokens("output_tokens", "{s}.output"),
        "{requests_per_month:,.0f} requests × {output_tokens:,.0f} tokens × {s.output:.4g} USD per 1M",
    ),
    Component(
        "query embedding",
        "per_request",
        RETRIEVING,
        _tokens("query_tokens", "embedding_usd_per_mtok"),
        "{requests_per_month:,.0f} requests × {query_tokens:,.0f} tokens × {embedding_usd_per_mtok:.4g} USD per 1M",
    ),
    Component(
        "reranking",
        "per_request",
        RETRIEVING,
        _reranking,
        "{requests_per_month:,.0f} requests × ({rerank_usd_per_1k:.4g} USD per 1,000 searches + {rerank_documents:,.0f}"
        " passages × {chunk_tokens:,.0f} tokens × {rerank_usd_per_mtok:.4g} USD per 1M)",
    ),
    Component(
        "vector store",
        "monthly",
        RETRIEVING,
        _store,
        "{market.store_usd_per_month:.4g} USD a month, {index_gib:,.3g} GiB × {store_usd_per_gib:.4g} USD,"
        " {requests_per_month:,.0f} reads × {market.store_usd_per_million:.4g} USD per 1M",
    ),
    Component(
        "re-embedding",
        "monthly",
        RETRIEVING,
        lambda _: c("changed_tokens_per_month") * c("embedding_usd_per_mtok") / 1e6,
        "{changed_tokens_per_month:,.0f} changed tokens a month × {embedding_usd_per_mtok:.4g} USD per 1M",
    ),
    Component(
        "hosting",
        "monthly",
        STRATEGIES,
        _hosting,
        "{market.hosting_usd_per_hour:.4g} USD an hour, {s.replicas:,.0f} replica(s) where dedicated,"
        " {scale_to_zero_hours:.3g} hours a day",
    ),
    Component(
        "retraining",
        "monthly",
        TUNED,
        _retraining,
        "({training_usd:,.4g} USD a training + {evaluation_examples:,.0f} examples ×"
        " {s.usd_per_uncached_request:.4g} USD) × {retrains_per_year:.3g} a year ÷ 12",
    ),
    Component(
        "people, care",
        "monthly",
        STRATEGIES,
        _people("cost.monthly_hours"),
        "{cost.monthly_hours_s:.3g} hours × {people_usd_per_hour:,.4g} USD",
        hours=True,
    ),
    Component(
        "data preparation",
        "one_time",
        ("few_shot", *TUNED),
        _preparation,
        "{s.examples_to_write:,.0f} examples still to be written × {labelling_usd_per_example:.4g} USD; or the sum given",
    ),
    Component(
        "training",
        "one_time",
        TUNED,
        lambda _: c("training_usd") * c("training_runs"),
        "{trained_tokens:,.0f} trained tokens × {market.training_usd_per_mtok:.4g} USD per 1M"
        " × {training_runs:.3g} run(s)",
    ),
    Component(
        "ingestion",
        "one_time",
        RETRIEVING,
        lambda _: c("indexed_tokens") * c("embedding_usd_per_mtok") / 1e6,
        "{indexed_tokens:,.0f} tokens × {embedding_usd_per_mtok:.4g} USD per 1M",
    ),
    Component(
        "evaluation",
        "one_time",
        STRATEGIES,
        _evaluation,
        "{evaluation_examples:,.0f} examples × {cost.evaluation_runs:.3g} times × {s.usd_per_uncached_request:.4g} USD",
    ),
    Component(
        "people, set-up",
        "one_time",
        STRATEGIES,
        _people("cost.setup_hours"),
        "{cost.setup_hours_s:.3g} hours × {people_usd_per_hour:,.4g} USD",
        hours=True,
    ),
)


def components_of(strategy: str, *, hours: bool = False) -> tuple[Component, ...]:
    """Return what vendors bill for a strategy, in the order of the table; with ``hours``, people's time instead."""
    return tuple(item for item in COMPONENTS if strategy in item.strategies and item.hours == hours)


def column_of(strategy: str, component: Component) -> str:
    """Return the column that holds a component's USD."""
    return f"{strategy}/{component.name}"


@lru_cache(maxsize=1)
def component_columns() -> list[pl.Expr]:
    """Return every component of every strategy in USD, per month or once."""
    return [
        item.usd(s).alias(column_of(s, item))
        for s in STRATEGIES
        for hours in (False, True)
        for item in components_of(s, hours=hours)
    ]


def total(strategy: str, *kinds: Kind, hours: bool = False) -> pl.Expr:
    """Add the bills of the given kinds, or people's time; unknown where a part is unknown."""
    listed = components_of(strategy, hours=hours)
    parts = [c(column_of(strategy, item)) for item in listed if item.kind in kinds]
    added = parts[0]
    for part in parts[1:]:
        added = added + part
    return added


def cost_components(rows: pl.LazyFrame, tiers: dict[str, int]) -> pl.LazyFrame:
    """Add every component to rows that hold filled facts, prices and ``growth_factor``."""
    return (
        rows.with_columns(token_columns())
        .with_columns(volume_columns())
        .with_columns(price_columns(tiers["base"], tiers["tuned"]))
        .with_columns(cache_columns())
        .with_columns(capacity_columns())
        .with_columns(component_columns())
    )
