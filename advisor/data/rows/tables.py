"""Rows from CSV, Parquet and JSON arrays, some at a time."""

from __future__ import annotations

import csv
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
    """Read CSV in UTF-8 with a header line; the delimiter is found from that line.

    Raises:
        AdvisorError: The file is not UTF-8, or not CSV.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = _decoded(stream, path)
    head = next(lines, "")
    if not head.strip():
        return
    delimiter = max(",;\t|", key=head.count)
    try:
        names = next(csv.reader([head], delimiter=delimiter))
        yield from _batched(
            dict(zip(names, cells, strict=False)) for cells in csv.reader(lines, delimiter=delimiter)
        )
    except csv.Error as error:
        raise AdvisorError(
            f"the file is not CSV ({error})",
            place=str(path),
            remedy="Save it as CSV with a header line, or as JSON Lines.",
        ) from error


def _decoded(stream: IO[bytes], path: Path) -> Iterator[str]:
    """Decode line by line and strictly: a character that was guessed cannot be told from one that was meant."""
    for number, line in enumerate(stream, 1):
        try:
            yield (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).decode("utf-8")
        except UnicodeDecodeError as error:
            byte, likely = line[error.start], likely_encoding(line)
            raise AdvisorError(
                f"the file is not UTF-8: byte 0x{byte:02x} at position {error.start + 1}; it looks like {likely}",
                place=f"{path}:{number}",
                remedy=f"Save it as 'CSV UTF-8', or convert it: iconv -f {likely} -t UTF-8 FILE > NEW.",
            ) from error


def likely_encoding(line: bytes) -> str:
    """Return the encoding that bytes which are not UTF-8 are most likely in."""
    for name in ("gb18030", "shift_jis", "euc_kr"):
        try:
            text = line.decode(name)
        except UnicodeDecodeError:
            continue
        wide = sum(0x3040 <= ord(one) <= 0x9FFF or 0xAC00 <= ord(one) <= 0xD7AF for one in text)
        # Letters of the West stand alone between ASCII; characters of the East come in rows.
        if (
            wide >= 2
            and wide * 2 >= 0.6 * sum(one > 0x7F for one in line)
            and wide >= 0.2 * len(text.strip())
        ):
            return name.upper()
    return "CP1252"


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


_ONE_ROW = {"messages", "conversations", "conversation", "contents", "tools", "functions", "images", "system"}
_ONE_ROW |= {
    "chosen",
    "rejected",
    "preferred_output",
    "non_preferred_output",
    "history",
    "prompt",
    "completion",
}


def _rows_of(value: object) -> list[object]:
    if isinstance(value, list) and (not value or any(isinstance(one, dict) for one in value)):
        return value
    if isinstance(value, dict):
        lists = [one for key, one in value.items() if isinstance(one, list) and key not in _ONE_ROW]
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
