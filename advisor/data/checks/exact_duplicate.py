"""The same row more than once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows equal to an earlier one, case, punctuation and white space aside."""
    hashes = data.column("turns_hash")
    if not len(hashes):
        return
    _, first, back = np.unique(hashes, return_index=True, return_inverse=True)
    originals = first[back]
    again = (originals != np.arange(len(hashes))) & (hashes != 0)
    if not again.any():
        return
    # All members are named, for which of them is the copy no file can tell.
    rows = data.where(np.isin(originals, originals[again]))
    pairs = [
        (int(data.rows[originals[index]]), int(data.rows[index])) for index in np.flatnonzero(again)[:20]
    ]
    example = f"row {pairs[0][1]} repeats row {pairs[0][0]}"
    distinct = len(rows) - int(again.sum())
    examples = "one example" if distinct == 1 else f"{distinct:,} different examples"
    message = f"{share(len(rows), len(data))} are {examples} written more than once ({example})"
    yield finding(CHECK, message, rows, severity="warning", evidence={"pairs": pairs})


CHECK = Check(
    id="exact-duplicate",
    title="A row occurs more than once",
    detects="Rows whose turns equal those of an earlier row, apart from case, punctuation and white space.",
    matters="A duplicate is one example with twice the weight; across a split it leaks the answer into the evaluation.",
    remedy="Keep one; `advisor fix` removes exact repeats and lists them in its diff.",
    tuned_model="It recites the repeated answers.",
    fires=Example(shows="the same row at 3 and at 41", rows=lambda: [*good_rows(40), good_rows(3)[2]]),
    quiet=Example(shows="40 different rows", rows=lambda: good_rows(40)),
    judge=judge,
    harm=60,
)
