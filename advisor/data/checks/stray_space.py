"""Blanks and line breaks that nobody meant."""

from __future__ import annotations

from advisor.data.batch import Batch
from advisor.data.checks.contract import (
    Check,
    Example,
    MarkedRows,
    Measured,
    chat,
    good_rows,
)
from advisor.data.searching import found

# At the ends, between words, or more than two empty lines; indented lines and tables are left alone.
PATTERN = r"^\s|\s$|\pL {2,}\pL|\n[ \t]*\n[ \t]*\n[ \t]*\n"


def measure(batch: Batch) -> Measured:
    """Mark answers with stray white space."""
    texts = batch.targets_series
    ends = texts.str.strip_chars().str.len_bytes() != texts.str.len_bytes()
    likely = ends | texts.str.contains("  ", literal=True) | texts.str.contains("\n", literal=True)
    return {"stray-space": found(texts, PATTERN, likely)}


CHECK = Check(
    id="stray-space",
    columns=("stray-space",),
    title="An answer carries stray white space",
    detects="Answers that begin or end with blanks or line breaks, have double blanks between words or several empty lines, where the others do not.",
    matters="White space before the end-of-turn token is a token of its own, so the model learns to continue where it should stop.",
    remedy="Squeeze the blanks; `advisor fix` strips the ends.",
    tuned_model="It ends some answers with empty lines, and its words shift in their tokens.",
    fires=Example(
        shows="'Hold the button.  \\n\\n\\n'",
        rows=lambda: [*good_rows(20), chat("How do I reset the hub?", "Hold the button.  \n\n\n")],
    ),
    quiet=Example(shows="'Hold the button.'", rows=good_rows),
    judge=MarkedRows("begin or end with white space, or have double blanks", at_most=0.3),
    measure=measure,
    harm=42,
)
