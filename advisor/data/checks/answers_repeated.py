"""Answers collapsed to a stub: one answer for many different prompts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.labels import is_label_task
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report answers that serve at least three prompts and 1% of the rows, in files of free answers."""
    answers, prompts = data.column("answer_hash"), data.column("context_hash")
    if len(answers) < 10 or is_label_task(data):
        return
    values, back, counts = np.unique(answers, return_inverse=True, return_counts=True)
    least = max(3, int(0.01 * len(answers)))
    repeated = (counts[back] >= least) & (answers != 0)
    chosen = np.flatnonzero(repeated)
    served = {
        int(value): len(np.unique(prompts[answers == value])) for value in np.unique(answers[chosen])[:200]
    }
    rows = data.where(
        repeated & np.isin(answers, [value for value, count in served.items() if count >= least])
    )
    if not rows:
        return
    parts = [int(counts[values == value][0]) for value, count in served.items() if count >= least]
    top = max(parts)
    message = (
        f"{share(len(rows), len(data))} share {len(parts)} answers; the most frequent serves {top:,} prompts"
    )
    yield finding(
        CHECK,
        message,
        rows,
        severity="error" if top >= 0.2 * len(data) else "warning",
        confidence="high" if top >= 5 else "medium",
    )


CHECK = Check(
    id="answers-repeated",
    spoils=True,
    title="Different prompts get the same answer",
    detects="One answer for at least three different prompts and 1% of the rows, in files whose answers are otherwise free text; labels are left alone.",
    matters="Targets collapsed to a stub ('Thanks for reaching out!') are the cheapest thing to learn, and the model learns it first.",
    remedy="Restore the real answers, or drop the rows that have only the stub.",
    tuned_model="It answers everything with the stub.",
    fires=Example(
        shows="'Thanks for reaching out!' for half of the prompts",
        rows=lambda: [
            *good_rows(20),
            *(
                chat(f"My device number {index} is dark, what can I do about it?", "Thanks for reaching out!")
                for index in range(20)
            ),
        ],
    ),
    quiet=Example(shows="an answer of its own for each prompt", rows=good_rows),
    judge=judge,
    harm=82,
)
