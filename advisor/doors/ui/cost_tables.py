"""The tables of the Costs page: strategies, pairs that overtake each other, models, assumed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

from advisor.cost import CostProjection, Crossing, ModelRow
from advisor.cost.rounding import worth
from advisor.cost.tables import models_table, strategies_table
from advisor.doors.ui import cost_words
from advisor.wording import say

# How each column writes its numbers; None is a column of text.
_MONEY: Final = {
    "per_month": "localized",
    "per_month_low": "localized",
    "per_month_high": "localized",
    "people_per_month": "localized",
    "one_time": "localized",
    "people_once": "localized",
    "total_with_people": "localized",
    "ends_on": None,
}
_ONE_REQUEST: Final = {
    "per_day": "localized",
    "per_1k_requests": "%.3g",
    "first_token_p95_ms": "localized",
    "p50_ms": "localized",
    "p95_ms": "localized",
}
_MODELS: Final = {
    "label": None,
    "usd_per_month": "%.2f",
    "usd_per_1k_requests": "%.3f",
    "first_token_p95_ms": "%.0f",
    "p95_ms": "%.0f",
    "input_usd_per_mtok": "%.3g",
    "output_usd_per_mtok": "%.3g",
    "cache_hit": "percent",
    "context_tokens": "compact",
    "fits_context": None,
    "fits_latency": None,
    "tunable_by_new_customer": None,
    "open_weights": None,
    "retires_on": None,
}


def _column(label: str, number: str | None) -> Any:
    return st.column_config.NumberColumn(label, format=number) if number else label


def strategies(projection: CostProjection, names: cost_words.Names) -> None:
    """Draw what each strategy costs, and below it what one request costs and how long it takes."""
    table = rounded(strategies_table(projection).with_columns(pl.col("strategy").replace_strict(names)))
    ends = pl.col("ends_on").cast(pl.String).fill_null(say("cost_tables.no_end"))
    for columns, alt in (
        (_MONEY, "costs"),
        (_ONE_REQUEST, "request"),
    ):
        heads = {name: _column(say(f"cost_tables.strategy_{name}"), how) for name, how in columns.items()}
        st.dataframe(
            table.with_columns(ends).select("strategy", *columns),
            hide_index=True,
            alt=say(f"cost_tables.{alt}_of_each", currency=projection.currency),
            column_config={"strategy": say("cost_tables.strategy"), **heads},
        )


def rounded(table: pl.DataFrame) -> pl.DataFrame:
    """Round to three figures."""
    # Ranges are wide; more digits would only look exact.
    return table.with_columns(pl.selectors.float().round_sig_figs(3))


def pairs(projection: CostProjection, names: cost_words.Names) -> None:
    """Draw when one strategy becomes cheaper than another."""
    rows = [
        {
            say("cost_tables.at_first"): names[item.from_],
            say("cost_tables.then"): names[item.to],
            say("cost_tables.when"): _when(item),
            say("cost_tables.probability"): f"{projection.cheaper[item.to][item.from_]:.0%}",
            say("cost_tables.why_not"): item.never_because or str(item.day),
        }
        for item in projection.break_even
    ]
    # A table of text wraps; a grid would cut the reasons off.
    st.table(pl.DataFrame(rows))


def _when(item: Crossing) -> str:
    if item.months is None:
        return say("cost_tables.never")
    if item.months < 0.05:
        return say("cost_tables.at_once")
    return say("cost_tables.months", months=item.months, requests=worth(item.requests or 0))


def models(rows: Sequence[ModelRow]) -> None:
    """Draw the same workload on other models."""
    heads = {name: _column(say(f"cost_tables.model_{name}"), how) for name, how in _MODELS.items()}
    config = {**heads, "on_front": None}
    table = models_table(rows).drop("model", "p50_ms")
    st.dataframe(table, hide_index=True, alt=cost_words.pareto_text(rows), column_config=config)


def assumed(projection: CostProjection) -> None:
    """Draw the numbers that no answer gave."""
    with st.expander(say("cost_tables.are_assumed", count=len(projection.assumed)), key="cost_assumed"):
        listed = pl.DataFrame(
            [item.model_dump(exclude={"sources"}) for item in projection.assumed], infer_schema_length=None
        )
        st.dataframe(rounded(listed), hide_index=True, alt=say("cost_tables.assumed"))
