"""Ranges of what is not known exactly in, rows of seeded draws out; the engine costs them like any scenario."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.catalog.market import in_force
from advisor.cost.assumptions import ASSUMED, PEOPLE, UPDATES_PER_MONTH, WORLD, assumed_parameter
from advisor.cost.price_tables import RANGED
from advisor.cost.resolving import Resolved

if TYPE_CHECKING:
    from advisor.catalog import Catalog, DatedNumber

SEED = 20261122
ANSWERED_SPREAD = 1.25
"""An answered workload number is moved by a quarter either way in the tornado, never in the draws."""
MOVED = (
    "queries_per_day",
    "output_tokens",
    "query_tokens",
    "instruction_tokens",
    "retrieved_tokens",
    "few_shot_examples",
    "tokens_per_example",
)
Floats = NDArray[np.float64]


class Unsure(NamedTuple):
    """A number with a range."""

    column: str
    """The column that holds its draws."""
    low: float
    expected: float
    high: float
    title: str
    answered: bool = False


def unsure_numbers(answers: Mapping[str, Any], plan: Resolved, catalog: Catalog, day: date) -> list[Unsure]:
    """List every number that has a range for these answers: assumptions, the world's, and market prices."""
    open_facts = {assumed_parameter(fact, answers): fact for fact in ASSUMED if answers.get(fact) is None}
    names = [*open_facts, *(name for name in WORLD if not _settled(name, answers))]
    if answers.get("people_usd_per_hour") != 0:
        names += PEOPLE
    found = [_from(catalog.parameter(name, day), name, catalog.parameters[name].title) for name in names]
    found += [
        _factor(column, getattr(plan.route, field), f"{plan.route.label}: {field.replace('_', ' ')}", day)
        for column, field in RANGED.items()
    ]
    found.append(
        _factor(
            "market.store_usd_per_month", plan.store.usd_per_month, f"{plan.store.label}: USD per month", day
        )
    )
    million = plan.store.usd_per_million_queries
    found.append(
        _factor("market.store_usd_per_million", million, f"{plan.store.label}: USD per 1M queries", day)
    )
    return [item for item in found if item.low < item.high]


def _settled(parameter: str, answers: Mapping[str, Any]) -> bool:
    if parameter == "cost.updates_per_month":
        return answers.get("knowledge_change") in UPDATES_PER_MONTH
    return parameter.startswith("caching.hit_ceiling") and answers.get("cache_hit") is not None


def _from(number: DatedNumber, column: str, title: str) -> Unsure:
    return Unsure(column, *number.range, title)


def _factor(column: str, values: tuple[DatedNumber, ...], title: str, day: date) -> Unsure:
    number = in_force(values, day)
    if number is None or number.number == 0:
        return Unsure(f"factor:{column}", 1.0, 1.0, 1.0, title)
    low, expected, high = number.range
    return Unsure(f"factor:{column}", low / expected, 1.0, high / expected, title)


def moved_answers(answers: Mapping[str, Any]) -> list[Unsure]:
    """List the answered workload numbers that the tornado moves by a quarter."""
    return [
        Unsure(
            name,
            float(answers[name]) / ANSWERED_SPREAD,
            float(answers[name]),
            float(answers[name]) * ANSWERED_SPREAD,
            name.replace("_", " "),
            answered=True,
        )
        for name in MOVED
        if answers.get(name)
    ]


def draw(numbers: list[Unsure], count: int, *, seed: int = SEED) -> dict[str, Floats]:
    """Draw each number ``count`` times: half of the draws below the expected value, half above, on a log scale."""
    generator = np.random.default_rng(seed)
    return {item.column: _between(item, generator.random(count)) for item in numbers}


def _between(item: Unsure, uniform: Floats) -> Floats:
    lower, upper = np.minimum(2 * uniform, 1.0), np.maximum(2 * uniform - 1, 0.0)
    if item.low > 0:
        below, above = np.log(item.expected / item.low), np.log(item.high / item.expected)
        drawn: Floats = item.low * np.exp(below * lower + above * upper)
        return drawn
    linear: Floats = item.low + (item.expected - item.low) * lower + (item.high - item.expected) * upper
    return linear


def scenario_rows(
    answers: Mapping[str, Any], numbers: list[Unsure], moved: list[Unsure], draws: int
) -> pl.DataFrame:
    """Lay out one row as expected, two per number for the tornado (low, high), then the draws."""
    swings = [*numbers, *moved]
    height = 1 + 2 * len(swings) + draws
    drawn = draw(numbers, draws)
    columns: dict[str, Any] = {}
    for index, item in enumerate(swings):
        values = np.full(height, item.expected)
        values[1 + 2 * index] = item.low
        values[2 + 2 * index] = item.high
        if item.column in drawn:
            values[height - draws :] = drawn[item.column]
        columns[item.column] = values
    frame = pl.DataFrame(columns) if columns else pl.DataFrame({"row": np.zeros(height)})
    fixed = {name: value for name, value in answers.items() if name not in frame.columns and _scalar(value)}
    return frame.with_columns(pl.lit(value).alias(name) for name, value in fixed.items())


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)
