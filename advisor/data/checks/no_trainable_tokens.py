"""Rows of which nothing is left to learn after rendering and cutting."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Confidence, Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows whose assistant tokens all lie beyond the maximum length, or that have none."""
    kept, total, refused = data.column("kept"), data.column("tokens"), data.column("refused")
    limit = data.options.token_limit
    rows = data.where((kept == 0) & (total > limit) & (refused == 0))
    if rows:
        message = f"{share(len(rows), len(data))} keep no trainable token when cut to {limit:,} tokens: the prompt alone fills the row"
        yield finding(
            CHECK,
            message,
            rows,
            severity="error",
            confidence=_confidence(data),
            evidence={"max_length": limit},
        )


def _confidence(data: Dataset) -> Confidence:
    return "high" if data.options.max_length else "medium"


CHECK = Check(
    id="no-trainable-tokens",
    quarantines=True,
    spoils=True,
    title="Nothing is left to learn after cutting",
    detects="Rows, rendered with the chat template, whose assistant tokens all lie beyond the maximum length.",
    matters="Trainers keep the start of a row; with the answer cut away the loss of the row is zero or undefined, and nobody is told.",
    remedy="Raise --max-length, shorten the prompt, or quarantine the row.",
    tuned_model="The row costs its full price and teaches nothing; whole batches of such rows give NaN losses.",
    fires=Example(
        shows="a prompt of 300 tokens at --max-length 64",
        rows=lambda: [*good_rows(10), chat("Read this. " + "The hub blinks twice. " * 60, "It blinks.")],
        options={"max_length": 128},
    ),
    quiet=Example(
        shows="a prompt of 30 tokens at --max-length 128", rows=good_rows, options={"max_length": 256}
    ),
    judge=judge,
    harm=93,
)
