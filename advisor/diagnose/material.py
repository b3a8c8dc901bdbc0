"""The rows of a diagnosis as frames of one schema, whatever files they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final, get_args

import polars as pl

from advisor.data.checks.concentration import seconds_of
from advisor.data.rows.conversation import Conversation
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.reading import read_conversations
from advisor.diagnose.records import Complaint, Facts
from advisor.errors import AdvisorError

SCHEMA: Final[Mapping[str, Any]] = {
    "row": pl.UInt32,  # from 1 in file order
    "prompt": pl.String,  # the user turn that is answered
    "answer": pl.String,
    "system": pl.String,  # null: the row does not say; empty: it is known that there was none
    "context": pl.String,  # what retrieval put before the question, where a field of its own holds it
    "rendered": pl.String,  # the exact text before the model, template marks included, where it is known
    "base": pl.String,  # what the model answers without tuning, where it was asked
    "label": pl.String,  # a complaint of `Complaint`; null where nobody looked at or minded it
    "score": pl.Float64,  # what the judge or metric of the evaluation gave, higher is better
    "day": pl.Date,
    "finish": pl.String,  # why the model stopped: `stop`, `length` …
    "temperature": pl.Float64,
    "fields": pl.List(
        pl.Struct({"name": pl.String, "value": pl.String})
    ),  # short metadata: author, category …
}
COMPLAINTS: Final = get_args(Complaint)
LONGEST_VALUE: Final = 120
ROWS_AT_A_TIME: Final = 5_000
_WHOLE: Final = frozenset({"chat", "sharegpt", "vertex", "batch"})  # shapes that would show a system prompt
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "context": ("context", "contexts", "retrieved", "documents"),
    "rendered": ("rendered", "rendered_prompt", "raw_prompt"),
    "base": ("base", "base_answer"),
    "label": ("complaint", "label"),
    "score": ("score", "judge_score", "eval_score"),
    "day": ("day", "date", "timestamp", "created_at", "created", "time"),
    "finish": ("finish_reason", "finish", "stop_reason"),
    "temperature": ("temperature",),
}


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything a diagnosis looks at: frames of `SCHEMA`, empty where nothing was given, and facts."""

    training: pl.DataFrame = field(default_factory=lambda: frame_of([]))
    evaluation: pl.DataFrame = field(default_factory=lambda: frame_of([]))
    production: pl.DataFrame = field(default_factory=lambda: frame_of([]))
    facts: Facts = field(default_factory=Facts)


def read_frame(path: Path) -> pl.DataFrame:
    """Read the rows of a file of any known container and format.

    Raises:
        AdvisorError: The file or a line of it cannot be read, or it holds no rows.
    """
    frame = frame_of(read_conversations(path))
    if not len(frame):
        raise AdvisorError("the file holds no rows", place=str(path), remedy="Write one sample per line.")
    return frame


def frame_of_values(values: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Make a frame of rows as they are parsed from a file, numbered from 1."""
    return frame_of(to_conversation(at, value) for at, value in enumerate(values, 1))


def frame_of(rows: Iterable[Conversation]) -> pl.DataFrame:
    """Make a frame of conversations; each becomes its last question and answer."""
    waiting = iter(rows)
    parts = []
    while some := [record_of(one) for one in islice(waiting, ROWS_AT_A_TIME)]:
        parts.append(pl.DataFrame(some, schema=dict(SCHEMA), orient="row"))
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict(SCHEMA))


def record_of(row: Conversation) -> dict[str, Any]:
    """Return one row of the frame."""
    meta = {str(name).lower(): value for name, value in row.meta.items()}
    named = {column: _first(meta, names) for column, names in _NAMES.items()}
    plain_text = row.shape == "text"
    return {
        "row": row.row,
        "prompt": row.prompt,
        "answer": row.answer,
        "system": row.system or ("" if row.shape in _WHOLE else None),
        "context": _words(named["context"]),
        "rendered": row.prompt if plain_text else _text(named["rendered"]),
        "base": _text(named["base"]),
        "label": complaint_of(named["label"]),
        "score": _number(named["score"]),
        "day": _day(named["day"]),
        "finish": _text(named["finish"]),
        "temperature": _number(named["temperature"]),
        "fields": list(_fields(meta)),
    }


def complaint_of(value: object) -> str | None:
    """Return a complaint in its plain spelling, None where the value is none."""
    said = str(value).strip().lower().replace("_", " ").replace("-", " ") if value is not None else ""
    return said if said in COMPLAINTS else None


def with_labels(production: pl.DataFrame, labels: Mapping[int, str]) -> pl.DataFrame:
    """Put complaints on production rows by row number; those of the file itself stay where none is given.

    Raises:
        AdvisorError: A row is not in the file, or a word is not a complaint.
    """
    known = set(production["row"].to_list())
    for row, said in labels.items():
        if row not in known:
            raise AdvisorError(f"production has no row {row}", place="labels", remedy="Rows count from 1.")
        if complaint_of(said) is None:
            remedy = f"Use one of: {', '.join(COMPLAINTS)}."
            raise AdvisorError(f"'{said[:60]}' is not a complaint", place=f"labels, row {row}", remedy=remedy)
    given = pl.DataFrame(
        {"row": list(labels), "given": [complaint_of(one) for one in labels.values()]},
        schema={"row": pl.UInt32, "given": pl.String},
    )
    joined = production.join(given, on="row", how="left", maintain_order="left")
    return joined.with_columns(label=pl.coalesce("given", "label")).drop("given")


def _first(meta: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((meta[name] for name in names if meta.get(name) is not None), None)


def _fields(meta: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    taken = {name for names in _NAMES.values() for name in names}
    short = ((name, str(one)) for name, one in meta.items() if isinstance(one, (str, int, bool)))
    kept = ((name, one) for name, one in short if name not in taken and len(one) <= LONGEST_VALUE)
    yield from ({"name": name[:60], "value": one} for name, one in islice(kept, 40))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _words(value: object) -> str | None:
    if isinstance(value, list):
        return "\n\n".join(str(one.get("text", one)) if isinstance(one, dict) else str(one) for one in value)
    return _text(value)


def _number(value: object) -> float | None:
    try:
        return None if isinstance(value, bool) or value is None else float(str(value))
    except ValueError:
        return None


def _day(value: object) -> date | None:
    seconds = seconds_of(value) if value is not None else float("nan")
    # Days outside four centuries are numbers that only look like a moment.
    if not -5e9 < seconds < 7e9:
        return None
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(seconds // 86_400))
