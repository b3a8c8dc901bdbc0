"""Too few examples for the goal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows
from advisor.data.labels import is_label_task
from advisor.data.records import Finding
from advisor.data.usable import usable_rows

# Hosted tuning refuses fewer than ten rows; vendors see the first gains between 50 and 100 and advise to start at 50.
REFUSED, FIRST_GAINS = 10, 50
ENOUGH = {"style": 50, "format": 100, "classification": 200, "skill": 500}
PER_LABEL = 20


def judge(data: Dataset) -> Iterator[Finding]:
    """Compare the usable rows with what the goal needs."""
    usable = int(usable_rows(data).sum())
    goal = data.options.goal
    wanted = ENOUGH[goal] if goal else FIRST_GAINS
    if not len(data):
        return
    if usable < REFUSED:
        yield finding(
            CHECK,
            f"only {usable} usable rows: providers refuse fewer than {REFUSED}",
            [],
            severity="error",
            evidence={"usable": usable, "wanted": wanted},
        )
    elif usable < wanted:
        purpose = f"for {goal}" if goal else "before tuning shows first gains"
        yield finding(
            CHECK,
            f"{usable} usable rows; about {wanted} are wanted {purpose}",
            [],
            severity="warning",
            confidence="medium",
            evidence={"usable": usable, "wanted": wanted},
        )
    if is_label_task(data):
        _, counts = np.unique(data.column("answer_hash"), return_counts=True)
        short = int((counts < PER_LABEL).sum())
        if short and usable >= wanted:
            yield finding(
                CHECK,
                f"{short} of {len(counts)} labels have fewer than {PER_LABEL} rows",
                [],
                severity="note",
                confidence="medium",
            )


CHECK = Check(
    id="too-few-examples",
    title="There are too few examples",
    detects="Fewer usable rows (readable, not empty, not repeated, with something to learn) than providers accept, or than the goal needs: style 50, format 100, classification 200, skill 500.",
    matters="With so few rows the model memorises them, and an evaluation of the rest cannot tell better from worse.",
    remedy="Use the rows as few-shot examples now; collect more before tuning.",
    tuned_model="It recites, or does not change at all.",
    fires=Example(shows="8 rows", rows=lambda: good_rows(8)),
    quiet=Example(shows="60 rows", rows=good_rows),
    judge=judge,
    harm=89,
)
