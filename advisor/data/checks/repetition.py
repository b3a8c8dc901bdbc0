"""Answers that go round in circles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from advisor.data import words
from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.word_use import distinct_words

RUN = 4
# Per cent of the runs; below it a text repeats itself as texts do.
REPEATED = 34


def measure(batch: Batch) -> Measured:
    """Return the share of each answer's 4-word runs that occurred earlier in it, in per cent, and its longest run of one word."""
    counts, distinct = batch.answer_words.counts, batch.answer_set.counts
    # A run that occurred before begins with a word that did: few rows repeat enough words to be looked at closely.
    close = np.flatnonzero(
        (counts >= 8 + RUN - 1) & (100 * (counts - distinct) >= REPEATED * (counts - RUN + 1))
    )
    repeated = np.zeros(len(batch))
    if len(close):
        grams = words.shingles(_only(batch.answer_words, close), RUN)
        repeated[close] = 100 * (grams.counts - distinct_words(grams).counts) / grams.counts
    return {"repetition": np.maximum(repeated, _stutter(batch.answer_words)).astype(np.uint8)}


def _only(ragged: words.Ragged, rows: NDArray[np.int64]) -> words.Ragged:
    parts = [ragged[row] for row in rows.tolist()]
    return words.Ragged(np.concatenate(parts), np.concatenate(([0], np.cumsum(ragged.counts[rows]))))


def _stutter(answers: words.Ragged) -> NDArray[np.int64]:
    # The same word four times running is a loop, however short the answer.
    values, owners = answers.values, answers.owners
    same = np.zeros(len(values), bool)
    if len(values) > 3:
        same[3:] = (
            (values[3:] == values[2:-1])
            & (values[2:-1] == values[1:-2])
            & (values[1:-2] == values[:-3])
            & (owners[3:] == owners[:-3])
        )
    return np.minimum(words.count_per_row(same, answers), 1) * 100


def judge(data: Dataset) -> Iterator[Finding]:
    """Report answers of which a third or more is said before."""
    rows = data.where(data.column("repetition") >= REPEATED)
    if rows:
        usual = len(rows) > 0.3 * len(data)
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} have an answer that repeats itself",
            rows,
            severity="note" if usual else "warning",
            confidence="high",
        )


CHECK = Check(
    id="repetition",
    columns=("repetition",),
    quarantines=True,
    spoils=True,
    title="An answer repeats itself",
    detects="Answers of which a third or more of the 4-word runs occur twice, or one word four times running.",
    matters="Generated data falls into loops; loops are easy to learn and hard to unlearn.",
    remedy="Cut the answer back to its first saying, or write it again.",
    tuned_model="It falls into loops.",
    fires=Example(
        shows="'Hold the button. Hold the button. Hold the button. …'",
        rows=lambda: [*good_rows(30), chat("How do I reset it?", "Hold the button and then wait. " * 6)],
    ),
    quiet=Example(shows="'Hold the button, then wait.'", rows=good_rows),
    judge=judge,
    measure=measure,
    harm=61,
)
