"""Answers in capitals, or with long runs of one character."""

from __future__ import annotations

import numpy as np

from advisor.data.batch import Batch
from advisor.data.characters import CLASSES
from advisor.data.checks.contract import (
    Check,
    Example,
    MarkedRows,
    Measured,
    chat,
    good_rows,
)

# Rust's expressions have no back-references, so the characters that people lean on are named.
RUN = (
    r"!{4,}|\?{4,}|！{3,}|？{3,}|[!?]{5,}|"
    + "|".join(f"{letter}{{6,}}" for letter in "aehioumxyz")
    + "|а{6,}|哈{6,}|啊{5,}"
)
FEWEST_LETTERS = 12


def measure(batch: Batch) -> Measured:
    """Mark answers whose letters are nearly all capitals, or that hold a run of one character."""
    counts = batch.answer_classes
    lower, upper = (counts[:, CLASSES.index(name)] for name in ("lower", "upper"))
    loud = (upper >= FEWEST_LETTERS) & (upper >= 0.8 * (upper + lower))
    run = batch.targets_lower.str.contains(RUN).to_numpy()
    return {"shouting": np.asarray(loud | run)}


CHECK = Check(
    id="shouting",
    columns=("shouting",),
    title="An answer shouts",
    detects="Answers written in capitals, and runs of one mark or letter ('!!!!!', 'aaaaaaaa'), where the others have none.",
    matters="Capitals have tokens of their own, and the manner spreads: it is easier to learn than what the answers say.",
    remedy="Write the answer in the usual way.",
    tuned_model="It shouts at customers now and then.",
    fires=Example(
        shows="'HOLD THE BUTTON FOR FIVE SECONDS!!!!!'",
        rows=lambda: [
            *good_rows(20),
            chat("How do I reset the hub?", "HOLD THE BUTTON FOR FIVE SECONDS."),
            chat("And the lamp?", "Just hold it too!!!!!!"),
        ],
    ),
    quiet=Example(shows="'Hold the button on the HUB for five seconds!'", rows=good_rows),
    judge=MarkedRows("answer in capitals or lean on one key ('!!!!!')", at_most=0.2, confidence="medium"),
    measure=measure,
    harm=45,
)
