"""Scenario rows in, the derived facts by which cost and latency enter a decision out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from advisor.cost.answer_kind import used_whole
from advisor.cost.assumptions import fill
from advisor.cost.choosing import with_choices
from advisor.cost.frames import plan_ends, with_prices
from advisor.cost.latency import latency_columns
from advisor.cost.price_tables import CHOICES, price_frame, tier_counts
from advisor.cost.resolving import Resolved, resolve
from advisor.cost.timeline import DAYS_PER_MONTH
from advisor.cost.workload import cost_components, total
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

c = pl.col
CORE = ("model", "queries_per_day", "instruction_tokens", "query_tokens", "output_tokens")
NEEDED = {
    # what must be answered before a strategy's cost may speak in a decision
    "prompting": CORE,
    "few_shot": (*CORE, "few_shot_examples", "tokens_per_example"),
    "rag": (*CORE, "retrieved_tokens"),
    "fine_tuning": CORE,
    "hybrid": (*CORE, "retrieved_tokens"),
}
DERIVED = {
    "few_shot_prefix_tokens": pl.Float64,
    "tuned_cheaper_than_few_shot": pl.Boolean,
    "tuning_payback_months": pl.Float64,
    "tuning_never_pays": pl.Boolean,
    "rag_latency_fits": pl.Boolean,
    "few_shot_latency_fits": pl.Boolean,
    "prompting_latency_fits": pl.Boolean,
    "monthly_prompting_usd": pl.Float64,
    "monthly_few_shot_usd": pl.Float64,
    "monthly_rag_usd": pl.Float64,
    "monthly_fine_tuning_usd": pl.Float64,
    "monthly_hybrid_usd": pl.Float64,
}


def derived_columns(frame: pl.DataFrame, catalog: Catalog, *, as_of: date) -> pl.DataFrame:
    """Derive the columns of ``DERIVED``, one row per row of ``frame``; null where the workload is not answered.

    A model that nobody knows, or that was shut down, leaves its row null: the decision goes on without costs.
    """
    plans, index = _plans(frame, catalog, as_of)
    answered = frame.with_columns(_answered(frame, index))
    prefix = _prefix_tokens(frame)
    if not plans:
        open_ = [pl.lit(None, dtype=kind).alias(name) for name, kind in DERIVED.items()]
        return frame.with_columns(open_).select(list(DERIVED)).with_columns(prefix)
    left = plan_ends(plans, as_of)["tuned"][index.fill_null(0)] / DAYS_PER_MONTH
    filled = fill(answered.lazy(), frame.columns, catalog, as_of).collect()
    prices = price_frame(plans, catalog, as_of)
    rows = with_prices(filled, index.fill_null(0), prices).with_columns(
        left.alias("months_left"), growth_factor=1.0
    )
    costed = cost_components(rows, tier_counts(prices)).with_columns(
        latency_columns(catalog, as_of, **_varied(frame.columns))
    )
    return costed.select(_facts(frame.columns)).collect().with_columns(prefix).select(list(DERIVED))


def _varied(columns: list[str]) -> dict[str, pl.Expr]:
    """Return what a frame sets of the latency model; only trials of weak numbers do."""
    named = {"share": "cached_prefill_share", "spread": "model_spread"}
    return {word: c(column) for word, column in named.items() if column in columns}


def _plans(frame: pl.DataFrame, catalog: Catalog, day: date) -> tuple[list[Resolved], pl.Series]:
    present = [name for name in CHOICES if name in frame.columns]
    nothing = pl.Series("plan", [None] * frame.height, dtype=pl.UInt32)
    if "model" not in present:
        return [], nothing
    # Rows without a model stay without: they are derived from nothing.
    frame = with_choices(frame, catalog, day).with_columns(frame["model"])
    present = [name for name in CHOICES if name in frame.columns]
    distinct = frame.select(present).unique(maintain_order=True)
    plans: list[Resolved] = []
    numbers: list[int | None] = []
    for choice in distinct.iter_rows(named=True):
        found = _resolved(choice, catalog, day)
        numbers.append(None if found is None else len(plans))
        plans += [] if found is None else [found]
    numbered = distinct.with_columns(pl.Series("plan", numbers, dtype=pl.UInt32))
    joined = frame.select(present).join(
        numbered, on=present, how="left", nulls_equal=True, maintain_order="left"
    )
    return plans, joined["plan"] if plans else nothing


def _resolved(choice: dict[str, object], catalog: Catalog, day: date) -> Resolved | None:
    if choice["model"] is None:
        return None
    try:
        plan = resolve(choice, catalog, day)
        price_frame([plan], catalog, day)
    except AdvisorError:
        return None
    return plan


def _answered(frame: pl.DataFrame, index: pl.Series) -> list[pl.Expr | pl.Series]:
    columns: list[pl.Expr | pl.Series] = []
    for s, needed in NEEDED.items():
        if set(needed) <= set(frame.columns):
            known = frame.select(pl.all_horizontal(c(name).is_not_null() for name in needed)).to_series()
            columns.append((known & index.is_not_null()).alias(f"{s}.known"))
        else:
            columns.append(pl.lit(value=False).alias(f"{s}.known"))
    return columns


def _prefix_tokens(frame: pl.DataFrame) -> pl.Series:
    if not {"few_shot_examples", "tokens_per_example"} <= set(frame.columns):
        return pl.Series("few_shot_prefix_tokens", [None] * frame.height, dtype=pl.Float64)
    product = frame["few_shot_examples"].cast(pl.Float64) * frame["tokens_per_example"].cast(pl.Float64)
    return product.alias("few_shot_prefix_tokens")


def _facts(columns: list[str]) -> list[pl.Expr]:
    monthly = {s: _if_known(total(s, "per_request", "monthly"), s) for s in STRATEGIES}
    saving = monthly["few_shot"] - monthly["fine_tuning"]
    extra = (total("fine_tuning", "one_time") - total("few_shot", "one_time")).clip(lower_bound=0)
    months = pl.when((saving > 0) & (extra <= saving * c("months_left"))).then(extra / saving)
    return [
        (saving > 0).alias("tuned_cheaper_than_few_shot"),
        months.otherwise(None).alias("tuning_payback_months"),
        pl.when(saving.is_not_null()).then(months.otherwise(None).is_null()).alias("tuning_never_pays"),
        _fits("rag", columns).alias("rag_latency_fits"),
        _fits("few_shot", columns).alias("few_shot_latency_fits"),
        _fits("prompting", columns).alias("prompting_latency_fits"),
        *(value.alias(f"monthly_{s}_usd") for s, value in monthly.items()),
    ]


def _if_known(value: pl.Expr, strategy: str) -> pl.Expr:
    return pl.when(c(f"{strategy}.known")).then(value).otherwise(None)


def _fits(strategy: str, columns: list[str]) -> pl.Expr:
    if "latency_budget_ms" not in columns:
        return pl.lit(None, dtype=pl.Boolean)
    # Answers are held to their first words unless somebody, or the kind of task, says that only the whole is of use.
    streamed = (~used_whole(columns)).fill_null(value=True)
    if "streaming" in columns:
        streamed = pl.coalesce(c("streaming").cast(pl.Boolean), streamed)
    taken = pl.when(streamed).then(c(f"{strategy}.first_token.p95")).otherwise(c(f"{strategy}.latency.p95"))
    return _if_known(taken <= c("latency_budget_ms").cast(pl.Float64), strategy)
