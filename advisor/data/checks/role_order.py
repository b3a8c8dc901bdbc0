"""Conversations whose turns come in an order no chat can have."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding, Severity
from advisor.data.rows.conversation import Conversation

WORDS: dict[int, tuple[str, Severity]] = {
    1: ("no assistant turn, so there is nothing to learn", "error"),
    2: ("no user turn", "error"),
    3: ("the last turn is not the assistant's", "error"),
    4: ("two turns of the same speaker in a row", "warning"),
    5: ("the assistant speaks before the user", "warning"),
    6: ("a system prompt that is not the first turn", "warning"),
    7: ("a tool result without a tool call before it", "error"),
}


def measure(batch: Batch) -> Measured:
    """Return each row the code of its first fault, 0 for none."""
    return {"role-order": np.array([fault(one) for one in batch.conversations], np.uint8)}


def fault(row: Conversation) -> int:
    """Return the worst fault in the order of turns."""
    roles = ["system" if one.role == "developer" else one.role for one in row.messages]
    if not roles or row.shape == "text" or "" in roles:
        return 0
    if "assistant" not in roles:
        return 1
    if "user" not in roles:
        return 2
    if roles[-1] != "assistant":
        return 3
    return _order_fault(row, roles)


def _order_fault(row: Conversation, roles: list[str]) -> int:
    called = False
    for index, role in enumerate(roles):
        called = called or bool(row.messages[index].tool_calls)
        if role in {"tool", "function"} and not called and row.shape == "chat":
            return 7
        if role == "system" and index and roles[index - 1] != "system":
            return 6
    spoken = [role for role in roles if role in {"user", "assistant"}]
    if spoken[0] == "assistant":
        return 5
    return 4 if _repeated(row, roles) else 0


def _repeated(row: Conversation, roles: list[str]) -> bool:
    return any(
        left == right and left in {"user", "assistant"} and not row.messages[index].tool_calls
        for index, (left, right) in enumerate(pairwise(roles))
    )


def judge(data: Dataset) -> Iterator[Finding]:
    """Report each fault with its rows."""
    codes = data.column("role-order")
    for code, (words, severity) in WORDS.items():
        rows = data.where(codes == code)
        if rows:
            # A greeting by the assistant in every row is a choice; in a few rows it is a slip.
            chosen = code in {4, 5, 6} and len(rows) > len(data) / 2
            yield finding(
                CHECK,
                f"{share(len(rows), len(data))}: {words}",
                rows,
                severity="note" if chosen else severity,
            )


CHECK = Check(
    id="role-order",
    columns=("role-order",),
    quarantines=True,
    spoils=True,
    title="The turns come in an impossible order",
    detects="No assistant or user turn, a conversation that ends with the user, repeated speakers, late system prompts, tool results nobody asked for.",
    matters="Chat templates assume alternating turns that end with the assistant; some refuse other rows, others render them wrongly.",
    remedy="Add the missing turn, merge repeated ones, or drop what follows the last assistant turn.",
    tuned_model="It learns to speak for the user, or nothing from the row.",
    fires=Example(
        shows='{"messages": [{"role": "user", …}, {"role": "assistant", …}, {"role": "user", …}]}',
        rows=lambda: [
            *good_rows(20),
            {
                "messages": [
                    *chat("Hi", "Hello, how can I help?")["messages"],
                    {"role": "user", "content": "My lamp is dark"},
                ]
            },
        ],
    ),
    quiet=Example(
        shows='{"messages": [{"role": "system", …}, {"role": "user", …}, {"role": "assistant", …}]}',
        rows=good_rows,
    ),
    judge=judge,
    measure=measure,
    harm=90,
)
