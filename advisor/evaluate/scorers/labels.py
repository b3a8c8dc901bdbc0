"""Which label an answer gives, among those that occur in the references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.evaluate.scorers.contract import Argument, Row
from advisor.evaluate.scorers.wording import normalised


def given_labels(rows: Sequence[Row]) -> list[str]:
    """Return each answer's label, normalised; empty where it gives none or more than one.

    A sentence counts as its label where exactly one known label occurs in it.
    """
    known = {normalised(one): normalised(one) for row in rows for one in row.references}
    return [_label(normalised(row.answer), known) for row in rows]


def wanted_labels(rows: Sequence[Row]) -> list[str]:
    """Return the first reference of each row, normalised."""
    return [normalised(row.references[0]) if row.references else "" for row in rows]


def _label(answer: str, known: Mapping[str, str]) -> str:
    if answer in known:
        return answer
    padded = f" {answer} "
    held = [label for label in known if label and f" {label} " in padded]
    # "not urgent" holds "urgent": only the longest of labels within one another counts.
    longest = [one for one in held if not any(one != other and f" {one} " in f" {other} " for other in held)]
    return longest[0] if len(longest) == 1 else ""


def accuracy(rows: Sequence[Row], _argument: Argument) -> list[float]:
    """Score 1 where the label given is one of the row's references."""
    given = given_labels(rows)
    return [
        float(bool(label) and label in {normalised(one) for one in row.references})
        for label, row in zip(given, rows, strict=True)
    ]
