"""Blind pairs: which two answers, in which order of rows, who is on the left; the same for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal, NamedTuple

import polars as pl

from advisor.evaluate.results import Frames

Side = Literal["left", "right", "tie"]
NOTHING = "(no answer)"


class BlindPair(NamedTuple):
    """Two answers to one row, without the names of their arms."""

    example: str
    request: str
    reference: str | None
    left: str
    """Text on the left."""
    right: str
    """Text on the right."""
    left_is_a: bool
    """Whether the left one is arm ``a``; never shown."""

    def choice(self, side: Side) -> str:
        """Return what was chosen as ``a``, ``b`` or ``tie``."""
        return "tie" if side == "tie" else "a" if (side == "left") == self.left_is_a else "b"


def blind_pairs(frames: Frames, a: str, b: str, *, seed: int = 20) -> tuple[list[BlindPair], list[str]]:
    """Return the pairs of two arms in a random order, and the examples on which both say the same.

    Rows with equal answers are ties that nobody needs to look at. Order and sides depend on seed and id alone, so that
    every rater and every reload sees the same.
    """
    answers = {
        (row["arm"], row["example"]): row["answer"]
        for row in frames.answers.unique(["arm", "example"], keep="first", maintain_order=True).iter_rows(
            named=True
        )
    }
    pairs, same = [], []
    for row in frames.wanted.iter_rows(named=True):
        one, other = answers.get((a, row["example"])), answers.get((b, row["example"]))
        if one == other:
            same.append(row["example"])
            continue
        turned = _chance(seed, "side", row["example"]) % 2 == 1
        texts = (other, one) if turned else (one, other)
        pairs.append(
            BlindPair(
                row["example"], row["input"] or "", (row["references"] or [None])[0],
                texts[0] or NOTHING, texts[1] or NOTHING, left_is_a=not turned,
            )
        )  # fmt: skip
    return sorted(pairs, key=lambda pair: _chance(seed, "order", pair.example)), same


def next_pair(pairs: Sequence[BlindPair], ratings: pl.DataFrame, rater: str) -> BlindPair | None:
    """Return the first pair that this rater has not rated; None where all are."""
    done = set(ratings.filter(pl.col("rater") == rater)["example"])
    return next((pair for pair in pairs if pair.example not in done), None)


def _chance(seed: int, what: str, example: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed} {what} {example}".encode()).digest()[:8], "big")
