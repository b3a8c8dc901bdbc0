"""Answers much shorter than the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report answers below a quarter of the low end of what is usual here."""
    lengths = np.where(data.column("answer_chars") > 0, data.column("trainable").astype(float), 0)
    spoken = lengths[lengths > 0]
    if len(spoken) < 10:
        return
    logs = np.log(spoken)
    middle = float(np.median(logs))
    if middle < np.log(12):
        return  # labels and one-word answers are the task here
    spread = max(float(np.median(np.abs(logs - middle))) * 1.4826, 0.25)
    floor = np.exp(middle - 3.5 * spread)
    floor = min(max(floor, 3.1), np.exp(middle) / 4)
    rows = data.where((lengths > 0) & (lengths < floor))
    if rows and len(rows) <= 0.5 * len(data):
        message = f"{share(len(rows), len(data))} have an answer under {floor:.0f} tokens where {np.exp(middle):.0f} are usual"
        yield finding(
            CHECK,
            message,
            rows,
            severity="warning",
            confidence="medium",
            evidence={"usual_tokens": round(float(np.exp(middle)))},
        )


CHECK = Check(
    id="short-answer",
    spoils=True,
    title="An answer is far shorter than the others",
    detects="Answers far below the usual length of this dataset; datasets of labels and one-word answers are left alone.",
    matters="A few curt answers among full ones are mostly stubs, broken exports or half-finished work.",
    remedy="Write the answer out, or quarantine the row.",
    tuned_model="It sometimes answers with a stub.",
    fires=Example(
        shows='{"role": "assistant", "content": "ok"}',
        rows=lambda: [*good_rows(30), chat("How do I pair the lamp with the hub?", "ok")],
    ),
    quiet=Example(shows='{"role": "assistant", "content": "Sure thing! Hold the button …"}', rows=good_rows),
    judge=judge,
    harm=55,
)
