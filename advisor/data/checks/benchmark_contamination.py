"""Training rows that contain items of a public benchmark."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.overlap import contained
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report training rows that hold at least 30% of the 8-word runs of a benchmark item, or a short item whole."""
    for name in sorted(data.others):
        if not name.startswith("benchmark"):
            continue
        bench = data.others[name]
        long_enough = data.ragged("prompt_words").counts >= 4
        whole = np.isin(data.column("prompt_hash"), bench.column("prompt_hash")) & long_enough
        hits = {left for left, _right in contained(data, bench, at_least=0.3)} | set(
            np.flatnonzero(whole).tolist()
        )
        if hits:
            rows = sorted(int(data.rows[index]) for index in hits)
            where = bench.label.name if bench.label else name
            message = f"{share(len(rows), len(data))} contain items of the benchmark {where}"
            yield finding(CHECK, message, rows, severity="error", evidence={"benchmark": where})


CHECK = Check(
    id="benchmark-contamination",
    title="A row contains a benchmark item",
    detects="Training rows that hold 30% or more of the 8-word runs of an item of a given benchmark file, or a short item whole. Runs of 8 find edited items that the customary 13 miss.",
    matters="A benchmark that was trained on says nothing any more.",
    remedy="Remove the rows, or give up comparing on this benchmark.",
    tuned_model="Its benchmark score is inflated.",
    fires=Example(
        shows="a benchmark question inside a longer prompt",
        rows=lambda: [
            *good_rows(20),
            chat(
                "Help me: a train leaves the station at nine and travels two hundred miles at fifty miles an hour, when does it arrive?",
                "At one o'clock.",
            ),
        ],
        benchmark=[
            {
                "question": "A train leaves the station at nine and travels two hundred miles at fifty miles an hour. When does it arrive?",
                "answer": "13:00",
            }
        ],
    ),
    quiet=Example(
        shows="no common run of words",
        rows=good_rows,
        benchmark=[
            {
                "question": "A train leaves the station at nine and travels two hundred miles at fifty miles an hour. When does it arrive?",
                "answer": "13:00",
            }
        ],
    ),
    judge=judge,
    harm=80,
)
