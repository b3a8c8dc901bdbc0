"""The tables of the Costs page: strategies, pairs that overtake each other, models, assumed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

from advisor.cost import CostProjection, Crossing, ModelRow
from advisor.cost.rounding import worth
from advisor.cost.tables import models_table, strategies_table
from advisor.doors.ui import cost_figures as figures

_NUMBER = st.column_config.NumberColumn
_MONEY: Final[dict[str, Any]] = {
    "per_month": _NUMBER("a month", format="localized"),
    "per_month_low": _NUMBER("low", format="localized"),
    "per_month_high": _NUMBER("high", format="localized"),
    "people_per_month": _NUMBER("people a month", format="localized"),
    "one_time": _NUMBER("once", format="localized"),
    "people_once": _NUMBER("people once", format="localized"),
    "total_with_people": _NUMBER("total with people", format="localized"),
    "ends_on": "until",
}
_ONE_REQUEST: Final[dict[str, Any]] = {
    "per_day": _NUMBER("a day", format="localized"),
    "per_1k_requests": _NUMBER("per 1,000 requests", format="%.3g"),
    "first_token_p95_ms": _NUMBER("first token p95, ms", format="localized"),
    "p50_ms": _NUMBER("whole answer p50, ms", format="localized"),
    "p95_ms": _NUMBER("whole answer p95, ms", format="localized"),
}


def strategies(projection: CostProjection) -> None:
    """Draw what each strategy costs, and below it what one request costs and how long it takes."""
    table = rounded(
        strategies_table(projection).with_columns(pl.col("strategy").replace_strict(figures.NAMES))
    )
    ends = pl.col("ends_on").cast(pl.String).fill_null("no end known")
    for columns, what in ((_MONEY, "Costs"), (_ONE_REQUEST, "Cost and latency of one request")):
        st.dataframe(
            table.with_columns(ends).select("strategy", *columns),
            hide_index=True,
            alt=f"{what} of each strategy in {projection.currency}",
            column_config={"strategy": "Strategy", **columns},
        )


def rounded(table: pl.DataFrame) -> pl.DataFrame:
    """Round to three figures."""
    # Ranges are wide; more digits would only look exact.
    return table.with_columns(pl.selectors.float().round_sig_figs(3))


def pairs(projection: CostProjection) -> None:
    """Draw when one strategy becomes cheaper than another."""
    rows = [
        {
            "at first": figures.NAMES[item.from_],
            "then": figures.NAMES[item.to],
            "when": _when(item),
            "probability": projection.cheaper[item.to][item.from_],
            "why not, or on which day": item.never_because or str(item.day),
        }
        for item in projection.break_even
    ]
    # A table of text wraps; a grid would cut the reasons off.
    lines = pl.DataFrame(rows).with_columns(
        pl.col("probability").map_elements(_percent, return_dtype=pl.String)
    )
    st.table(lines)


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _when(item: Crossing) -> str:
    if item.months is None:
        return "never"
    return (
        "at once"
        if item.months < 0.05
        else f"{item.months:,.1f} months, {worth(item.requests or 0)} requests"
    )


def models(rows: Sequence[ModelRow]) -> None:
    """Draw the same workload on other models."""
    config = {
        "label": "model",
        "usd_per_month": _NUMBER("USD a month", format="%.2f"),
        "usd_per_1k_requests": _NUMBER("per 1,000", format="%.3f"),
        "first_token_p95_ms": _NUMBER("first token p95, ms", format="%.0f"),
        "p95_ms": _NUMBER("p95, ms", format="%.0f"),
        "input_usd_per_mtok": _NUMBER("in per 1M", format="%.3g"),
        "output_usd_per_mtok": _NUMBER("out per 1M", format="%.3g"),
        "cache_hit": _NUMBER("cache hits", format="percent"),
        "context_tokens": _NUMBER("context", format="compact"),
        "fits_context": "fits",
        "fits_latency": "in time",
        "tunable_by_new_customer": "tunable",
        "open_weights": "open",
        "retires_on": "retires",
        "on_front": None,
    }
    table = models_table(rows).drop("model", "p50_ms")
    st.dataframe(table, hide_index=True, alt=figures.pareto_text(rows), column_config=config)


def assumed(projection: CostProjection) -> None:
    """Draw the numbers that no answer gave."""
    with st.expander(f"{len(projection.assumed)} numbers are assumed", key="cost_assumed"):
        listed = pl.DataFrame(
            [item.model_dump(exclude={"sources"}) for item in projection.assumed], infer_schema_length=None
        )
        st.dataframe(rounded(listed), hide_index=True, alt="Numbers assumed for unanswered questions")
