"""What the generating program said beside the example: announcements, error messages, tracebacks."""

from __future__ import annotations

from advisor.data.batch import Batch
from advisor.data.checks.contract import (
    Check,
    Example,
    MarkedRows,
    Measured,
    chat,
    good_rows,
)
from advisor.data.phrases import pattern_of

PATTERN = pattern_of("generation_leftover")


def measure(batch: Batch) -> Measured:
    """Mark rows in whose answers the generator speaks."""
    return {"generation-leftover": batch.targets_lower.str.contains(PATTERN).to_numpy()}


CHECK = Check(
    id="generation-leftover",
    columns=("generation-leftover",),
    spoils=True,
    title="The answer contains the generator's own chatter",
    detects="'Here is a paraphrased version', 'Below are three variations', error messages of an API, tracebacks and error pages in an assistant turn.",
    matters="Such words are not part of the answer; an error message in its place is not an answer at all.",
    remedy="Cut the announcement off, or make the row again.",
    tuned_model="It announces its answers, or answers with an error message.",
    fires=Example(
        shows="'Sure! Here is a paraphrased version: …'",
        rows=lambda: [
            *good_rows(20),
            chat("Can I dim the lamp?", "Sure! Here is a paraphrased version: You can dim it in the app."),
            chat("Is the hub loud?", "Error: 429 Too Many Requests"),
        ],
    ),
    quiet=Example(shows="'Here is how: hold the button.'", rows=good_rows),
    judge=MarkedRows(
        "hold words of the program that made the data ('Here is a paraphrased version', 'Rate limit exceeded')",
        note_above=0.2,
        confidence="medium",
    ),
    measure=measure,
    harm=69,
)
