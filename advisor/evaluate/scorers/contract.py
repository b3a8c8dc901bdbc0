"""What every scorer is: a function from rows to numbers between 0 and 1 whose mean is the metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Argument = str | None
"""What follows the scorer's name after a colon: a file, a tolerance, a function."""


class Row(NamedTuple):
    """One answer and what it is measured against."""

    answer: str
    references: tuple[str, ...] = ()
    """The wanted answers; any of them will do."""
    passages: tuple[str, ...] = ()
    """Ids of the passages that hold the answer."""
    cited: tuple[str, ...] = ()
    """Ids that the answer cites, where its file says so in a field of its own."""


@dataclass(frozen=True)
class Scorer:
    """One way to score answers."""

    id: str
    """Name on the command line."""
    title: str
    """What the score is, as a noun phrase."""
    measures: str
    """How it is computed, as a sentence."""
    score: Callable[[Sequence[Row], Argument], list[float]]
    """Score all rows at once; may use the other rows (known labels, the usual length)."""
    right: tuple[Row, ...]
    """Rows that score above 0.9, scored together with the wrong ones."""
    wrong: tuple[Row, ...]
    """Rows that score below 0.5."""
    argument: str = ""
    """What may follow the name after a colon; empty where nothing may."""
    example_argument: str = ""
    """An argument for the two examples above."""
    needs_reference: bool = True
    """Whether a row without a wanted answer is a mistake."""
    whole: bool = False
    """Whether failed rows take part: a score that is not a mean of rows needs them, as empty answers."""


def best_of(compare: Callable[[str, str], float]) -> Callable[[Sequence[Row], Argument], list[float]]:
    """Make a scorer's function from a comparison of one answer with one reference: the best reference counts."""

    def score(rows: Sequence[Row], _argument: Argument) -> list[float]:
        return [max((compare(row.answer, one) for one in row.references), default=0.0) for row in rows]

    return score
