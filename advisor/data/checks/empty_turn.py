"""Turns without words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding, Severity
from advisor.data.rows.conversation import Conversation

WORDS: dict[int, tuple[str, Severity]] = {
    1: ("an empty assistant turn", "error"),
    2: ("an empty user turn", "error"),
    3: ("an empty system prompt", "warning"),
    4: ("an empty rejected answer", "error"),
}

NOTHING = frozenset({"null", "none", "nan", "n/a", "undefined", "[]", "{}"})
LONGEST_NOTHING = max(map(len, NOTHING))
INVISIBLE = " \t\r\n\u200b\u200c\u200d\ufeff\u00a0\u2060"


def measure(batch: Batch) -> Measured:
    """Return each row the code of its emptiest turn, 0 for none."""
    return {"empty-turn": np.array([_fault(one) for one in batch.conversations], np.uint8)}


def _fault(row: Conversation) -> int:
    if row.rejected is not None and _blank(row.rejected):
        return 4
    faults = [
        {"assistant": 1, "user": 2}.get(one.role, 3)
        for one in row.messages
        if not one.tool_calls
        and not one.parts
        and one.role in {"assistant", "user", "system", "developer"}
        and _blank(one.content)
    ]
    return min(faults, default=0)


def _blank(text: str) -> bool:
    # A turn of zero-width characters or of bare punctuation marks that stand for nothing is empty too.
    said = text.strip()
    return (len(said) <= LONGEST_NOTHING and said.lower() in NOTHING) or not text.strip(INVISIBLE)


def judge(data: Dataset) -> Iterator[Finding]:
    """Report empty turns by who is silent."""
    codes = data.column("empty-turn")
    for code, (words, severity) in WORDS.items():
        rows = data.where(codes == code)
        if rows:
            yield finding(CHECK, f"{share(len(rows), len(data))} have {words}", rows, severity=severity)


CHECK = Check(
    id="empty-turn",
    columns=("empty-turn",),
    quarantines=True,
    spoils=True,
    title="A turn has no words",
    detects="Empty or blank turns, and turns that only say null, None, NaN or N/A.",
    matters="An empty target carries no lesson but an end-of-turn token; an empty prompt teaches answers to nothing.",
    remedy="Fill the turn from the source, or quarantine the row with `advisor fix`.",
    tuned_model="It learns that saying nothing is an answer.",
    fires=Example(
        shows='{"role": "assistant", "content": "  "}',
        rows=lambda: [*good_rows(20), chat("How do I pair the lamp?", "  ")],
    ),
    quiet=Example(shows='{"role": "assistant", "content": "Sure thing! …"}', rows=good_rows),
    judge=judge,
    measure=measure,
    harm=88,
)
