"""The frame of scenarios: its columns, from answers, from tables, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from advisor.catalog import Catalog, Fact
from advisor.errors import AdvisorError, did_you_mean

MAX_TABLE_BYTES: Final = 2_000_000_000
_SEPARATOR: Final = ";"


def columns_of(name: str, fact: Fact) -> dict[str, pl.DataType]:
    """Give the columns that hold a fact; one yes/no column per option where several may be ticked."""
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
    """Give the columns of every fact that can be answered, in the order of the catalog."""
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


def read_table(path: Path, catalog: Catalog) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read a portfolio: CSV, Parquet or JSON lines, one scenario per row, columns are facts.

    Gives the table as it stands and the frame of scenarios. Columns ``title``, ``id`` and ``name`` are
    carried along; ticked options of one fact stand in one column, separated by ``;``.
    """
    table = _read(path)
    _check_columns(table, catalog, path)
    columns: list[pl.Series] = []
    for name, fact in catalog.facts.items():
        if not fact.derived:
            columns += _series(table, name, fact, path)
    return table, pl.DataFrame(columns)


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise AdvisorError("there is no such file", place=str(path), remedy="Check the path.")
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise AdvisorError("the table is larger than 2 GB", place=str(path), remedy="Split it.")
    try:
        match path.suffix.lower():
            case ".csv":
                return pl.read_csv(path, infer_schema=False)
            case ".parquet":
                return pl.read_parquet(path)
            case ".jsonl" | ".ndjson":
                return pl.read_ndjson(path)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:160]
        raise AdvisorError(
            f"the table cannot be read: {reason}",
            place=str(path),
            remedy="Check that it is what its ending says.",
        ) from error
    raise AdvisorError(
        f"'{path.suffix}' is no table that can be read",
        place=str(path),
        remedy="Give .csv, .parquet or .jsonl.",
    )


def _check_columns(table: pl.DataFrame, catalog: Catalog, path: Path) -> None:
    known = {name for name, fact in catalog.facts.items() if not fact.derived}
    extra = [c for c in table.columns if c not in known and c not in ("title", "id", "name")]
    if extra:
        listed = "; ".join(f"'{column}' — {did_you_mean(column, known)}" for column in extra[:20])
        raise AdvisorError(
            f"{len(extra)} of {len(table.columns)} columns are no facts",
            place=str(path),
            remedy=f"Rename or remove: {listed}",
        )


def _series(table: pl.DataFrame, name: str, fact: Fact, path: Path) -> list[pl.Series]:
    schema = columns_of(name, fact)
    if name not in table.columns:
        return [
            pl.Series(column, [None], dtype=dtype).new_from_index(0, table.height)
            for column, dtype in schema.items()
        ]
    given = table[name]
    if fact.type == "many":
        return _many_series(given, name, fact, path)
    cleaned = given.cast(pl.String).str.strip_chars().replace("", None)
    if fact.type == "boolean":
        cleaned = cleaned.str.to_lowercase()
        _refuse_unknown(cleaned, ["true", "false"], name, path)
        return [(cleaned == "true").alias(name)]
    if fact.type in ("choice", "ordered"):
        _refuse_unknown(cleaned, list(fact.option_ids), name, path)
        return [cleaned.cast(schema[name])]
    if fact.type == "text":
        return [cleaned]
    return [_numbers(cleaned, name, fact, path)]


def _numbers(cleaned: pl.Series, name: str, fact: Fact, path: Path) -> pl.Series:
    numbers = cleaned.cast(pl.Float64, strict=False)
    low, high = fact.bounds or (float("-inf"), float("inf"))
    inside = numbers.is_finite() & (numbers >= low) & (numbers <= high)
    bad = (cleaned.is_not_null() & ~inside.fill_null(value=False)).arg_true()
    if len(bad):
        row = int(bad[0])
        raise AdvisorError(
            f"'{name}' is '{cleaned[row]}' ({len(bad)} such rows)",
            place=f"{path}: row {row + 1}",
            remedy=f"Give a number from {low:,.6g} to {high:,.6g}, or leave it empty.",
        )
    return numbers


def _many_series(given: pl.Series, name: str, fact: Fact, path: Path) -> list[pl.Series]:
    lists = given if given.dtype == pl.List else given.cast(pl.String).str.split(_SEPARATOR)
    lists = lists.list.eval(pl.element().cast(pl.String).str.strip_chars())
    if given.dtype != pl.List:
        lists = pl.select(
            pl.when(given.cast(pl.String).str.strip_chars() == "").then(None).otherwise(lists)
        ).to_series()
    _refuse_unknown(lists.explode().drop_nulls(), list(fact.option_ids), name, path)
    return [lists.list.contains(option).alias(f"{name}.{option}") for option in fact.option_ids]


def _refuse_unknown(words: pl.Series, known: list[str], name: str, path: Path) -> None:
    bad = (words.is_not_null() & ~words.is_in(known)).arg_true()
    if len(bad):
        row = int(bad[0])
        raise AdvisorError(
            f"'{name}' has no option '{words[row]}' ({len(bad)} such rows)",
            place=f"{path}: row {row + 1}",
            remedy=did_you_mean(str(words[row]), known),
        )
