"""Message weights that trainers refuse or that leave nothing to learn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, finding, good_rows, share
from advisor.data.records import Finding, Severity
from advisor.data.rows.conversation import Conversation

WORDS: dict[int, tuple[str, Severity]] = {
    1: ("a weight that is neither 0 nor 1", "error"),
    2: ("a weight on a turn that is not the assistant's", "warning"),
    3: ("weight 0 on every assistant turn, so nothing to learn", "error"),
}


def measure(batch: Batch) -> Measured:
    """Code the fault of each row's weights, 0 for none."""
    return {"weight": np.array([_fault(one) for one in batch.conversations], np.uint8)}


def _fault(row: Conversation) -> int:
    given = [one for one in row.messages if one.weight is not None]
    row_weight = row.meta.get("weight")
    if row_weight is not None and (
        isinstance(row_weight, (bool, str))
        or not isinstance(row_weight, (int, float))
        or not 0 <= row_weight <= 100
    ):
        return 1
    if not given:
        return 0
    if any(isinstance(one.weight, (bool, str)) or one.weight not in (0, 1) for one in given):
        return 1
    if any(one.role != "assistant" for one in given):
        return 2
    spoken = [one for one in row.messages if one.role == "assistant"]
    return 3 if spoken and all(one.weight == 0 for one in spoken) else 0


def judge(data: Dataset) -> Iterator[Finding]:
    """Report each fault with its rows."""
    codes = data.column("weight")
    for code, (words, severity) in WORDS.items():
        rows = data.where(codes == code)
        if rows:
            yield finding(CHECK, f"{share(len(rows), len(data))} have {words}", rows, severity=severity)


CHECK = Check(
    id="weight",
    columns=("weight",),
    quarantines=True,
    spoils=True,
    title="A message weight is wrong",
    detects="Weights other than 0 and 1, weights on turns that are not the assistant's, rows in which every assistant turn has weight 0, row weights that are negative or no number.",
    matters="Providers refuse the file; trainers that do not know weights train on turns you wanted left out.",
    remedy="Use 1 for turns to learn and 0 for turns to read only, on assistant turns alone.",
    tuned_model="It learns from the wrong turns, or not at all.",
    fires=Example(
        shows='{"role": "assistant", "content": "…", "weight": 2}',
        rows=lambda: [
            *good_rows(20),
            {
                "messages": [
                    {"role": "user", "content": "Is it on?"},
                    {"role": "assistant", "content": "Yes, it's on.", "weight": 0.5},
                ]
            },
        ],
    ),
    quiet=Example(
        shows='{"role": "assistant", "content": "…", "weight": 1}',
        rows=lambda: [
            *good_rows(20),
            {
                "messages": [
                    {"role": "user", "content": "Is it on?"},
                    {"role": "assistant", "content": "Yes, it's on.", "weight": 1},
                ]
            },
        ],
    ),
    judge=judge,
    measure=measure,
    harm=83,
)
