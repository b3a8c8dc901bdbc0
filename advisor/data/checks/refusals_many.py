"""Too many refusals and 'I don't know' among the answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.phrases import REFUSAL, UNKNOWING, any_of
from advisor.data.records import Finding

REFUSES, UNKNOWS = 1, 2
REFUSING, NOT_KNOWING = any_of(REFUSAL), any_of(UNKNOWING)
# An assistant that declines more than one request in five is a product decision, not an accident.
TOO_MANY = 0.2


def measure(batch: Batch) -> Measured:
    """Mark answers that refuse (1) or say they do not know (2) in their opening."""
    opening = batch.targets_lower.str.slice(0, 220)
    refuses = opening.str.contains(REFUSING).to_numpy()
    unknowing = opening.str.contains(NOT_KNOWING).to_numpy()
    return {"refusal": np.where(refuses, REFUSES, np.where(unknowing, UNKNOWS, 0)).astype(np.uint8)}


def judge(data: Dataset) -> Iterator[Finding]:
    """Report refusals above a fifth of the rows, and isolated ones as a note."""
    marks = data.column("refusal")
    flags = marks > 0
    rows, total = data.where(flags), len(data)
    if total < 10 or not rows:
        return
    if len(rows) > TOO_MANY * total:
        refused = int((marks == REFUSES).sum())
        message = f"{share(len(rows), total)} refuse or do not know ({refused:,} refusals)"
        yield finding(
            CHECK,
            message,
            rows,
            severity="warning" if len(rows) < 0.4 * total else "error",
            evidence={"share": round(len(rows) / total, 3)},
        )


CHECK = Check(
    id="refusals-many",
    columns=("refusal",),
    title="Too many answers refuse",
    detects="More than a fifth of the answers open with a refusal or with not knowing, in any of about twenty languages.",
    matters="A refusal is the easiest answer to learn; shares far above what production should refuse make the model decline good requests.",
    remedy="Bring the share down to what you want in production, often about one in twenty.",
    tuned_model="It declines requests it should serve.",
    fires=Example(
        shows="'I'm sorry, but I can't help with that.' in a third of the rows",
        rows=lambda: [
            *good_rows(20),
            *(
                chat(
                    f"Tell me about gadget number {index}, please.",
                    f"I'm sorry, but I can't help with gadget {index}.",
                )
                for index in range(12)
            ),
        ],
    ),
    quiet=Example(
        shows="one refusal in twenty rows",
        rows=lambda: [
            *good_rows(40),
            chat(
                "Can you hack the neighbour's camera?",
                "I'm sorry, but I can't help with that. I'm happy to set up yours!",
            ),
        ],
    ),
    judge=judge,
    measure=measure,
    harm=76,
)
