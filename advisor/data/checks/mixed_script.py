"""Words put together from letters of two alphabets that look alike."""

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
from advisor.data.searching import found, not_ascii

# Two Latin and two other letters or more in one word; a unit or a name such as "μm" or "Tшка" has fewer.
PATTERN = r"[A-Za-z]{2}[Ѐ-ӿͰ-Ͽ]|[Ѐ-ӿͰ-Ͽ]{2}[A-Za-z]|[A-Za-z][Ѐ-ӿͰ-Ͽ][A-Za-z]|[Ѐ-ӿͰ-Ͽ][A-Za-z][Ѐ-ӿͰ-Ͽ]"


def measure(batch: Batch) -> Measured:
    """Mark rows with such a word in any turn."""
    return {"mixed-script": found(batch.turns_series, PATTERN, not_ascii(batch.turns_series))}


CHECK = Check(
    id="mixed-script",
    columns=("mixed-script",),
    spoils=True,
    title="A word mixes two alphabets",
    detects="Words that mix Cyrillic or Greek letters with Latin ones: look-alikes from scanned pages, filters evaded on purpose, slips of the keyboard layout.",
    matters="Such a word looks right and shares no token with the real one.",
    remedy="Replace the odd letters by those of the word's own alphabet.",
    tuned_model="It writes words that no search finds.",
    fires=Example(
        shows="'passwоrd' with a Cyrillic о",
        rows=lambda: [
            *good_rows(20),
            chat("How do I sign in?", "Type your passw\u043erd and tap the arrow."),
        ],
    ),
    quiet=Example(
        shows="'USB-кабель', '5 μm'",
        rows=lambda: [
            *good_rows(20),
            chat("Which cable?", "A USB-\u043a\u0430\u0431\u0435\u043b\u044c, 5 \u03bcm thin."),
        ],
    ),
    judge=MarkedRows(
        "hold words that mix Latin with Cyrillic or Greek letters", at_most=0.3, confidence="medium"
    ),
    measure=measure,
    harm=53,
)
