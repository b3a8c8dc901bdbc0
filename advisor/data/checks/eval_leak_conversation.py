"""Training rows cut from the conversation of an evaluation row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.same_conversation import leaked


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows that share a beginning or a conversation's id with an evaluation row, exact copies aside."""
    held_out = data.others.get("eval")
    if held_out is None or not len(data) or not len(held_out):
        return
    exact = np.isin(data.column("turns_hash"), held_out.column("turns_hash"))
    rows = [
        int(data.rows[index]) for index in sorted(leaked(data.columns, held_out.columns)) if not exact[index]
    ]
    if rows:
        message = f"{share(len(rows), len(data))} are of one conversation with an evaluation row"
        yield finding(CHECK, message, rows, severity="error")


def _longer(rows: list[Any]) -> list[Any]:
    more = [
        {"role": "user", "content": "And after that?"},
        {"role": "assistant", "content": "Then pair it again."},
    ]
    return [{"messages": [*one["messages"], *more]} for one in rows]


CHECK = Check(
    id="eval-leak-conversation",
    title="A training row is of one conversation with an evaluation row",
    detects="Training rows of which an evaluation row is the beginning or the continuation, that share its first turns, or its conversation, session or ticket id.",
    matters="The model has read the first half of the exam; what it is asked next follows from it.",
    remedy="Split again with `advisor split`, which keeps the rows of one conversation on one side.",
    tuned_model="It looks better in the evaluation than it is.",
    fires=Example(
        shows="the evaluation row is the training row with one more exchange",
        rows=lambda: good_rows(30),
        eval=_longer(good_rows(3)),
    ),
    quiet=Example(shows="other conversations", rows=lambda: good_rows(40), eval=_longer(good_rows(60)[55:])),
    judge=judge,
    harm=96,
)
