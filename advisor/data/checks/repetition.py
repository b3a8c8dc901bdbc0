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


def measure(batch: Batch) -> Measured:
    """Give the share of each answer's 4-word runs that occurred earlier in it, in per cent, and its longest run of one word."""
    grams = words.shingles(batch.answer_words, 4)
    distinct = distinct_words(grams).counts
    counts = grams.counts
    repeated = np.where(counts >= 8, 100 * (counts - distinct) / np.maximum(counts, 1), 0)
    return {"repetition": np.maximum(repeated, _stutter(batch.answer_words)).astype(np.uint8)}


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
    rows = data.where(data.column("repetition") >= 34)
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
