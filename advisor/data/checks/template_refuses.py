"""Rows that the model's own chat template refuses."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows on which rendering failed, with the template's own words."""
    rows = data.where(data.column("refused") == 1)
    if rows:
        reason = data.names.get("template-failures", {}).get(rows[0], "")
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} are refused by the chat template: {reason}",
            rows,
            severity="error",
            evidence={"template_says": reason},
        )


CHECK = Check(
    id="template-refuses",
    quarantines=True,
    title="The chat template refuses a row",
    detects="Rows on which the template given with --model raises an error: system prompts it does not know, turns that do not alternate.",
    matters="Training stops at such a row, or the trainer drops it.",
    remedy="Change the row to what the template accepts, for example move the system prompt into the first user turn.",
    tuned_model="The row is missing from training.",
    fires=Example(
        shows="a system prompt under a template that raises 'System role not supported'",
        rows=lambda: [
            *good_rows(3),
            {
                "messages": [
                    {"role": "user", "content": "Hi"},
                    {"role": "assistant", "content": None, "tool_calls": [{"function": 5}]},
                    {"role": "assistant", "content": "Hello"},
                ]
            },
        ],
        options={"model": "refusing"},
    ),
    quiet=Example(
        shows="alternating turns",
        rows=lambda: [chat("Is the hub on?", "Yes, it's on.")] * 3,
        options={"model": "chatml"},
    ),
    judge=judge,
    harm=92,
)
