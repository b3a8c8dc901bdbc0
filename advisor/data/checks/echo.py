"""Answers that are the prompt again."""

from __future__ import annotations

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import (
    Check,
    Example,
    MarkedRows,
    Measured,
    chat,
    good_rows,
)


def measure(batch: Batch) -> Measured:
    """Mark answers that equal the prompt, or open with all of it."""
    return {
        "echo": np.array(
            [
                _echoes(ask.strip().lower(), answer.strip().lower())
                for ask, answer in zip(batch.prompts, batch.answers, strict=True)
            ],
            bool,
        )
    }


def _echoes(ask: str, answer: str) -> bool:
    if len(ask) < 12 or not answer:
        return False
    return (
        answer == ask
        or (len(ask) >= 20 and answer.startswith(ask))
        or (len(answer) >= 20 and ask.startswith(answer) and len(answer) > 0.8 * len(ask))
    )


CHECK = Check(
    id="echo",
    columns=("echo",),
    quarantines=True,
    spoils=True,
    title="The answer repeats the prompt",
    detects="Answers that equal the prompt or open with the whole of it, where most rows do not.",
    matters="Such rows come from a column mix-up or a failed generation and teach parroting.",
    remedy="Fetch the real answer, or take the echoed prompt off its front.",
    tuned_model="It repeats the question before, or instead of, answering.",
    fires=Example(
        shows="'How do I reset the hub?' answered with 'How do I reset the hub?'",
        rows=lambda: [
            *good_rows(30),
            chat("How do I reset the hub in my office?", "How do I reset the hub in my office?"),
        ],
    ),
    quiet=Example(shows="'How do I reset the hub?' answered with 'Hold the button.'", rows=good_rows),
    judge=MarkedRows("answer with the prompt itself", at_most=0.5),
    measure=measure,
    harm=66,
)
