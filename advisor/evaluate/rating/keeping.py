"""Ratings on disk: one JSON line each, in a file of the comparison that they belong to, so that a reload loses none."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from advisor.errors import AdvisorError
from advisor.evaluate.results import Frames

RATINGS: Mapping[str, Any] = {"example": pl.String, "rater": pl.String, "choice": pl.String}
UNDO = "undo"
CHOICES = ("a", "b", "tie", UNDO)


class RatingFile:
    """The ratings of one pair of arms; lines are only ever added, so that several raters may write at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ratings(self) -> pl.DataFrame:
        """Return all ratings that hold, in order of arrival: example, rater, choice.

        Raises:
            AdvisorError: A line is not a rating.
        """
        told: dict[tuple[str, str], str] = {}
        for row in self._lines():
            mine = [key for key in told if key[1] == row["rater"]]
            if row["choice"] == UNDO:
                told.pop(mine[-1] if mine else ("", ""), None)
            else:
                # A second word of the same rater on the same row replaces the first and is the latest.
                told.pop((row["example"], row["rater"]), None)
                told[row["example"], row["rater"]] = row["choice"]
        rows = [{"example": key[0], "rater": key[1], "choice": choice} for key, choice in told.items()]
        return pl.DataFrame(rows, schema=dict(RATINGS))

    def rate(self, example: str, rater: str, choice: str) -> None:
        """Add a rating."""
        self._add({"example": example, "rater": rater, "choice": choice})

    def undo(self, rater: str) -> None:
        """Take the last rating of this rater back."""
        self._add({"example": "", "rater": rater, "choice": UNDO})

    def _lines(self) -> list[dict[str, str]]:
        lines = self.path.read_bytes().split(b"\n") if self.path.exists() else []
        # A line without its end was cut off while it was written, by a crash or a full disk: it was never confirmed.
        whole = [(number, line) for number, line in enumerate(lines, 1) if line and not _cut_off(line)]
        return [_rating(line, f"{self.path}:{number}") for number, line in whole]

    def _add(self, row: Mapping[str, str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as stream:
            stream.seek(max(stream.tell() - 1, 0))
            begun = stream.read(1) not in {b"", b"\n"}
            stream.write((b"\n" if begun else b"") + orjson.dumps(row) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())


def ratings_of(frames: Frames, a: str, b: str, folder: Path | None = None) -> RatingFile:
    """Return the file of two arms' ratings; it is found again by the answers themselves, not by their names."""
    shown = (
        frames.answers.filter(pl.col("arm").is_in([a, b]))
        .select("arm", "example", "answer")
        .sort("arm", "example")
    )
    digest = hashlib.sha256(orjson.dumps([a, b, shown.rows()])).hexdigest()[:20]
    return RatingFile((folder or _folder()) / f"{digest}.jsonl")


def _folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("advisor") / "ratings"


def _cut_off(line: bytes) -> bool:
    return line.startswith(b"{") and not line.endswith(b"}")


def _rating(line: bytes, place: str) -> dict[str, str]:
    try:
        row = orjson.loads(line)
        rating = {name: str(row[name]) for name in RATINGS}
    except (ValueError, KeyError, TypeError) as error:
        raise AdvisorError(
            "the line is not a rating", place=place, remedy="Take the line out; the others hold."
        ) from error
    if rating["choice"] not in CHOICES:
        raise AdvisorError(
            f"'{rating['choice']}' is not a choice", place=place, remedy=f"Known: {', '.join(CHOICES)}."
        )
    return rating
