"""Characters that nobody sees."""

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

# Joiners belong to Arabic, Indic and emoji text, so they count only between Latin or Cyrillic letters.
PATTERN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u2060\u00ad\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]|[\p{Latin}\p{Cyrillic}\p{Greek}\p{Han}][\u200b\u200c\u200d][\p{Latin}\p{Cyrillic}\p{Greek}\p{Han}]|\u200b{2,}|[\U000e0000-\U000e007f]"


def measure(batch: Batch) -> Measured:
    """Mark rows with invisible characters."""
    return {"control-characters": batch.turns_series.str.contains(PATTERN).to_numpy()}


CHECK = Check(
    id="control-characters",
    columns=("control-characters",),
    title="Invisible characters in the text",
    detects="Control characters, zero-width characters inside words, soft hyphens, direction overrides, private-use and tag characters.",
    matters="They split words into tokens the model has hardly seen, and can hide instructions.",
    remedy="`advisor fix` takes them out.",
    tuned_model="It meets words it does not recognise and may print invisible characters.",
    fires=Example(
        shows="'pass\\u200bword'",
        rows=lambda: [
            *good_rows(20),
            chat("How do I change the pass\u200bword?", "In the app, under Account."),
        ],
    ),
    quiet=Example(shows="'password'", rows=good_rows),
    judge=MarkedRows("hold control, zero-width or direction-override characters"),
    measure=measure,
    harm=47,
)
