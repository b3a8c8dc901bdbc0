"""Text damaged by a wrong encoding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.repair import damage_of

CODES = {"": 0, "misread": 1, "lost": 2}


def measure(batch: Batch) -> Measured:
    """Code each row: nothing, misread, or characters lost."""
    return {
        "mojibake": np.array(
            [CODES[_worst(turns, system)] for turns, system in zip(batch.turns, batch.systems, strict=True)],
            np.uint8,
        )
    }


def _worst(turns: str, system: str) -> str:
    if turns.isascii() and "?" not in turns and system.isascii():
        return ""
    return damage_of(turns) or damage_of(system)


def judge(data: Dataset) -> Iterator[Finding]:
    """Report misread and lost characters apart: only the first can be repaired."""
    codes = data.column("mojibake")
    for code, words in (
        (1, "hold text misread from UTF-8 (mojibake); it can be repaired"),
        (2, "hold characters that were lost in a conversion (� or ???)"),
    ):
        rows = data.where(codes == code)
        if rows:
            yield finding(CHECK, f"{share(len(rows), len(data))} {words}", rows, severity="error")


CHECK = Check(
    id="mojibake",
    columns=("mojibake",),
    spoils=True,
    title="Text is damaged by a wrong encoding",
    detects="Runs of characters that, encoded back, are valid UTF-8 (CafÃ©, â€™, РџСЂРё), the replacement character, and letters replaced by question marks.",
    matters="The tokens of damaged words have nothing to do with those of the real ones.",
    remedy="`advisor fix` repairs misread text; lost characters have to come from the source.",
    tuned_model="It writes damaged words itself.",
    fires=Example(
        shows="'The cafÃ© is closed'",
        rows=lambda: [*good_rows(20), chat("Is the cafÃ© lamp dimmable?", "Yes, itâ€™s dimmable.")],
    ),
    quiet=Example(
        shows="'The café is closed', 'Ça va ? Übergröße'",
        rows=lambda: [
            *good_rows(20),
            chat("Is the café lamp dimmable? Ça va ?", "Yes, it’s dimmable – até já, größer als Übergröße."),
        ],
    ),
    judge=judge,
    measure=measure,
    harm=79,
)
