"""A run's progress as JSON lines: written by the trainer, read by any process at any time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from advisor.catalog.records import Record
from advisor.train.trainer.run_files import PROGRESS_FILE

Phase = Literal["started", "resumed", "step", "eval", "checkpoint", "stage"]


class ProgressLine(Record):
    """One line of the file."""

    at: float
    """Seconds since 1970 by the trainer's clock."""
    kind: Phase
    """Kind of event."""
    step: int
    """Optimizer steps done so far."""
    max_steps: int | None = None
    """Optimizer steps in the whole run."""
    epoch: float | None = None
    """Passes over the rows done."""
    loss: float | None = None
    """Mean training loss over the logged steps."""
    eval_loss: float | None = None
    """Mean loss on the held-out rows."""
    learning_rate: float | None = None
    """Rate of this step."""
    tokens: int | None = None
    """Tokens read since the run began."""
    tokens_per_second: float | None = None
    """Tokens read per second over the last step."""
    memory_gib: float | None = None
    """Peak memory of the process, or of the GPU where one is used."""
    seconds_left: float | None = None
    """Estimate from the pace so far."""
    message: str | None = None
    """What stage this is, in words."""


class ProgressWriter:
    """Appends whole lines; a line cut off by a kill is ended first, so that the next one is readable.

    Of several workers only the first one writes.
    """

    def __init__(self, run: Path) -> None:
        self._path = run / PROGRESS_FILE
        self._silent = os.environ.get("RANK", "0") != "0"
        content = self._path.read_bytes() if self._path.exists() else b""
        self._stream = self._path.open("ab")
        if content and not content.endswith(b"\n"):
            self._stream.write(b"\n")

    def write(self, record: ProgressLine) -> None:
        """Append one record and hand it to the system at once."""
        if self._silent:
            return
        line = record.model_dump_json(exclude_none=True) + "\n"
        self._stream.write(line.encode())
        self._stream.flush()

    def close(self) -> None:
        """Put everything on the disk."""
        os.fsync(self._stream.fileno())
        self._stream.close()


def read_progress(run: Path) -> list[ProgressLine]:
    """Read the records of `run` in order, without the steps that a run did again after a kill."""
    path = run / PROGRESS_FILE
    records: list[ProgressLine] = []
    if not path.exists():
        return records
    for line in path.read_bytes().splitlines():
        record = _parsed(line)
        if record is None:
            continue
        if record.kind in ("started", "resumed"):
            records = _before(records, record.step)
        records.append(record)
    return records


def _before(records: list[ProgressLine], step: int) -> list[ProgressLine]:
    """Drop what is done again from `step` on."""
    kept = [earlier for earlier in records if earlier.step <= step]
    if step == 0:  # begun anew, and the untrained model has been judged once more
        judged = [earlier for earlier in kept if earlier.kind == "eval"]
        kept = [earlier for earlier in kept if earlier.kind != "eval"] + judged[-1:]
    return kept


def _parsed(line: bytes) -> ProgressLine | None:
    try:
        return ProgressLine.model_validate_json(line)
    except ValidationError:  # cut off by a kill, or being written right now
        return None


def curve(records: list[ProgressLine], name: Literal["loss", "eval_loss"]) -> list[tuple[int, float]]:
    """Return the points of one loss curve as (step, loss)."""
    points = ((record.step, getattr(record, name)) for record in records)
    return [(step, loss) for step, loss in points if loss is not None]


def summary(records: list[ProgressLine]) -> dict[str, Any]:
    """Return the newest value of every field, for a status line."""
    newest: dict[str, Any] = {}
    for record in records:
        newest |= json.loads(record.model_dump_json(exclude_none=True))
    return newest
