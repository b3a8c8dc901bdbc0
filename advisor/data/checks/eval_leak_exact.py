"""Training rows that are in the evaluation file word for word."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report training rows whose turns, or whose prompt of four words and more, are in the evaluation file."""
    held_out = data.others.get("eval")
    if held_out is None or not len(data):
        return
    whole = np.isin(data.column("turns_hash"), held_out.column("turns_hash"))
    long_enough = data.ragged("prompt_words").counts >= 4
    asked = np.isin(data.column("context_hash"), held_out.column("context_hash")) & long_enough
    rows = data.where(whole | asked)
    if rows:
        same = int(whole.sum())
        message = f"{share(len(rows), len(data))} are in the evaluation file too: {same} with the answer, {len(rows) - same} with the prompt only"
        yield finding(
            CHECK, message, rows, severity="error", evidence={"eval_rows": _matches(data, held_out)}
        )


def _matches(data: Dataset, held_out: Dataset) -> list[int]:
    same = np.isin(held_out.column("turns_hash"), data.column("turns_hash")) | np.isin(
        held_out.column("context_hash"), data.column("context_hash")
    )
    return held_out.where(same)[:100]


CHECK = Check(
    id="eval-leak-exact",
    title="A training row is in the evaluation file",
    detects="Training rows whose turns or prompt equal those of an evaluation row, case, punctuation and white space aside.",
    matters="The score on such a row measures memory, not skill; a leaked evaluation always looks better than production.",
    remedy="Remove the row from training, or split again with `advisor split`.",
    tuned_model="It recites the answer in the evaluation and fails on the next customer.",
    fires=Example(
        shows="row 7 of train.jsonl is row 1 of eval.jsonl", rows=good_rows, eval=good_rows(8)[6:8]
    ),
    quiet=Example(shows="eval rows about other matters", rows=lambda: good_rows(40), eval=good_rows(60)[50:]),
    judge=judge,
    harm=98,
)
