"""Filled facts and prices in, quantities and effective prices of every strategy out, as Polars expressions."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from advisor.palette import STRATEGIES

TUNED = ("fine_tuning", "hybrid")
RETRIEVING = ("rag", "hybrid")
WHOLE_TEXT = ("prompting", "few_shot")
"""Strategies that know only what is in the prompt: missing knowledge is put there whole."""
c = pl.col


def served_by(strategy: str) -> str:
    """Return whose token prices a strategy pays: ``base`` or ``tuned``."""
    return "tuned" if strategy in TUNED else "base"


@lru_cache(maxsize=1)
def token_columns() -> list[pl.Expr]:
    """Derive tokens per request of each strategy: instructions, examples, cacheable prefix, whole prompt."""
    columns = []
    for s in STRATEGIES:
        instructions = c("instruction_tokens") * (c("tuned_instruction_share") if s in TUNED else 1.0)
        examples = c("few_shot_examples") * c("tokens_per_example") if s == "few_shot" else pl.lit(0.0)
        retrieved = c("retrieved_tokens") if s in RETRIEVING else pl.lit(0.0)
        text = pl.lit(0.0)
        if s in WHOLE_TEXT:
            # Text that the window does not hold is not sent; the limits say so.
            rest = instructions + examples + c("query_tokens") + c("output_tokens")
            text = pl.when(c("whole_text") + rest <= c("base.room")).then(c("whole_text")).otherwise(0.0)
        columns += [
            instructions.alias(f"{s}.instructions"),
            examples.alias(f"{s}.examples"),
            retrieved.alias(f"{s}.retrieved"),
            text.alias(f"{s}.text"),
            (instructions + examples + text).alias(f"{s}.prefix"),
            (instructions + examples + text + retrieved + c("query_tokens")).alias(f"{s}.prompt"),
        ]
    return columns


@lru_cache(maxsize=1)
def volume_columns() -> list[pl.Expr]:
    """Derive requests of the month from ``growth_factor``, and what they mean for caches and storage."""
    per_day = c("queries_per_day") * c("growth_factor")
    passages = c("knowledge_tokens") / c("chunk_tokens") / (1 - c("chunk_overlap"))
    return [
        per_day.alias("requests_per_day"),
        (per_day * c("cost.days_per_month")).alias("requests_per_month"),
        passages.alias("passages"),
        (passages * c("chunk_tokens")).alias("indexed_tokens"),
        (passages * c("embedding_dimensions") * 4 * c("cost.index_factor") / 2**30).alias("index_gib"),
        (c("knowledge_tokens") * c("changed_share") * c("cost.updates_per_month")).alias(
            "changed_tokens_per_month"
        ),
        pl.coalesce(
            c("tokens_per_training_example"),
            c("instruction_tokens") * c("tuned_instruction_share") + c("query_tokens") + c("output_tokens"),
        ).alias("tokens_per_training_example"),
    ]


@lru_cache(maxsize=64)
def price_columns(base: int, tuned: int) -> list[pl.Expr]:
    """Pick each strategy's token prices by the length of its prompt, USD per 1M tokens.

    Args:
        base: Price tiers of the model.
        tuned: Price tiers of the tuned model.
    """
    tiers = {"base": base, "tuned": tuned}
    columns = []
    for s in STRATEGIES:
        who = served_by(s)
        for field in ("input", "cache_read", "cache_write", "output"):
            price = c(f"{who}.0.{field}")
            for index in range(1, tiers[who]):
                reached = c(f"{s}.prompt") > c(f"{who}.{index}.above_tokens")
                price = pl.when(reached).then(c(f"{who}.{index}.{field}")).otherwise(price)
            columns.append(price.alias(f"{s}.{field}"))
    return columns


@lru_cache(maxsize=1)
def cache_columns() -> list[pl.Expr]:
    """Model the cache: arrivals against its lifetime, then the effective price of the prefix."""
    columns = []
    for s in STRATEGIES:
        who = served_by(s)
        arrivals = c("requests_per_day") / 1440 / c("prefix_variants") * c(f"{who}.cache_minutes")
        asked = c(f"{who}.cache_asked") > 0
        ceiling = pl.when(asked).then(c("caching.hit_ceiling_asked")).otherwise(c("caching.hit_ceiling"))
        modelled = ceiling * (1 - (-arrivals).exp())
        cached = c(f"{s}.prefix") >= c(f"{who}.cache_minimum")
        hit = pl.when(cached).then(c("cache_hit").fill_null(modelled)).otherwise(0.0)
        mixed = hit * c(f"{s}.cache_read") + (1 - hit) * c(f"{s}.cache_write")
        # A longer life costs more to write; it is asked for where it saves more than that.
        lasting = c("requests_per_day") / 1440 / c("prefix_variants") * c(f"{who}.long_cache_minutes")
        long_hit = c("cache_hit").fill_null(ceiling * (1 - (-lasting).exp()))
        long_write = c(f"{s}.input") * c(f"{who}.long_cache_write")
        longer = long_hit * c(f"{s}.cache_read") + (1 - long_hit) * long_write
        longer = pl.when(c(f"{who}.long_cache_minutes") > 0).then(longer).otherwise(mixed)
        # Where writing costs extra one asks for the cache; nobody does if it costs more than it saves.
        chosen = pl.min_horizontal(mixed, longer, c(f"{s}.input"))
        columns += [
            pl.when(cached & (longer < mixed)).then(long_hit).otherwise(hit).alias(f"{s}.hit"),
            pl.when(cached).then(chosen).otherwise(c(f"{s}.input")).alias(f"{s}.prefix_price"),
        ]
    return columns


@lru_cache(maxsize=1)
def capacity_columns() -> list[pl.Expr]:
    """Derive dedicated replicas from the peak load, and the price of one request outside the prefix cache."""
    columns = []
    for s in STRATEGIES:
        work = c("output_tokens") + c(f"{s}.prompt") * c("cost.prefill_weight")
        peak = c("requests_per_day") / 86400 * c("peak_factor") * work
        replicas = (peak / c("market.replica_output_tokens_per_second")).ceil().clip(lower_bound=1)
        columns.append(replicas.alias(f"{s}.replicas"))
    for s in STRATEGIES:
        plain = c(f"{s}.prompt") * c(f"{s}.input") + c("output_tokens") * c(f"{s}.output")
        columns.append((plain / 1e6).alias(f"{s}.usd_per_uncached_request"))
    trained = c("training_examples") * c("tokens_per_training_example") * c("epochs")
    columns.append(trained.alias("trained_tokens"))
    for s, wanted in (
        ("few_shot", "few_shot_examples"),
        ("fine_tuning", "training_examples"),
        ("hybrid", "training_examples"),
    ):
        missing = (c(wanted) - c("labelled_examples")).clip(lower_bound=0)
        columns.append(missing.alias(f"{s}.examples_to_write"))
    run = pl.max_horizontal(trained * c("market.training_usd_per_mtok") / 1e6, c("training_minimum_usd"))
    # A price that is not known stays unknown; max_horizontal would take the minimum charge for it.
    columns.append(
        pl.when(c("market.training_usd_per_mtok").is_null()).then(None).otherwise(run).alias("training_usd")
    )
    return columns
