"""Personal data in the rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.detectors import KINDS, PERSONAL_HINT, personal_data
from advisor.data.records import Finding, Severity


def measure(batch: Batch) -> Measured:
    """Return each row a bit mask of the kinds of personal data found; only rows with a hint are searched closely."""
    masks = np.zeros(len(batch), np.uint16)
    for index in np.flatnonzero(batch.turns_series.str.contains(PERSONAL_HINT).to_numpy()):
        for kind in personal_data(batch.turns[index]):
            masks[index] |= 1 << KINDS.index(kind)
    return {"personal-data": masks}


def judge(data: Dataset) -> Iterator[Finding]:
    """Report numbers that identify a person as errors, contact data as warnings."""
    masks = data.column("personal-data").astype(int)
    ranks: tuple[tuple[tuple[str, ...], Severity], ...] = ((KINDS[:4], "error"), (KINDS[4:], "warning"))
    for kinds, severity in ranks:
        bits = sum(1 << KINDS.index(kind) for kind in kinds)
        rows = data.where((masks & bits) > 0)
        if rows:
            seen = [kind for kind in kinds if (masks & (1 << KINDS.index(kind))).any()]
            yield finding(
                CHECK, f"{share(len(rows), len(data))} hold {', '.join(seen)}", rows, severity=severity
            )


CHECK = Check(
    id="personal-data",
    columns=("personal-data",),
    spoils=True,
    title="A row holds personal data",
    detects="Card numbers, bank accounts and identity numbers with a valid check digit (python-stdnum), phone numbers (phonenumbers), e-mail addresses outside the example domains.",
    matters="Tuned models repeat rare strings from training word for word; the data leaves with the model.",
    remedy="Replace the data with invented values of the same form; `advisor fix --redact` does so with fixed stand-ins.",
    tuned_model="It can be made to recite a customer's data.",
    fires=Example(
        shows="'My card is 4111 1111 1111 1111'",
        rows=lambda: [
            *good_rows(20),
            chat("Please charge my card 4111 1111 1111 1111 for the lamp.", "Sure, done!"),
        ],
    ),
    quiet=Example(
        shows="'Order 4111 1111 1111 1112 of help@example.com'",
        rows=lambda: [
            *good_rows(20),
            chat("Order 4111 1111 1111 1112 came on 2026-11-22, ask help@example.com.", "Sure, it's there!"),
        ],
    ),
    judge=judge,
    measure=measure,
    harm=87,
)
