"""Portfolios: tables of scenarios, read and written in batches so that memory stays flat."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from advisor.catalog import Catalog, Fact
from advisor.errors import AdvisorError, did_you_mean
from advisor.files import replacing
from advisor.scenario.frame import columns_of

MAX_TABLE_BYTES: Final = 20_000_000_000
BATCH_ROWS: Final = 50_000
FORMATS: Final = (".csv", ".parquet", ".jsonl", ".ndjson")
_SEPARATOR: Final = ";"
_FORMULA: Final = r"^\s*[=+\-@]|^[\t\r]"
_SIGNED_NUMBER: Final = r"^[+-]?[\d.,]+(?:[eE][+-]?\d+)?$"
_CARRIED: Final = ("title", "id", "name")


def read_table(path: Path, catalog: Catalog) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read a whole portfolio: CSV, Parquet or JSON lines, one scenario per row, columns are facts.

    Returns the table as it is and the frame of scenarios. Columns ``title``, ``id`` and ``name`` are
    carried along; ticked options of one fact share one column, separated by ``;``.
    """
    tables, frames = zip(*table_batches(path, catalog), strict=True)
    return pl.concat(tables, how="vertical_relaxed"), pl.concat(frames)


def table_batches(
    path: Path, catalog: Catalog, rows: int = BATCH_ROWS
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Read a portfolio batch by batch: the table as it is, and its frame of scenarios; at least one batch."""
    done = 0
    for table in _batches(path, rows):
        if not done:
            _check_columns(table, catalog, path)
        facts = {name: fact for name, fact in catalog.facts.items() if not fact.derived}
        columns = [
            series
            for name, fact in facts.items()
            for series in _series(table, name, fact, _Place(path, done))
        ]
        done += table.height
        yield table, pl.DataFrame(columns)


def _batches(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    if not path.is_file():
        raise AdvisorError("there is no such file", place=str(path), remedy="Check the path.")
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise AdvisorError("the table is larger than 20 GB", place=str(path), remedy="Split it.")
    readers: dict[str, Callable[[Path, int], Iterator[pl.DataFrame]]] = {
        ".csv": lambda file, count: _scanned(pl.scan_csv(file, infer_schema=False), count),
        ".parquet": lambda file, count: _scanned(pl.scan_parquet(file), count),
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
    }
    if path.suffix.lower() not in readers:
        raise AdvisorError(
            f"cannot read a table from '{path.suffix}'",
            place=str(path),
            remedy="Use .csv, .parquet or .jsonl.",
        )
    try:
        yield from readers[path.suffix.lower()](path, rows)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:160]
        raise AdvisorError(
            f"the table cannot be read: {reason}",
            place=str(path),
            remedy="Check that it is what its ending says.",
        ) from error


def _scanned(scan: pl.LazyFrame, rows: int) -> Iterator[pl.DataFrame]:
    empty = True
    for batch in scan.collect_batches(chunk_size=rows, maintain_order=True):
        empty = False
        yield batch
    if empty:
        yield scan.head(0).collect()


def _json_lines(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    with path.open("rb") as stream:
        first = True
        while (lines := list(islice(stream, rows))) or first:
            first = False
            yield pl.read_ndjson(io.BytesIO(b"".join(lines)), infer_schema_length=None)


@contextmanager
def table_writer(path: Path) -> Iterator[Callable[[pl.DataFrame], None]]:
    """Write a table batch by batch, whole or not at all; the ending of ``path`` says the format."""
    if path.suffix.lower() not in FORMATS:
        raise AdvisorError(
            f"cannot write a table as '{path.suffix}'",
            place=str(path),
            remedy="Use .csv, .parquet or .jsonl.",
        )
    with replacing(path, binary=True, shared=True) as stream:
        writers = {".csv": _csv_writer, ".parquet": _parquet_writer}
        with writers.get(path.suffix.lower(), _json_writer)(stream) as write:
            yield write


@contextmanager
def _csv_writer(stream: IO[bytes]) -> Iterator[Callable[[pl.DataFrame], None]]:
    started: list[bool] = []

    def write(table: pl.DataFrame) -> None:
        flat = table.with_columns(pl.col(pl.List(pl.String)).list.join(_SEPARATOR))
        _as_text(flat).write_csv(stream, include_header=not started)
        started.append(True)

    yield write


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before texts that a spreadsheet would run as a formula; numbers with a sign stay."""
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    runs = {
        name: pl.col(name).str.contains(_FORMULA) & ~pl.col(name).str.contains(_SIGNED_NUMBER)
        for name in texts
    }
    return table.with_columns(
        pl.when(runs[name]).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in texts
    )


@contextmanager
def _parquet_writer(stream: IO[bytes]) -> Iterator[Callable[[pl.DataFrame], None]]:
    import pyarrow.parquet as pq

    opened: list[Any] = []

    def write(table: pl.DataFrame) -> None:
        rows = table.to_arrow()
        if not opened:
            opened.append(pq.ParquetWriter(stream, rows.schema))
        opened[0].write_table(rows.cast(opened[0].schema))

    try:
        yield write
    finally:
        for writer in opened:
            writer.close()


@contextmanager
def _json_writer(stream: IO[bytes]) -> Iterator[Callable[[pl.DataFrame], None]]:
    yield lambda table: table.write_ndjson(stream)


class _Place:
    """Names a row of a batch by its number in the file."""

    def __init__(self, path: Path, before: int) -> None:
        self.path, self.before = path, before

    def row(self, index: int) -> str:
        return f"{self.path}: row {self.before + index + 1}"


def _check_columns(table: pl.DataFrame, catalog: Catalog, path: Path) -> None:
    known = {name for name, fact in catalog.facts.items() if not fact.derived}
    extra = [c for c in table.columns if c not in known and c not in _CARRIED]
    if extra:
        listed = "; ".join(f"'{column}' — {did_you_mean(column, known)}" for column in extra[:20])
        raise AdvisorError(
            f"{len(extra)} of {len(table.columns)} columns are not facts",
            place=str(path),
            remedy=f"Rename or remove: {listed}",
        )


def _series(table: pl.DataFrame, name: str, fact: Fact, path: _Place) -> list[pl.Series]:
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


def _numbers(cleaned: pl.Series, name: str, fact: Fact, path: _Place) -> pl.Series:
    numbers = cleaned.cast(pl.Float64, strict=False)
    low, high = fact.bounds or (float("-inf"), float("inf"))
    inside = numbers.is_finite() & (numbers >= low) & (numbers <= high)
    bad = (cleaned.is_not_null() & ~inside.fill_null(value=False)).arg_true()
    if len(bad):
        row = int(bad[0])
        raise AdvisorError(
            f"'{name}' is '{cleaned[row]}' ({len(bad)} such rows)",
            place=path.row(row),
            remedy=f"Give a number from {low:,.6g} to {high:,.6g}, or leave it empty.",
        )
    return numbers


def _many_series(given: pl.Series, name: str, fact: Fact, path: _Place) -> list[pl.Series]:
    lists = given if given.dtype == pl.List else given.cast(pl.String).str.split(_SEPARATOR)
    lists = lists.list.eval(pl.element().cast(pl.String).str.strip_chars())
    if given.dtype != pl.List:
        lists = pl.select(
            pl.when(given.cast(pl.String).str.strip_chars() == "").then(None).otherwise(lists)
        ).to_series()
    _refuse_unknown(lists.explode().drop_nulls(), list(fact.option_ids), name, path)
    return [lists.list.contains(option).alias(f"{name}.{option}") for option in fact.option_ids]


def _refuse_unknown(words: pl.Series, known: list[str], name: str, path: _Place) -> None:
    bad = (words.is_not_null() & ~words.is_in(known)).arg_true()
    if len(bad):
        row = int(bad[0])
        raise AdvisorError(
            f"'{name}' has no option '{words[row]}' ({len(bad)} such rows)",
            place=path.row(row),
            remedy=did_you_mean(str(words[row]), known),
        )
