"""An append-only journal of finished rows, so that a crash costs no answer twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from advisor.errors import AdvisorError


class RowJournal:
    """An append-only file of finished rows; a line cut off by a crash is asked again."""

    def __init__(self, path: Path, heading: Mapping[str, Any]) -> None:
        self.path, self.heading = path, dict(heading)
        self.done: dict[int, dict[str, Any]] = {}
        # One that was cut off before its heading was whole holds nothing yet, and is begun anew.
        self.begun = path.exists() and b"\n" in path.read_bytes()
        if self.begun:
            self._read()

    def _read(self) -> None:
        lines = self.path.read_bytes().split(b"\n")
        whole = [parsed(line) for line in lines[:-1]]
        if whole[0] != self.heading:
            raise AdvisorError(
                "the journal belongs to other data or options",
                place=str(self.path),
                remedy="Delete the journal to start again, or use the options of the first run.",
            )
        self.done = {one["row"]: one for one in whole[1:] if one and "row" in one}

    def open(self) -> Any:
        """Open for appending, with the heading first and a cut-off line closed."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        stream = self.path.open("ab" if self.begun else "wb")
        if not self.begun:
            stream.write(orjson.dumps(self.heading) + b"\n")
        elif not self.path.read_bytes().endswith(b"\n"):
            stream.write(b"\n")
        stream.flush()
        return stream


def journal_path(output: Path) -> Path:
    """Return the path of an unfinished run's journal."""
    return output.with_name(f".{output.name}.journal")


def parsed(line: bytes) -> Any:
    """Parse JSON, or give None."""
    try:
        return json.loads(line)
    except ValueError:
        return None
