"""Rows from CSV, Parquet and JSON arrays, some at a time."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import orjson

from advisor.catalog.strict_json import MAX_ROW_DEPTH, deeper_than
from advisor.errors import AdvisorError

ROWS_AT_A_TIME = 1024
# A JSON array has to be read whole; beyond this the file belongs into JSON Lines.
LARGEST_ARRAY = 512 << 20


def csv_rows(stream: IO[bytes], path: Path) -> Iterator[list[object]]:
    """Read CSV with a header line; the delimiter is found from that line."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    try:
        head = text.readline()
        if not head.strip():
            return
        delimiter = max(",;\t|", key=head.count)
        names = next(csv.reader([head], delimiter=delimiter))
        yield from _batched(
            dict(zip(names, cells, strict=False)) for cells in csv.reader(text, delimiter=delimiter)
        )
    except csv.Error as error:
        raise AdvisorError(
            f"the file is not CSV ({error})",
            place=str(path),
            remedy="Save it as CSV with a header line, or as JSON Lines.",
        ) from error
    finally:
        text.detach()


def parquet_rows(path: Path) -> Iterator[list[object]]:
    """Read Parquet one row group slice after another."""
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped, unused-ignore]

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS_AT_A_TIME):
                yield batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise AdvisorError(
            f"the Parquet file cannot be read ({error})", place=str(path), remedy="Write the file again."
        ) from error


def json_rows(stream: IO[bytes], path: Path) -> Iterator[list[object]]:
    """Read one JSON document: an array of rows, or an object that holds one."""
    raw = stream.read(LARGEST_ARRAY + 1)
    if len(raw) > LARGEST_ARRAY:
        raise AdvisorError(
            "a JSON array of this size cannot be streamed",
            place=str(path),
            remedy="Convert it to JSON Lines: jq -c '.[]' FILE.",
        )
    if deeper_than(raw, MAX_ROW_DEPTH):
        raise AdvisorError(
            f"the rows are nested deeper than {MAX_ROW_DEPTH} levels", place=str(path), remedy="Flatten them."
        )
    try:
        value = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise AdvisorError(
            f"the file is not JSON ({error})",
            place=str(path),
            remedy="Write one JSON object per line, or one array of objects.",
        ) from error
    yield from _batched(iter(_rows_of(value)))


def _rows_of(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        lists = [
            one
            for key, one in value.items()
            if isinstance(one, list) and key not in {"messages", "conversations", "contents"}
        ]
        if len(lists) == 1:
            return list(lists[0])
    return [value]


def _batched(rows: Iterator[object]) -> Iterator[list[object]]:
    batch: list[object] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch
