"""Facts that are computed from other facts before the rules are read; they are never asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final

import polars as pl

from advisor.catalog import Catalog, facts_in

# Where nobody has named a model and a volume every cost is null, and need not be computed.
_WORKLOAD: Final = ("model", "queries_per_day")


def _knowledge_fits_prompt(catalog: Catalog, as_of: date) -> pl.Expr:
    limit = catalog.parameter("decision.small_knowledge_tokens", as_of).number
    return pl.col("knowledge_tokens") <= limit


def _points_missing(catalog: Catalog, as_of: date) -> pl.Expr:
    del catalog, as_of
    return pl.col("needed_percent") - pl.col("prompting_percent")


DERIVED: Final[dict[str, Callable[[Catalog, date], pl.Expr]]] = {
    "knowledge_fits_prompt": _knowledge_fits_prompt,
    "points_missing": _points_missing,
}


def with_derived(frame: pl.DataFrame, catalog: Catalog, as_of: date) -> pl.DataFrame:
    """Add the derived facts that some rule reads; null where what they rest on is open.

    A derived fact that is already in the frame keeps its values.
    """
    wanted = [name for name in _wanted(catalog) if name not in frame.columns]
    here = [name for name in wanted if catalog.facts[name].derived in DERIVED]
    costs = [name for name in wanted if name not in here]
    added = frame.with_columns(
        DERIVED[catalog.facts[name].derived](catalog, as_of).alias(name) for name in here
    )
    if not costs:
        return added
    if any(frame[name].null_count() == frame.height for name in _WORKLOAD):
        return added.with_columns(pl.lit(None, _dtype(catalog, name)).alias(name) for name in costs)
    from advisor.cost import derived_columns

    return added.hstack(derived_columns(frame, catalog, as_of=as_of).select(costs))


def _dtype(catalog: Catalog, name: str) -> pl.DataType:
    return pl.Boolean() if catalog.facts[name].type == "boolean" else pl.Float64()


@lru_cache(maxsize=8)
def _wanted(catalog: Catalog) -> tuple[str, ...]:
    used = {name for condition in catalog.conditions.values() for name in facts_in(condition)}
    return tuple(name for name in catalog.facts if name in used and catalog.facts[name].derived)
