"""The frame of scenarios: its columns, from answers and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from advisor.catalog import Catalog, Fact


def columns_of(name: str, fact: Fact) -> dict[str, pl.DataType]:
    """Return the columns that hold a fact; one yes/no column per option where several may be ticked."""
    match fact.type:
        case "many":
            return {f"{name}.{option}": pl.Boolean() for option in fact.option_ids}
        case "number":
            return {name: pl.Float64()}
        case "boolean":
            return {name: pl.Boolean()}
        case "text":
            return {name: pl.String()}
        case _:
            return {name: pl.Enum(fact.option_ids)}


def frame_schema(catalog: Catalog) -> dict[str, pl.DataType]:
    """Return the columns of every fact that can be answered, in the order of the catalog."""
    schema: dict[str, pl.DataType] = {}
    for name, fact in catalog.facts.items():
        if not fact.derived:
            schema |= columns_of(name, fact)
    return schema


def frame_of(rows: Sequence[Mapping[str, Any]], catalog: Catalog) -> pl.DataFrame:
    """Make a frame from checked answers, one row each."""
    given: dict[str, pl.Series] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        fact = catalog.facts[name]
        if fact.derived:
            continue
        values = [row.get(name) for row in rows]
        for column, dtype in columns_of(name, fact).items():
            held = _ticked(values, column.removeprefix(f"{name}.")) if fact.type == "many" else values
            given[column] = pl.Series(column, held, dtype=dtype)
    return pl.DataFrame(
        [
            given[name] if name in given else null.new_from_index(0, len(rows))
            for name, null in _nulls(catalog).items()
        ]
    )


@lru_cache(maxsize=8)
def _nulls(catalog: Catalog) -> dict[str, pl.Series]:
    return {name: pl.Series(name, [None], dtype=dtype) for name, dtype in frame_schema(catalog).items()}


def _ticked(values: Sequence[Any], option: str) -> list[bool | None]:
    return [None if value is None else option in value for value in values]


def answers_of(row: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """Turn one row of a frame back into answers."""
    answers: dict[str, Any] = {}
    for name, fact in catalog.facts.items():
        if fact.type == "many":
            ticks = {option: row.get(f"{name}.{option}") for option in fact.option_ids}
            if any(tick is not None for tick in ticks.values()):
                answers[name] = tuple(option for option, tick in ticks.items() if tick)
        elif row.get(name) is not None:
            answers[name] = row[name]
    return answers
