"""What was answered, one line a call, on the disk before the next step: a run that was killed asks nothing twice."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import orjson


class Journal:
    """Answers by the hash of their call, in an append-only file; a line that a kill cut off is as if it was never asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, dict[str, Any]] = {}
        if path.exists():
            for line in path.read_bytes().split(b"\n"):
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            entry = orjson.loads(line)
            self.known[entry["call"]] = entry["answer"]
        except (ValueError, KeyError, TypeError):
            return

    def add(self, call: str, answer: dict[str, Any]) -> None:
        """Keep one answer; it is on the disk when this returns."""
        line = orjson.dumps({"call": call, "answer": answer})
        with self.path.open("ab") as stream:
            # A line of its own also after one that was cut off.
            stream.write(b"\n" + line + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        self.known[call] = answer

    def spent_usd(self) -> float:
        """Return what the answers cost, as far as prices are known."""
        return sum(one.get("usd") or 0.0 for one in self.known.values())


def call_hash(receiver: str, asked: dict[str, Any]) -> str:
    """Return what tells one call from another: who is asked, and everything that is sent."""
    return hashlib.sha256(orjson.dumps([receiver, asked], option=orjson.OPT_SORT_KEYS)).hexdigest()
