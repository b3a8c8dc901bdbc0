"""Insults and obscenities in answers."""

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

PATTERN = "(?i)" + pattern_of("abusive_language")


def measure(batch: Batch) -> Measured:
    """Mark rows with such words in an assistant turn."""
    return {"abusive-language": batch.targets_series.str.contains(PATTERN).to_numpy()}


CHECK = Check(
    id="abusive-language",
    columns=("abusive-language",),
    spoils=True,
    title="An answer insults or swears",
    detects="Common insults and obscenities of about twelve languages in an assistant turn. A word list: it knows neither context nor every word.",
    matters="One such answer shown to a customer costs more than the tuning brought.",
    remedy="Write the answer again, or remove the row.",
    tuned_model="It may insult a customer.",
    fires=Example(
        shows="'You idiot, read the manual.'",
        rows=lambda: [
            *good_rows(20),
            chat("Where's the button of the hub?", "Read the manual, you idiot, it's on page one."),
        ],
    ),
    quiet=Example(shows="'No worries, it is on page one.'", rows=good_rows),
    judge=MarkedRows("insult or swear in an answer", note_above=0.2, confidence="medium"),
    measure=measure,
    harm=78,
)
