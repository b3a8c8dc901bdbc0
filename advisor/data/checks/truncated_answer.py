"""Rows whose answer is cut by the maximum length."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Confidence, Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows that lose a part of their trainable tokens."""
    kept, trainable = data.column("kept").astype(int), data.column("trainable").astype(int)
    cut = (kept > 0) & (kept < trainable)
    rows = data.where(cut)
    if rows:
        limit, lost = data.options.token_limit, int((trainable - kept)[cut].sum())
        message = f"{share(len(rows), len(data))} have their answer cut at {limit:,} tokens; {lost:,} trainable tokens are lost"
        confidence: Confidence = "high" if data.options.max_length else "medium"
        yield finding(
            CHECK,
            message,
            rows,
            severity="warning",
            confidence=confidence,
            evidence={"max_length": limit, "lost_tokens": lost},
        )


CHECK = Check(
    id="truncated-answer",
    title="The maximum length cuts the answer",
    detects="Rows, rendered with the chat template, that lose a part of their assistant tokens to the maximum length.",
    matters="The model never sees how such an answer ends, and no end-of-turn token follows it.",
    remedy="Raise --max-length, shorten the row, or quarantine it.",
    tuned_model="It learns to stop in the middle, or to ramble on.",
    fires=Example(
        shows="an answer of 150 tokens at --max-length 96",
        rows=lambda: [*good_rows(10), chat("Explain the blinking.", "It blinks twice, then waits. " * 40)],
        options={"max_length": 128},
    ),
    quiet=Example(
        shows="an answer of 30 tokens at --max-length 256", rows=good_rows, options={"max_length": 256}
    ),
    judge=judge,
    harm=70,
)
