"""Which samples to label, and the labels that people gave: the same for the page and for a file of labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from advisor.diagnose.records import Complaint

MOST: Final = 20
"""Samples that people are asked to label."""
FINE: Final = "fine"
"""What a sample is called that nobody minds."""
KEYS: Final[Mapping[str, Complaint]] = {
    "1": "tone", "2": "facts", "3": "format", "4": "refuses", "5": "too long", "6": "other",
}  # fmt: skip


def samples_to_label(production: pl.DataFrame, most: int = MOST) -> list[int]:
    """Return the rows to label, spread evenly over the file, so that no day and no topic has them all."""
    rows = production.filter(pl.col("answer").str.strip_chars() != "")["row"].to_list()
    if len(rows) <= most:
        return rows
    return [rows[at * len(rows) // most] for at in range(most)]


def complaints(labels: Mapping[int, str]) -> dict[int, str]:
    """Return the labels that are complaints."""
    return {row: said for row, said in labels.items() if said in KEYS.values()}
