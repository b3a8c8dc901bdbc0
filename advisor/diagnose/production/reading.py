"""A file of production samples in, one frame out; what was left out is counted and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl

from advisor.data.checks.concentration import seconds_of
from advisor.data.rows.conversation import Conversation, Message
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.sources import Broken, chunks, open_source, parse
from advisor.diagnose.production import langfuse, langsmith, openai_logs, openinference, own_rows
from advisor.diagnose.production.contract import Sample, Shape
from advisor.errors import AdvisorError

# Those whose fields are their own come first; rows of ours are what is left.
SHAPES: Final[tuple[Shape, ...]] = (
    langsmith.SHAPE,
    openinference.SHAPE,
    openai_logs.SHAPE,
    langfuse.SHAPE,
    own_rows.SHAPE,
)
SCHEMA: Final[Mapping[str, Any]] = {
    "row": pl.UInt32,  # from 1: the line or row of the file, or the sample's place where a row holds several
    "id": pl.String,
    "when": pl.Datetime("us", "UTC"),
    "system": pl.String,
    "prompt": pl.String,
    "messages": pl.List(pl.Struct({"role": pl.String, "content": pl.String})),  # all turns before the answer
    "answer": pl.String,
    "model": pl.String,
    "settings": pl.String,  # JSON, null where nothing is known
    "label": pl.String,  # what somebody said about it, in their words
    "source": pl.String,  # id of the shape
}


@dataclass(frozen=True)
class Production:
    """Samples of production."""

    frame: pl.DataFrame
    """One row a sample, with the columns of `SCHEMA`."""
    rows: tuple[Conversation, ...]
    """The same samples as conversations, for the search for causes."""
    left_out: Mapping[str, int]
    """Rows of the file that are not samples, by reason."""
    first_left_out: str = ""
    """Where the first of them is, and why."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Describe in sentences what the samples lack."""
        lacking = self.frame.filter(pl.col("prompt") == "").height
        told = [f"{count} rows were left out: {why}" for why, count in sorted(self.left_out.items())]
        asked = [f"{lacking} samples have an answer and no question"] if lacking else []
        return (*told, *asked)


Found = list[tuple[int, str, Sample]]
"""Row of the file, id of the shape, sample."""


def read_production(path: Path) -> Production:
    """Read production samples of any known shape.

    Raises:
        AdvisorError: The file cannot be read, its shape is unknown, or it holds no answer of a model.
    """
    left: Counter[str] = Counter()
    found: Found = []
    where = ""
    for row, value in _values(path):
        reason = _take(row, value, path, found)
        if reason:
            where = where or f"{path}:{row}: {reason}"
            left[reason.partition(":")[0]] += 1
    calls = any(sample.kind == "call" for _, _, sample in found)
    taken = [one for one in found if one[2].kind == "call" or not calls]
    left["steps around a call of a model"] += len(found) - len(taken)
    answered = [one for one in taken if any(turn["content"].strip() for turn in one[2].answered)]
    left["no answer"] += len(taken) - len(answered)
    if not answered:
        raise _nothing(path, +left, where)
    several = len({row for row, _, _ in answered}) < len(answered)
    numbered = [(at if several else row, shape, one) for at, (row, shape, one) in enumerate(answered, 1)]
    frame = pl.DataFrame([_record(*one) for one in numbered], schema=dict(SCHEMA), orient="row")
    return Production(frame, tuple(_conversation(*one) for one in numbered), dict(+left), where)


def _values(path: Path) -> Iterator[tuple[int, object]]:
    for chunk in chunks(open_source(path)):
        yield from parse(chunk)


def _take(row: int, value: object, path: Path, found: Found) -> str:
    """Add the samples of a row; return why there are none, empty where there are some."""
    if isinstance(value, Broken):
        return f"cannot be read: {value.reason}"
    if not isinstance(value, dict):
        return "not an object"
    shape = next((one for one in SHAPES if one.fits(value)), None)
    if shape is None:
        if not found:
            raise unknown_shape(value, f"{path}:{row}")
        return "of no known shape"
    found += [(row, shape.id, one) for one in shape.read(value)]
    return ""


def unknown_shape(value: Mapping[str, Any], place: str) -> AdvisorError:
    """State that a row is of no known shape, and which there are."""
    fields = ", ".join(map(str, list(value)[:8]))
    known = "; ".join(one.title for one in SHAPES)
    return AdvisorError(
        f"this is not a known format of production samples (fields: {fields[:200]})",
        place=place,
        remedy=f"Known: {known}. Or write a CSV with the columns prompt and answer.",
    )


def _nothing(path: Path, left: Mapping[str, int], where: str) -> AdvisorError:
    why = "; ".join(f"{count} {reason}" for reason, count in left.items()) or "it is empty"
    remedy = "Export calls of the model with their input and output." + (f" First: {where}." if where else "")
    return AdvisorError(f"the file holds no answer of a model ({why})", place=str(path), remedy=remedy)


def _record(row: int, source: str, one: Sample) -> dict[str, Any]:
    users = [turn["content"] for turn in one.asked if turn["role"] == "user"]
    settings = {key: value for key, value in one.settings.items() if value is not None}
    return {
        "row": row,
        "id": None if one.id is None else str(one.id),
        "when": moment(one.when),
        "system": next((turn["content"] for turn in one.asked if turn["role"] == "system"), None),
        "prompt": users[-1] if users else "",
        "messages": one.asked,
        "answer": "\n".join(turn["content"] for turn in one.answered),
        "model": None if one.model is None else str(one.model),
        "settings": orjson.dumps(settings, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
        if settings
        else None,
        "label": one.label if isinstance(one.label, str) else None,
        "source": source,
    }


def moment(value: Any) -> datetime | None:
    """Return when something was, from seconds, milliseconds or a date in text; None where it cannot be told."""
    seconds = seconds_of(value) if value is not None and not isinstance(value, bool) else float("nan")
    return datetime.fromtimestamp(seconds, UTC) if -5e9 < seconds < 7e9 else None


def _conversation(row: int, source: str, one: Sample) -> Conversation:
    """Write a sample as a conversation whose further fields have the names that the causes read."""
    answer = "\n".join(turn["content"] for turn in one.answered)
    messages = [Message(turn["role"], turn["content"]) for turn in one.asked]
    fields = to_conversation(
        row, {"messages": [{"role": "user", "content": "-"}], "metadata": dict(one.meta)}
    ).meta
    named = {
        "id": one.id,
        "created_at": one.when,
        "model": one.model,
        "complaint": one.label,
        "source": source,
    }
    settings = {str(key).lower(): value for key, value in one.settings.items()}
    meta = {**fields, **settings, **{key: value for key, value in named.items() if value is not None}}
    return Conversation(row, "chat", [*messages, Message("assistant", answer)], meta=meta)
