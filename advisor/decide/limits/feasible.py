"""A frame of scenarios in, five columns out: whether anything on the market can carry each strategy; no prices needed."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import polars as pl

from advisor.catalog import Catalog
from advisor.cost.combinations import positions
from advisor.cost.quantities import TUNED, served_by
from advisor.decide.limits.needs import (
    BEST,
    WORST,
    is_,
    milliseconds,
    must_hold_text,
    number,
    output_tokens,
    prompt_tokens,
    unknown,
)
from advisor.decide.limits.reach import reach
from advisor.palette import STRATEGIES

c = pl.col


def feasible(frame: pl.DataFrame, catalog: Catalog, as_of: date) -> pl.DataFrame:
    """Judge every row for all five strategies: true, false, or null where an open answer decides.

    False is said only of what no model and no tuning route on the market of ``as_of`` can do: nothing that the answers
    allow, nothing open to train on, text that fits no window, training that is forbidden or has nothing to learn from,
    or an answer that even at best comes too late. A time limit that every strategy misses excludes none of them.

    Args:
        frame: Columns are facts; what is missing is unknown.
        catalog: The rules.
        as_of: The day of the market.

    Returns:
        One Boolean column per strategy, and ``all_late``: whether every strategy misses the time limit; one row per row
        of ``frame``.
    """
    judged, timed = _expressions(tuple(frame.columns), catalog, as_of)
    return _beside(frame, reach(catalog, as_of), catalog).lazy().with_columns(judged).select(timed).collect()


@lru_cache(maxsize=32)
def _expressions(
    columns: tuple[str, ...], catalog: Catalog, day: date
) -> tuple[list[pl.Expr], list[pl.Expr]]:
    judged = [_possible(s, columns, catalog, day).alias(s) for s in STRATEGIES]
    judged += [_in_time(s, columns, catalog, day).alias(f"{s}.in_time") for s in STRATEGIES]
    # Where the time limit excludes all, it is the limit that has to give; it stays missed in `limits`.
    hopeless = pl.all_horizontal((~(c(s) & c(f"{s}.in_time"))).fill_null(value=False) for s in STRATEGIES)
    timed = [pl.when(hopeless).then(c(s)).otherwise(c(s) & c(f"{s}.in_time")).alias(s) for s in STRATEGIES]
    return judged, [*timed, hopeless.alias("all_late")]


def _beside(frame: pl.DataFrame, table: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """Put each row's part of the market beside its facts, by position instead of a join."""
    return pl.concat([frame, table[positions(frame, catalog)]], how="horizontal")


def _possible(s: str, columns: tuple[str, ...], catalog: Catalog, day: date) -> pl.Expr:
    who = served_by(s)
    held = c(f"{who}.any") & _fits(s, columns, catalog, day)
    return held & _trainable(columns, catalog, day) if s in TUNED else held


def _fits(s: str, columns: tuple[str, ...], catalog: Catalog, day: date) -> pl.Expr:
    who = served_by(s)
    least, most = (
        prompt_tokens(s, columns, catalog, day, end) + output_tokens(columns, catalog, day, end)
        for end in (0, 2)
    )
    if s in ("prompting", "few_shot"):
        text = number("knowledge_tokens", columns)
        needed = must_hold_text(columns)
        least = least + pl.when(needed.fill_null(value=False)).then(text.fill_null(0.0)).otherwise(0.0)
        most = most + pl.when(needed.fill_null(value=True)).then(text.fill_null(float("inf"))).otherwise(0.0)
    # Nothing allowed has no room; that is said of `any`, not twice.
    too_long = (least > c(f"{who}.room.best")) & c(f"{who}.any").fill_null(value=True)
    return pl.when(too_long).then(statement=False).when(most <= c(f"{who}.room.worst")).then(statement=True)


def _trainable(columns: tuple[str, ...], catalog: Catalog, day: date) -> pl.Expr:
    least = catalog.parameter("decision.minimum_examples", day).number
    allowed = c("training_allowed") if "training_allowed" in columns else unknown()
    rows = number("labelled_examples", columns) >= least
    nothing = ~rows & is_("examples_obtainable", "no", columns) & ~is_("gradable", "yes", columns)
    return allowed & pl.when(rows).then(statement=True).when(nothing).then(statement=False)


def _in_time(s: str, columns: tuple[str, ...], catalog: Catalog, day: date) -> pl.Expr:
    budget = number("latency_budget_ms", columns)
    best, worst = (milliseconds(s, columns, catalog, day, end) for end in (BEST, WORST))
    return pl.when(best > budget).then(statement=False).when(worst <= budget).then(statement=True)
