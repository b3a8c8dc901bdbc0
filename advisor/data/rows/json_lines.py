"""Some rows of a file as they are read, and lines of JSON parsed into values or into what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from advisor.catalog.strict_json import MAX_ROW_DEPTH, deeper_than


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows in a row: raw lines still to be parsed, or values already parsed."""

    first: int
    """Row number of the first line or value, from 1 in file order."""
    lines: bytes | None = None
    """Whole lines of JSON."""
    values: list[object] | None = None
    """Rows from a table."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that could not be read, and why."""

    reason: str


def rows_in(chunk: Chunk) -> int:
    """Count the rows (lines, blank ones too) of a chunk."""
    if chunk.values is not None:
        return len(chunk.values)
    lines = chunk.lines or b""
    return lines.count(b"\n") + (not lines.endswith(b"\n"))


def parse(chunk: Chunk) -> Iterator[tuple[int, object]]:
    """Parse a chunk: row number and value, or `Broken`. Blank lines keep their number and are left out."""
    if chunk.values is not None:
        yield from enumerate(chunk.values, start=chunk.first)
        return
    for row, line in enumerate((chunk.lines or b"").split(b"\n"), start=chunk.first):
        if line and not line.isspace():
            yield row, parse_line(line)


def parse_line(line: bytes) -> object:
    """Parse one line of JSON into a value or a `Broken` that says why not."""
    if deeper_than(line, MAX_ROW_DEPTH):
        return Broken(f"it is nested deeper than {MAX_ROW_DEPTH} levels")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Broken(_reason(line, error))
    # A key written twice leaves more colons in the line than keys in the value; few lines need the closer look.
    if line.count(b'":') > _keys_in(value) and (twice := _key_twice(line)):
        return Broken(f"the key '{twice}' is written twice with two values")
    return value


def _keys_in(value: object) -> int:
    """Count the keys of all objects in a value; a loop, as this runs over every row."""
    count, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if type(one) is dict:
            count += len(one)
            waiting += [inner for inner in one.values() if type(inner) is not str]
        elif type(one) is list:
            waiting += one
    return count


def _key_twice(line: bytes) -> str | None:
    """Return the first key that one object has twice, with two values."""
    found: list[str] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for key, one in items:
            if key in seen and seen[key] != one:
                found.append(key)
            seen[key] = one
        return seen

    try:
        json.loads(line, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return None
    return found[0] if found else None


def _reason(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as bad:
        return f"not UTF-8: byte 0x{line[bad.start]:02x} at position {bad.start + 1}"
    return f"not JSON: {error.msg} at column {error.colno}"
