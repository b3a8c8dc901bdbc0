"""Workload facts in, the same facts without gaps out: what nobody answered takes a documented number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from advisor.cost.answer_kind import length_columns, length_parameter

if TYPE_CHECKING:
    from advisor.catalog import Catalog

ASSUMED = {
    # fact: the number that stands in for it
    "queries_per_day": "cost.queries_per_day",
    "growth_per_month": "cost.growth_per_month",
    "horizon_months": "cost.horizon_months",
    "instruction_tokens": "cost.instruction_tokens",
    "query_tokens": "cost.query_tokens",
    "output_tokens": "cost.output_tokens",
    "few_shot_examples": "cost.few_shot_examples",
    "tokens_per_example": "cost.tokens_per_example",
    "retrieved_tokens": "cost.retrieved_tokens",
    "knowledge_tokens": "cost.knowledge_tokens",
    "peak_factor": "cost.peak_factor",
    "prefix_variants": "caching.prefix_variants",
    "retrieved_cached_share": "cost.retrieved_cached_share",
    "chunk_tokens": "cost.chunk_tokens",
    "chunk_overlap": "cost.chunk_overlap",
    "changed_share": "cost.changed_share",
    "rerank_documents": "cost.rerank_documents",
    "training_examples": "cost.training_examples",
    "epochs": "cost.epochs",
    "training_runs": "cost.training_runs",
    "retrains_per_year": "cost.retrains_per_year",
    "tuned_instruction_share": "cost.tuned_instruction_share",
    "labelling_usd_per_example": "cost.labelling_usd_per_example",
    "evaluation_examples": "cost.evaluation_examples",
    "people_usd_per_hour": "cost.people_usd_per_hour",
}
WORLD = (
    # numbers that are no question: how caches, indexes and teams behave
    "caching.hit_ceiling",
    "caching.hit_ceiling_asked",
    "cost.updates_per_month",
    "cost.index_factor",
    "cost.evaluation_runs",
    "cost.prefill_weight",
    "cost.days_per_month",
)
PEOPLE = (
    "cost.setup_hours_prompting",
    "cost.setup_hours_few_shot",
    "cost.setup_hours_rag",
    "cost.setup_hours_fine_tuning",
    "cost.setup_hours_hybrid",
    "cost.monthly_hours_prompting",
    "cost.monthly_hours_few_shot",
    "cost.monthly_hours_rag",
    "cost.monthly_hours_fine_tuning",
    "cost.monthly_hours_hybrid",
)
UPDATES_PER_MONTH = {
    "never": 0.0,
    "yearly": 1 / 12,
    "monthly": 1.0,
    "weekly": 52 / 12,
    "daily": 365 / 12,
    "realtime": 365 * 24 / 12,
}
"""Updates that each answer to knowledge_change stands for; `realtime` is reckoned as hourly."""
UNKNOWN = pl.lit(None, dtype=pl.Float64)


def assumed_parameter(fact: str, facts: Mapping[str, Any]) -> str:
    """Return the number that stands in for a fact that nobody answered."""
    return length_parameter(facts) if fact == "output_tokens" else ASSUMED[fact]


def fill(frame: pl.LazyFrame, columns: Collection[str], catalog: Catalog, day: date) -> pl.LazyFrame:
    """Return every number that costing needs as a Float64 column without nulls.

    A column named like a parameter (``cost.epochs``) holds drawn values and takes the parameter's place.
    """

    def number(name: str) -> pl.Expr:
        return (
            pl.col(name) if name in columns else pl.lit(catalog.parameter(name, day).number, dtype=pl.Float64)
        )

    def fact(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.Float64) if name in columns else UNKNOWN

    filled = {name: fact(name).fill_null(number(parameter)) for name, parameter in ASSUMED.items()}
    filled["output_tokens"] = fact("output_tokens").fill_null(_answer_length(columns, number))
    filled["whole_text"] = whole_text(columns)
    filled["training_examples"] = pl.coalesce(
        fact("training_examples"),
        # Examples that are there get used; a handful is not yet a training set.
        pl.max_horizontal(fact("labelled_examples"), number("cost.training_examples")),
    )
    filled |= {name: number(name) for name in (*WORLD, *PEOPLE)}
    filled["labelled_examples"] = fact("labelled_examples").fill_null(0.0)
    filled["cost.updates_per_month"] = _updates(columns, number("cost.updates_per_month"))
    for name in ("cache_hit", "tokens_per_training_example", "data_preparation_usd"):
        filled[name] = fact(name)
    filled["scale_to_zero_hours"] = fact("scale_to_zero_hours").fill_null(24.0)
    return frame.with_columns(**filled)


def _answer_length(columns: Collection[str], number: Callable[[str], pl.Expr]) -> pl.Expr:
    length = number("cost.output_tokens")
    for holds, name in reversed(length_columns(columns)):
        length = pl.when(holds).then(number(name)).otherwise(length)
    return length


def whole_text(columns: Collection[str]) -> pl.Expr:
    """Return the tokens of knowledge that a prompt without an index has to hold: all of it, or 0 where none is missing."""
    if not {"knowledge_gap", "knowledge_tokens"} <= set(columns):
        return pl.lit(0.0)
    missing = pl.col("knowledge_gap").cast(pl.String).is_in(["some", "main"])
    if "knowledge_in_request" in columns:
        missing &= ~pl.col("knowledge_in_request").cast(pl.Boolean).fill_null(value=False)
    if "knowledge_form.documents" in columns:
        # Only documents are text that can stand in a prompt; what nobody has said is taken for documents.
        missing &= pl.col("knowledge_form.documents").cast(pl.Boolean).fill_null(value=True)
    text = pl.col("knowledge_tokens").cast(pl.Float64)
    return pl.when(missing.fill_null(value=False)).then(text).otherwise(0.0).fill_null(0.0)


def _updates(columns: Collection[str], otherwise: pl.Expr) -> pl.Expr:
    if "knowledge_change" not in columns:
        return otherwise
    words = pl.col("knowledge_change").cast(pl.String)
    return words.replace_strict(UPDATES_PER_MONTH, default=None, return_dtype=pl.Float64).fill_null(otherwise)
