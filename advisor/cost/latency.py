"""Tokens and models in, milliseconds to the first token and to the last out: median and 95th percentile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import Field

from advisor.catalog.records import Record
from advisor.cost.quantities import RETRIEVING, served_by
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

c = pl.col
SPEEDS = {
    "dedicated": (
        "latency.first_token_ms_dedicated",
        "latency.prefill_ms_per_1k_dedicated",
        "latency.decode_ms_per_token_dedicated",
    ),
    "fast": (
        "latency.first_token_ms_fast",
        "latency.prefill_ms_per_1k_fast",
        "latency.decode_ms_per_token_fast",
    ),
    "medium": (
        "latency.first_token_ms_medium",
        "latency.prefill_ms_per_1k_medium",
        "latency.decode_ms_per_token_medium",
    ),
    "slow": (
        "latency.first_token_ms_slow",
        "latency.prefill_ms_per_1k_slow",
        "latency.decode_ms_per_token_slow",
    ),
}
COMMON = ("latency.network_ms", "latency.embed_query_ms", "latency.vector_search_ms", "latency.rerank_ms")
SHARE = "latency.cached_prefill_share"
OWN_STEPS = ("start of the model", "reading the prompt")
"""Steps that differ from model to model of one class."""


class Latency(Record):
    """How long one answer takes, in milliseconds."""

    p50: float
    """Median latency of a whole answer, in ms."""
    p95: float
    """Whole answer, 95th percentile."""
    first_token_p50: float
    """Until the first token, median."""
    first_token_p95: float
    """Until the first token, 95th percentile."""
    parts: dict[str, float] = Field(default_factory=dict)
    """Median of each step."""


def speed_row(prefix: str, speed: str, catalog: Catalog, day: date) -> dict[str, float | None]:
    """Return the speed of a class of models as price-table columns: median and 95th percentile."""
    row: dict[str, float | None] = {}
    for short, name in zip(("first_token", "prefill", "decode"), SPEEDS[speed], strict=True):
        number = catalog.parameter(name, day)
        row[f"{prefix}.{short}.p50"] = number.number
        row[f"{prefix}.{short}.p95"] = number.range[2]
    return row


def latency_columns(
    catalog: Catalog, day: date, *, share: pl.Expr | None = None, spread: pl.Expr | None = None
) -> list[pl.Expr]:
    """Derive ``<strategy>.first_token.p50`` … and ``<strategy>.latency.p95`` from rows with costs' columns.

    Args:
        catalog: The rules.
        day: The day whose numbers count.
        share: Time of a cached token against an uncached one, instead of the usual one.
        spread: Factor on the time to the first token, null for 1.
    """
    ranges = {name: catalog.parameter(name, day).range for name in COMMON}
    usual = pl.lit(catalog.parameter(SHARE, day).number)
    known = usual if share is None else share.fill_null(usual)
    factor = pl.lit(1.0) if spread is None else spread.fill_null(1.0)
    columns = []
    for s in STRATEGIES:
        first = _steps(s, ranges, known)
        for step in OWN_STEPS:
            first[step] = _times(factor, first[step])
        decode = (
            c("output_tokens") * c(f"{served_by(s)}.decode.p50"),
            c("output_tokens") * c(f"{served_by(s)}.decode.p95"),
        )
        for name, steps in (("first_token", first), ("latency", {**first, "writing": decode})):
            median = _sum([step[0] for step in steps.values()])
            # Steps are taken as independent: their excesses over the median add like standard deviations.
            spread = _sum([(step[1] - step[0]) ** 2 for step in steps.values()]).sqrt()
            columns += [median.alias(f"{s}.{name}.p50"), (median + spread).alias(f"{s}.{name}.p95")]
    return columns


def part_columns(catalog: Catalog, day: date) -> list[pl.Expr]:
    """Derive the median of each step as ``<strategy>.step.<name>``."""
    ranges = {name: catalog.parameter(name, day).range for name in COMMON}
    share = pl.lit(catalog.parameter(SHARE, day).number)
    columns = []
    for s in STRATEGIES:
        columns += [step[0].alias(f"{s}.step.{name}") for name, step in _steps(s, ranges, share).items()]
        columns.append((c("output_tokens") * c(f"{served_by(s)}.decode.p50")).alias(f"{s}.step.writing"))
    return columns


def _steps(
    s: str, ranges: Mapping[str, tuple[float, float, float]], share: pl.Expr
) -> dict[str, tuple[pl.Expr, pl.Expr]]:
    who = served_by(s)
    read = (c(f"{s}.prompt") - c(f"{s}.prefix") * c(f"{s}.hit") * (1 - share)) / 1000
    steps = {
        "network and queue": _fixed(ranges["latency.network_ms"]),
        "start of the model": (c(f"{who}.first_token.p50"), c(f"{who}.first_token.p95")),
        "reading the prompt": (read * c(f"{who}.prefill.p50"), read * c(f"{who}.prefill.p95")),
    }
    if s in RETRIEVING:
        steps["embedding the query"] = _fixed(ranges["latency.embed_query_ms"])
        steps["vector search"] = _fixed(ranges["latency.vector_search_ms"])
        steps["reranking"] = _times(c("reranks"), _fixed(ranges["latency.rerank_ms"]))
    return steps


def _fixed(range_: tuple[float, float, float]) -> tuple[pl.Expr, pl.Expr]:
    return pl.lit(range_[1]), pl.lit(range_[2])


def _times(factor: pl.Expr, step: tuple[pl.Expr, pl.Expr]) -> tuple[pl.Expr, pl.Expr]:
    return step[0] * factor, step[1] * factor


def _sum(parts: list[pl.Expr]) -> pl.Expr:
    added = parts[0]
    for part in parts[1:]:
        added = added + part
    return added


def latency_of(row: Mapping[str, Any], strategy: str) -> Latency:
    """Read a strategy's latency from a costed row."""
    mark = f"{strategy}.step."
    return Latency(
        p50=row[f"{strategy}.latency.p50"],
        p95=row[f"{strategy}.latency.p95"],
        first_token_p50=row[f"{strategy}.first_token.p50"],
        first_token_p95=row[f"{strategy}.first_token.p95"],
        parts={name.removeprefix(mark): value for name, value in row.items() if name.startswith(mark)},
    )
