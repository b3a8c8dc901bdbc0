"""Labels that are much rarer or more frequent than the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, share
from advisor.data.labels import LONGEST_LABEL, is_label_task
from advisor.data.records import Finding

MAJORITY, RATIO, FEW = 0.8, 10.0, 10


def measure(batch: Batch) -> Measured:
    """Hash the answers that are short enough to be labels, as they are written."""
    return {
        "label": batch.name(
            "label", (text.strip() if len(text) <= LONGEST_LABEL else "" for text in batch.targets)
        )
    }


def judge(data: Dataset) -> Iterator[Finding]:
    """Report a majority label, and labels with under a tenth of the largest one's rows."""
    if not is_label_task(data):
        return
    labels, plain = data.column("label"), data.column("answer_hash")
    values, firsts, counts = np.unique(plain, return_index=True, return_counts=True)
    order = np.argsort(-counts)
    names = data.names.get("label", {})
    table = {names.get(int(labels[firsts[at]]), "?"): int(counts[at]) for at in order[:30]}
    top, total = int(counts.max()), len(data)
    largest = next(iter(table))
    if len(values) > 1 and top >= MAJORITY * total:
        yield finding(
            CHECK,
            f"{share(top, total)} carry the label '{largest}'",
            [],
            severity="warning",
            evidence={"labels": table},
        )
        return
    rare = values[(counts < top / RATIO) & (counts >= 1)]
    if len(rare) and total >= 30:
        rows = data.where(np.isin(plain, rare))
        message = f"{len(rare)} labels have under a tenth of the rows of '{largest}' ({top:,})"
        yield finding(
            CHECK, message, rows, severity="warning", confidence="medium", evidence={"labels": table}
        )


CHECK = Check(
    id="label-imbalance",
    columns=("label",),
    title="Labels are very unevenly represented",
    detects="One label in 80% of the rows or more, or labels with under a tenth of the largest one's rows.",
    matters="Guessing the frequent label is right most of the time, so the rare ones are not learned.",
    remedy="Collect rows of the rare labels, or thin out the frequent one, until the ratio is under ten.",
    tuned_model="It answers with the frequent label when in doubt.",
    fires=Example(
        shows="90 x billing, 5 x outage, 5 x sales",
        rows=lambda: [
            chat(
                f"Ticket {index}: a question about item {index % 7}",
                "billing" if index < 54 else ("outage", "sales")[index % 2],
            )
            for index in range(60)
        ],
    ),
    quiet=Example(
        shows="20 x billing, 20 x outage, 20 x sales",
        rows=lambda: [
            chat(
                f"Ticket {index}: a question about item {index % 7}",
                ("billing", "outage", "sales")[index % 3],
            )
            for index in range(60)
        ],
    ),
    judge=judge,
    measure=measure,
    harm=58,
)
