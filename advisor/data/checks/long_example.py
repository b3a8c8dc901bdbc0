"""Rows far longer than the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows many times the usual length."""
    tokens = data.column("tokens").astype(float)
    if len(tokens) < 10:
        return
    logs = np.log(np.maximum(tokens, 1))
    middle = float(np.median(logs))
    spread = max(float(np.median(np.abs(logs - middle))) * 1.4826, 0.25)
    ceiling = max(np.exp(middle + 5 * spread), 5 * np.exp(middle), 512)
    rows = data.where(tokens > ceiling)
    if rows and len(rows) <= 0.1 * len(data):
        longest = int(tokens.max())
        message = f"{share(len(rows), len(data))} are over {ceiling:,.0f} tokens (longest {longest:,}) where {np.exp(middle):,.0f} are usual"
        yield finding(
            CHECK,
            message,
            rows,
            severity="warning",
            confidence="medium",
            evidence={"longest_tokens": longest},
        )


CHECK = Check(
    id="long-example",
    title="A row is far longer than the others",
    detects="Rows many times longer than what is usual in this dataset, whatever the maximum length.",
    matters="They are mostly pasted documents or several conversations run together; they set the memory a training step needs and weigh more in the loss.",
    remedy="Cut the row to what the answer needs, split it, or quarantine it.",
    tuned_model="A handful of rows weigh as much as hundreds of others.",
    fires=Example(
        shows="one row of 20,000 words among rows of 60",
        rows=lambda: [
            *good_rows(30),
            chat("Summarise: " + "the lamp and the hub " * 800, "It's about a lamp and a hub, nothing more."),
        ],
    ),
    quiet=Example(shows="rows of 30 to 200 words", rows=good_rows),
    judge=judge,
    harm=45,
)
