"""Answers that somebody has marked as bad."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding

RATING = re.compile(
    r"(?i)^(?:rating|score|stars|feedback|thumbs?|vote|quality|is_?(?:bad|rejected)|rejected|down_?voted)$"
)
UNMARKED, GOOD, BAD, RATED_LOW = 0, 1, 2, 3
LOW = {"negative", "bad", "down", "thumbs_down", "poor", "dislike", "rejected", "-1", "false"}


def measure(batch: Batch) -> Measured:
    """Code each row's mark: none, good, bad, or a rating that looks low."""
    codes = np.zeros(len(batch), np.uint8)
    for index, one in enumerate(batch.conversations):
        if one.good is not None:
            codes[index] = GOOD if one.good else BAD
        elif one.meta and any(_low(key, value) for key, value in one.meta.items() if RATING.match(key)):
            codes[index] = RATED_LOW
    return {"marked-bad": codes}


def _low(key: str, value: object) -> bool:
    if isinstance(value, bool):
        return (
            value if "bad" in key.lower() or "reject" in key.lower() or "down" in key.lower() else not value
        )
    if isinstance(value, (int, float)):
        return value <= 0 or (key.lower() in {"rating", "stars", "quality"} and value == 1)
    return isinstance(value, str) and value.strip().lower() in LOW


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows marked bad, and rows whose rating looks low."""
    codes = data.column("marked-bad")
    bad, low = data.where(codes == BAD), data.where(codes == RATED_LOW)
    if bad:
        message = f"{share(len(bad), len(data))} hold an answer that is marked as bad (label false)"
        yield finding(CHECK, message, bad, severity="warning")
    if low:
        message = f"{share(len(low), len(data))} have a rating that looks like a bad answer"
        yield finding(CHECK, message, low, severity="warning", confidence="medium")


CHECK = Check(
    id="marked-bad",
    columns=("marked-bad",),
    spoils=True,
    title="An answer is marked as bad",
    detects="A label, tag or rating that calls the answer bad: `label: false`, `kto_tag: false`, the lowest rating.",
    matters="Supervised training takes every answer for a good one; these rows say that theirs is not.",
    remedy="Train with `--objective kto`, which learns from both kinds; `advisor plan` leaves answers labelled false out of supervised training.",
    tuned_model="It gives the answers that people rejected.",
    fires=Example(
        shows='{"prompt": …, "completion": "No idea.", "label": false}',
        rows=lambda: [
            {
                "prompt": f"Where is part {n}?",
                "completion": f"Part {n} is in drawer {n + 3}.",
                "label": n % 5 > 0,
            }
            for n in range(20)
        ],
    ),
    quiet=Example(shows="no labels", rows=lambda: [*good_rows(20), chat("Is the hub on?", "Yes, it is on.")]),
    judge=judge,
    measure=measure,
    harm=83,
)
