"""The answer cites the passage that holds the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from advisor.evaluate.scorers.contract import Argument, Row, Scorer

_MARKS = re.compile(r"[\[【(]\s*([^\[\]【】()]{1,200}?)\s*[\]】)]")


def cites(rows: Sequence[Row], _argument: Argument) -> list[float]:
    """Score the F1 of the passages cited against the right ones."""
    return [_f1(set(row.cited) or _in_text(row), set(row.passages)) for row in rows]


def _in_text(row: Row) -> set[str]:
    found = {part.strip() for mark in _MARKS.findall(row.answer) for part in re.split(r"[,;]", mark)}
    # Brackets hold other things too; only what looks like the ids of this file counts where nothing is right.
    return {one for one in found if one in row.passages or re.fullmatch(r"[\w./#-]*\d[\w./#-]*", one)}


def _f1(given: set[str], wanted: set[str]) -> float:
    total = len(given) + len(wanted)
    return 2 * len(given & wanted) / total if total else 1.0


SCORER = Scorer(
    id="citation",
    title="Citation of the right passage",
    measures="F1 of the ids cited (in a field of their own or in brackets) against those of the right passages.",
    score=cites,
    right=(
        Row("Thirty days [terms-4].", passages=("terms-4",)),
        Row("Thirty days.", passages=("terms-4",), cited=("terms-4",)),
    ),
    wrong=(Row("Thirty days [terms-9].", passages=("terms-4",)), Row("Thirty days.", passages=("terms-4",))),
    needs_reference=False,
)
