"""The frame of answers, and what a file adds to it: wanted answers, scores, notes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from advisor.errors import AdvisorError

ANSWERS: Mapping[str, Any] = {
    "example": pl.String,
    "epoch": pl.Int64,
    "answer": pl.String,
    "error": pl.String,
    "tokens_in": pl.Float64,
    "tokens_out": pl.Float64,
    "tokens_cached": pl.Float64,
    "seconds": pl.Float64,
    "seconds_to_first": pl.Float64,
    "usd": pl.Float64,
    "model": pl.String,
    "cited": pl.List(pl.String),
    "logged": pl.Float64,
}
"""One row an answer. ``example`` is null where the file has no ids; ``answer`` is null where the call failed; ``logged``
is the score that the file itself gives. What the file does not say is null."""

WANTED: Mapping[str, Any] = {
    "example": pl.String,
    "references": pl.List(pl.String),
    "input": pl.String,
    "group": pl.String,
    "passages": pl.List(pl.String),
}
"""One row an example: the wanted answers, any of which will do, and what else is known of it."""


@dataclass(frozen=True)
class Arm:
    """One system's answers."""

    name: str
    answers: pl.DataFrame
    path: Path
    wanted: pl.DataFrame | None = None
    """Examples with wanted answers, where the file brings them."""
    metric: str | None = None
    """What the file's own scores measure."""
    notes: tuple[str, ...] = ()


def answers_frame(rows: Iterable[Mapping[str, Any]], place: Path) -> pl.DataFrame:
    """Make the frame; rows may lack any column.

    Raises:
        AdvisorError: An id occurs twice, or some rows have ids and some have none.
    """
    full = [{name: row.get(name) for name in ANSWERS} | {"epoch": row.get("epoch") or 1} for row in rows]
    frame = pl.DataFrame(full, schema=dict(ANSWERS), strict=False)
    check_ids(frame, place, ["example", "epoch"])
    return frame


def check_ids(frame: pl.DataFrame, place: Path, keys: list[str]) -> None:
    """Refuse ids that occur twice, and files of which only some rows have one."""
    if not len(frame):
        raise AdvisorError(
            "the file has no rows", place=str(place), remedy="Name a file with one row an example."
        )
    missing = frame["example"].null_count()
    if missing == len(frame):
        return
    if missing:
        row = int(frame["example"].is_null().arg_max() or 0) + 1
        raise AdvisorError(
            f"{missing} of {len(frame)} rows have no id",
            place=f"{place}:{row}",
            remedy="Give every row its id, or none.",
        )
    twice = frame.filter(pl.struct(keys).is_duplicated())["example"].unique(maintain_order=True).to_list()
    if twice:
        raise AdvisorError(
            f"{len(twice)} ids occur more than once: {listed(twice)}",
            place=str(place),
            remedy="Keep one row for each example.",
        )


def listed(names: Iterable[Any], most: int = 5) -> str:
    """Name a few and count the rest."""
    every = [str(one) for one in names]
    return ", ".join(every[:most]) + (f" and {len(every) - most} more" if len(every) > most else "")


def figure(value: Any) -> float | None:
    """Read a figure that cannot be negative; None where it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= 0 and not isinstance(value, bool) else None


def text(value: Any) -> str | None:
    """Return a value as text: JSON where it is an object or a list; None stays None."""
    import orjson

    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value, default=str).decode()
