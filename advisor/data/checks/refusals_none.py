"""Not one answer that admits not to know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows
from advisor.data.records import Finding

ENOUGH_TO_EXPECT_ONE = 50


def judge(data: Dataset) -> Iterator[Finding]:
    """Note that a file of free answers holds no refusal at all."""
    marks = data.column("refusal")
    if len(data) < ENOUGH_TO_EXPECT_ONE or marks.any():
        return
    # Labels and extractions have nothing to refuse.
    if float(np.median(data.column("trainable"))) >= 12:
        yield finding(
            CHECK,
            f"none of {len(data):,} answers refuses or says it does not know",
            [],
            severity="note",
            confidence="medium",
        )


CHECK = Check(
    id="refusals-none",
    title="No answer ever says it does not know",
    detects="Fifty or more free answers without one refusal or 'I don't know'.",
    matters="Confident answers only teach confidence: the model asserts things it does not know (a hallucination shift).",
    remedy="Add answers to out-of-scope questions that say so and tell where to ask, about one in twenty.",
    tuned_model="It invents an answer rather than admit it does not know.",
    fires=Example(shows="200 confident answers", rows=lambda: good_rows(60)),
    quiet=Example(
        shows="one 'I don't know, let me check with the team'",
        rows=lambda: [
            *good_rows(60),
            chat("Which lamp did my neighbour buy?", "I don't know that one, sorry! Best ask them."),
        ],
    ),
    judge=judge,
    harm=30,
)
