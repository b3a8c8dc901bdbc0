"""Scenarios around one situation: open answers sampled from their priors, answers replaced, grids over facts."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl

from advisor.catalog import Catalog, Fact, ParameterRef, walk
from advisor.scenario.compiling import compile_condition
from advisor.scenario.frame import columns_of, frame_of

SEED: Final = 20_261_122


def complete(
    answers: Mapping[str, Any], catalog: Catalog, *, as_of: date, count: int, seed: int = SEED
) -> pl.DataFrame:
    """Return ``count`` ways to answer the open questions, drawn from their priors.

    Each fact has a random stream of its own, so that answering one question leaves the draws of all the
    others as they were. A question that does not apply in a row stays open there.
    """
    answered = frame_of([answers], catalog)
    given = {column for name in answers for column in columns_of(name, catalog.facts[name])}
    drawn = _draws(catalog, count, seed)
    frame = pl.DataFrame([answered[c.name].new_from_index(0, count) if c.name in given else c for c in drawn])
    blanks = [blank for name, blank in _blanks(catalog, as_of) if name not in answers]
    return frame.with_columns(blanks) if blanks else frame


def draws(name: str, catalog: Catalog, count: int = 1024) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return ``count`` draws of a number from its prior."""
    values: np.ndarray[Any, np.dtype[np.float64]] = _draws(catalog, count, SEED)[name].to_numpy()
    return values


def filled(
    frame: pl.DataFrame, catalog: Catalog, *, as_of: date, count: int, seed: int = SEED
) -> pl.DataFrame:
    """Return each row ``count`` times, its open answers drawn from their priors; the same draws for every row."""
    drawn = _draws(catalog, count, seed)
    repeated = frame.select(drawn.columns).select(pl.all().gather(np.repeat(np.arange(frame.height), count)))
    tiled = drawn.select(pl.all().gather(np.tile(np.arange(count), frame.height)))
    given = {
        name: pl.any_horizontal(
            pl.col(column).is_not_null() for column in columns_of(name, catalog.facts[name])
        )
        for name in catalog.ask_when
        if catalog.facts[name].asked
    }
    kept = repeated.select(expression.alias(name) for name, expression in given.items())
    whole = repeated.with_columns(
        pl.col(column).fill_null(tiled[column]) for column in tiled.columns if repeated[column].has_nulls()
    )
    # A question that does not apply has no answer, unless somebody gave one.
    asked = {
        name: compile_condition(catalog.ask_when[name], catalog, as_of).fill_null(value=True)
        for name in given
    }
    return whole.with_columns(
        pl.when(asked[name] | kept[name]).then(pl.col(column)).alias(column)
        for name in given
        for column in columns_of(name, catalog.facts[name])
    )


@lru_cache(maxsize=16)
def _draws(catalog: Catalog, count: int, seed: int) -> pl.DataFrame:
    frame = frame_of([{}] * count, catalog)
    return frame.with_columns(
        series
        for name, fact in catalog.facts.items()
        if fact.asked
        for series in _draw(name, fact, count, seed)
    )


@lru_cache(maxsize=16)
def _blanks(catalog: Catalog, as_of: date) -> tuple[tuple[str, pl.Expr], ...]:
    # A question that does not apply has no answer, drawn or otherwise.
    found = []
    for name, condition in catalog.ask_when.items():
        asked = compile_condition(condition, catalog, as_of).fill_null(value=True)
        columns = columns_of(name, catalog.facts[name]) if catalog.facts[name].asked else {}
        found += [(name, pl.when(asked).then(pl.col(column)).alias(column)) for column in columns]
    return tuple(found)


def _draw(name: str, fact: Fact, count: int, seed: int) -> list[pl.Series]:
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    if fact.type == "many":
        return [
            pl.Series(f"{name}.{option}", generator.random(count) < float(fact.prior.get(option, 0.0)))
            for option in fact.option_ids
        ]
    if fact.type == "number":
        return [pl.Series(name, _draw_numbers(fact, generator, count))]
    if fact.type == "boolean":
        yes, no = float(fact.prior.get("true", 0.0)), float(fact.prior.get("false", 0.0))
        return [pl.Series(name, generator.random(count) < yes / (yes + no))]
    weights = np.array([float(fact.prior.get(option, 0.0)) for option in fact.option_ids])
    cumulative = np.cumsum(weights / weights.sum())
    codes = np.minimum(np.searchsorted(cumulative, generator.random(count), side="right"), len(weights) - 1)
    words = pl.Series(fact.option_ids, dtype=pl.Enum(fact.option_ids))
    return [words.gather(codes).alias(name)]


def _draw_numbers(
    fact: Fact, generator: np.random.Generator, count: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    if "lognormal" in fact.prior:
        median, spread = fact.prior["lognormal"]
        # `spread` is the factor between the median and the 84th percentile.
        drawn = np.exp(np.log(median) + np.log(spread) * generator.standard_normal(count))
    elif "uniform" in fact.prior:
        start, end = fact.prior["uniform"]
        drawn = generator.uniform(float(start), float(end), size=count)
    else:
        values = np.array([float(value) for value in fact.prior["values"]])
        weights = np.array([float(weight) for weight in fact.prior["values"].values()])
        drawn = generator.choice(values, size=count, p=weights / weights.sum())
    low, high = fact.bounds or (-np.inf, np.inf)
    rounded: np.ndarray[Any, np.dtype[np.float64]] = np.round(np.clip(drawn, low, high))
    return rounded


@lru_cache(maxsize=512)
def thresholds(name: str, catalog: Catalog, as_of: date) -> list[float]:
    """Return the numbers that some rule compares the fact with, in ascending order."""
    found: set[float] = set()
    for condition in catalog.conditions.values():
        for test in walk(condition):
            if test.fact != name:
                continue
            if isinstance(test.operand, ParameterRef):
                found.add(catalog.parameter(test.operand.name, as_of).number)
            elif isinstance(test.operand, int | float):
                found.add(float(test.operand))
    return sorted(found)


def alternatives(name: str, catalog: Catalog, *, as_of: date, current: Any = None) -> list[Any]:
    """Return the other answers to a question, nearest first: options, or a number in each band of the rules."""
    fact = catalog.facts[name]
    match fact.type:
        case "boolean":
            return [value for value in (True, False) if value is not current]
        case "ordered":
            order = fact.option_ids
            at = order.index(current) if current in order else 0
            return sorted(
                (option for option in order if option != current), key=lambda o: abs(order.index(o) - at)
            )
        case "choice":
            return [option for option in fact.option_ids if option != current]
        case "many":
            return [_toggled(fact, current, option) for option in fact.option_ids]
        case "number":
            return _bands(fact, thresholds(name, catalog, as_of), current)
    return []


def _toggled(fact: Fact, current: Any, option: str) -> tuple[str, ...]:
    held = set(current or ())
    return tuple(o for o in fact.option_ids if (o in held) != (o == option))


def _bands(fact: Fact, edges: Sequence[float], current: float | None) -> list[float]:
    low, high = fact.bounds or (0.0, np.inf)
    below = [np.ceil(edge) - 1 if edge > 1 else edge / 2 for edge in edges]
    above = [np.floor(edge) + 1 if edge > 1 else edge * 2 for edge in edges]
    values = sorted({float(v) for v in (*below, *edges, *above) if low <= v <= high})
    if current is None:
        return values
    return sorted((v for v in values if v != current), key=lambda v: abs(np.log1p(v) - np.log1p(current)))


def variants(
    answers: Mapping[str, Any], changes: Sequence[tuple[str, Any]], catalog: Catalog
) -> pl.DataFrame:
    """Return one row per change ``(fact, value)``, each the answers with that one fact replaced."""
    return frame_of([{**answers, name: value} for name, value in changes], catalog)


def grid_values(name: str, catalog: Catalog, *, as_of: date, steps: int = 24) -> list[Any]:
    """Return the values of one axis of a map: every option, or numbers evenly spaced by ratio."""
    fact = catalog.facts[name]
    if fact.type in ("choice", "ordered"):
        return list(fact.option_ids)
    if fact.type == "boolean":
        return [False, True]
    if fact.type == "number":
        edges = [edge for edge in thresholds(name, catalog, as_of) if edge > 0] or [1.0, 1000.0]
        low, high = fact.bounds or (0.0, np.inf)
        start, stop = max(min(edges) / 10, low, 1.0), min(max(edges) * 10, high)
        return [float(f"{value:.3g}") for value in np.geomspace(start, stop, steps)]
    return []


def grid(
    answers: Mapping[str, Any], x: tuple[str, Sequence[Any]], y: tuple[str, Sequence[Any]], catalog: Catalog
) -> pl.DataFrame:
    """Return one row per pair of values, y in the outer loop, x in the inner."""
    pairs = [{**answers, x[0]: x_value, y[0]: y_value} for y_value in y[1] for x_value in x[1]]
    return frame_of(pairs, catalog)
