"""Answers that speak as another vendor's model."""

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
from advisor.data.phrases import IDENTITY, any_of

PATTERN = any_of(IDENTITY)


def measure(batch: Batch) -> Measured:
    """Mark answers with a phrase in which a model speaks of itself."""
    return {"foreign-identity": batch.targets_lower.str.contains(PATTERN).to_numpy()}


CHECK = Check(
    id="foreign-identity",
    columns=("foreign-identity",),
    spoils=True,
    title="An answer speaks as another model",
    detects="'As an AI language model', 'I am ChatGPT', 'trained by OpenAI', 'my knowledge cutoff' and their like in about a dozen languages.",
    matters="The phrases come from the model that generated the data and break the voice and the name of yours.",
    remedy="Write the answer in your own voice, without the phrase.",
    tuned_model="It introduces itself as another company's product.",
    fires=Example(
        shows="'As an AI language model, I …'",
        rows=lambda: [
            *good_rows(20),
            chat("Which lamp do you like?", "As an AI language model, I don't have preferences."),
        ],
    ),
    quiet=Example(shows="'I'd go for the warm white one!'", rows=good_rows),
    judge=MarkedRows(
        "speak as a language model ('As an AI language model', 'trained by …', 'my knowledge cutoff')"
    ),
    measure=measure,
    harm=64,
)
