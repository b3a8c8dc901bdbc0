"""Answers as columns in, what one request needs out: tokens to hold and milliseconds, at best and at worst."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import polars as pl

from advisor.catalog import Catalog
from advisor.cost.answer_kind import LENGTHS, OTHERWISE, length_columns, used_whole
from advisor.cost.quantities import RETRIEVING, served_by

c = pl.col
_STEPS: Final = ("latency.network_ms", "latency.embed_query_ms", "latency.vector_search_ms")


class End(NamedTuple):
    """One end of what is possible."""

    name: str
    tokens: int
    """Which end of a number that nobody answered: 0 low, 2 high."""
    speed: int
    """Which end of a latency: 1 the median, 2 the 95th percentile."""


BEST: Final = End("best", 0, 1)
WORST: Final = End("worst", 2, 2)


def must_hold_text(columns: tuple[str, ...]) -> pl.Expr:
    """Return whether prompting without an index must put all of the knowledge into each prompt; null where not known."""
    brought = c("knowledge_in_request") if "knowledge_in_request" in columns else unknown()
    return is_("knowledge_gap", "main", columns) & ~brought & ticked("knowledge_form", "documents", columns)


def milliseconds(s: str, columns: tuple[str, ...], catalog: Catalog, day: date, end: End) -> pl.Expr:
    """Return the milliseconds that an answer of a strategy takes at one end of the ranges."""
    who = served_by(s)
    fixed = [catalog.parameter(step, day).range[end.speed] for step in _STEPS]
    spent = sum(fixed) if s in RETRIEVING else fixed[0]
    read = prompt_tokens(s, columns, catalog, day, end.tokens) / 1000
    if s in ("prompting", "few_shot"):
        usual = catalog.parameter("latency.cached_prefill_share", day).range[end.speed]
        share = number("cached_prefill_share", columns).fill_null(usual)
        held = must_hold_text(columns).fill_null(value=end is WORST)
        text = number("knowledge_tokens", columns).fill_null(0.0)
        read = read + pl.when(held).then(text).otherwise(0.0) * share / 1000
    whole = _whole(columns).fill_null(value=end is WORST)
    written = pl.when(whole).then(output_tokens(columns, catalog, day, end.tokens)).otherwise(0.0)
    first, prefill, decode = (c(f"{who}.{step}.{end.name}") for step in ("first", "prefill", "decode"))
    spread = number("model_spread", columns).fill_null(1.0)
    return spent + (first + read * prefill) * spread + written * decode


def _whole(columns: tuple[str, ...]) -> pl.Expr:
    kind = used_whole(columns)
    return pl.coalesce(~c("streaming"), kind) if "streaming" in columns else kind


def prompt_tokens(s: str, columns: tuple[str, ...], catalog: Catalog, day: date, end: int) -> pl.Expr:
    """Return the tokens of a prompt of a strategy; `end` picks low, expected or high."""

    def tokens(name: str) -> pl.Expr:
        return number(name, columns).fill_null(catalog.parameter(f"cost.{name}", day).range[end])

    read = tokens("instruction_tokens") + tokens("query_tokens")
    if s == "few_shot":
        read = read + tokens("few_shot_examples") * tokens("tokens_per_example")
    return read + tokens("retrieved_tokens") if s in RETRIEVING else read


def output_tokens(columns: tuple[str, ...], catalog: Catalog, day: date, end: int) -> pl.Expr:
    """Return the tokens of an answer; `end` picks low, expected or high."""
    numbers = {name: catalog.parameter(name, day).range[end] for name in {*LENGTHS.values(), OTHERWISE}}
    # With nothing ticked known, the shortest answer at best and the longest at worst.
    otherwise: pl.Expr = pl.lit(min(numbers.values()) if end == 0 else max(numbers.values()))
    for holds, name in reversed(length_columns(columns)):
        otherwise = pl.when(holds).then(numbers[name]).otherwise(otherwise)
    return number("output_tokens", columns).fill_null(otherwise)


def number(name: str, columns: tuple[str, ...]) -> pl.Expr:
    """Return a numeric fact, null where the frame does not have it."""
    return c(name).cast(pl.Float64) if name in columns else pl.lit(None, dtype=pl.Float64)


def is_(name: str, word: str, columns: tuple[str, ...]) -> pl.Expr:
    """Return whether a fact has an answer, null where it is open or not in the frame."""
    return c(name) == word if name in columns else unknown()


def ticked(name: str, word: str, columns: tuple[str, ...]) -> pl.Expr:
    """Return whether an option of a fact with several is ticked; null where nobody has answered."""
    return c(f"{name}.{word}") if f"{name}.{word}" in columns else unknown()


def unknown() -> pl.Expr:
    """Return null as a truth value."""
    return pl.lit(None, dtype=pl.Boolean)
