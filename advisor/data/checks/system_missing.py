"""Rows without the system prompt that the others have."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.rows.formats import SHAPES


def judge(data: Dataset) -> Iterator[Finding]:
    """Report missing system prompts where some rows, or production, have one."""
    # A row without turns, or of plain text, has no place for a system prompt and takes no part in the share.
    asked = (data.column("messages") > 0) & (data.column("shape") != SHAPES.index("text"))
    rows = data.where((data.column("system_chars") == 0) & asked)
    production = data.options.system_prompt
    if rows and len(rows) < int(asked.sum()):
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} have no system prompt while the others do",
            rows,
            severity="warning",
        )
    elif rows and production:
        yield finding(CHECK, "no row has the system prompt that production uses", rows, severity="error")


CHECK = Check(
    id="system-missing",
    title="The system prompt is missing",
    detects="Rows without a system prompt in a file where others have one, or where production uses one.",
    matters="A tuned model behaves as tuned only under the prompt it was tuned with.",
    remedy="Give each row the exact system prompt of production; `advisor fix --system-prompt FILE` does.",
    tuned_model="Its voice comes and goes with the system prompt.",
    fires=Example(
        shows='half of the rows without {"role": "system"}',
        rows=lambda: [
            *good_rows(20),
            *(
                chat(one["messages"][1]["content"] + " Thanks.", one["messages"][2]["content"])
                for one in good_rows(30)[20:]
            ),
        ],
    ),
    quiet=Example(shows="the same system prompt in every row", rows=good_rows),
    judge=judge,
    harm=72,
)
