"""Preference pairs whose two answers are the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch, hashes_of
from advisor.data.checks.contract import Check, Dataset, Example, Measured, finding, share
from advisor.data.records import Finding
from advisor.data.words import word_hashes

EQUAL, LONGER_ONLY = 1, 2


def measure(batch: Batch) -> Measured:
    """Code pairs that are equal (1) or of which one is the other with words added (2), and return both lengths."""
    rejected = [one.rejected or "" for one in batch.conversations]
    is_pair = np.array([one.rejected is not None for one in batch.conversations], bool)
    if not is_pair.any():
        none = np.zeros(len(batch), np.uint32)
        return {
            "preference": none.astype(np.uint8),
            "is-pair": is_pair,
            "chosen-words": none,
            "rejected-words": none,
        }
    equal = is_pair & (hashes_of(batch.answers) == hashes_of(rejected))
    contains = np.zeros(len(batch), bool)
    lost = word_hashes(rejected)
    for index in np.flatnonzero(is_pair & ~equal):
        contains[index] = _within(batch.answer_words[int(index)].tolist(), lost[int(index)].tolist())
    return {
        "preference": np.where(equal, EQUAL, np.where(contains, LONGER_ONLY, 0)).astype(np.uint8),
        "is-pair": is_pair,
        "chosen-words": batch.answer_words.counts.astype(np.uint32),
        "rejected-words": lost.counts.astype(np.uint32),
    }


def _within(one: list[int], other: list[int]) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) < 3 or len(short) == len(long):
        return False
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def judge(data: Dataset) -> Iterator[Finding]:
    """Report pairs without a preference in them."""
    codes = data.column("preference")
    equal, padded = data.where(codes == EQUAL), data.where(codes == LONGER_ONLY)
    if equal:
        yield finding(
            CHECK, f"{share(len(equal), len(data))} prefer an answer to itself", equal, severity="error"
        )
    if padded:
        yield finding(
            CHECK,
            f"{share(len(padded), len(data))} prefer an answer to the same answer with words added or left out",
            padded,
            severity="warning",
        )


def _pairs(rejected: str) -> list[dict[str, str]]:
    good = [
        {
            "prompt": f"Describe device {index}.",
            "chosen": f"Device {index} is a small lamp for the desk.",
            "rejected": f"No idea about number {index}, look it up.",
        }
        for index in range(15)
    ]
    return [
        *good,
        {"prompt": "Describe the hub.", "chosen": "The hub joins all devices at home.", "rejected": rejected},
    ]


CHECK = Check(
    id="preference-equal",
    columns=("chosen-words", "is-pair", "preference", "rejected-words"),
    quarantines=True,
    title="A preference pair holds no preference",
    detects="Chosen and rejected answers that are equal, or of which one is the other with words added before or after.",
    matters="Equal pairs give no gradient; padded ones teach length instead of quality.",
    remedy="Drop equal pairs; write a rejected answer that is worse, not shorter.",
    tuned_model="It learns nothing from the pair, or only to write more.",
    fires=Example(
        shows='"chosen": "The hub joins all devices.", "rejected": "The hub joins all devices."',
        rows=lambda: _pairs("The hub joins all devices at home."),
    ),
    quiet=Example(
        shows='"rejected": "No idea, look it up."', rows=lambda: _pairs("It is a thing with a plug.")
    ),
    judge=judge,
    measure=measure,
    harm=81,
)
