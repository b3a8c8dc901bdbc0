"""System prompts that differ from row to row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows with another system prompt than the usual one; prompts made per row are the task's own."""
    hashes = data.column("system_hash")[data.column("system_chars") > 0]
    if len(hashes) < 2:
        return
    values, counts = np.unique(hashes, return_counts=True)
    # As many prompts as rows: each row carries its own (retrieved facts, personas), and that is the design.
    if len(values) < 2 or len(values) > 0.5 * len(hashes):
        return
    usual = values[counts.argmax()]
    odd = (data.column("system_hash") != usual) & (data.column("system_chars") > 0)
    names = data.names.get("system", {})
    prompts = {
        names.get(int(value), "?")[:120]: int(count)
        for value, count in sorted(zip(values, counts, strict=True), key=lambda one: -one[1])[:10]
    }
    message = f"{share(int(odd.sum()), len(data))} have another system prompt than the usual one ({len(values)} different ones)"
    yield finding(
        CHECK,
        message,
        data.where(odd),
        severity="warning",
        confidence="high" if len(values) <= 5 else "medium",
        evidence={"prompts": prompts},
    )


CHECK = Check(
    id="system-inconsistent",
    title="The system prompt differs from row to row",
    detects="More than one system prompt among the rows that have one, down to a changed letter; files where nearly every row has its own are left alone.",
    matters="Production sends one prompt; the behaviour learned under the others is not called up by it.",
    remedy="Write production's exact system prompt into every row: `advisor fix --system-prompt FILE`.",
    tuned_model="What was learned under the other prompts does not show in production.",
    fires=Example(
        shows="'You are a helpful assistant.' in every second row",
        rows=lambda: [
            *good_rows(20),
            *(
                chat(
                    one["messages"][1]["content"],
                    one["messages"][2]["content"],
                    system="You are a helpful assistant.",
                )
                for one in good_rows(40)[20:]
            ),
        ],
    ),
    quiet=Example(shows="the same system prompt in every row", rows=good_rows),
    judge=judge,
    harm=71,
)
