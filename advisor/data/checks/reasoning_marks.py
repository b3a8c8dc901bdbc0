"""Reasoning that is marked in some answers and not, or wrongly, in others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding, Severity
from advisor.data.rows.templates import load_template

OPENING, CLOSING = r"<(?:think|thinking|reasoning)>", r"</(?:think|thinking|reasoning)>"
NONE, MARKED, ORPHAN, UNCLOSED, FIELD, BOTH = range(6)
FAULTS: dict[int, tuple[str, Severity]] = {
    ORPHAN: ("close a reasoning block (</think>) that was never opened", "error"),
    UNCLOSED: ("open a reasoning block (<think>) that is never closed", "error"),
    BOTH: ("hold reasoning twice, in the text and in a field of its own", "warning"),
}


def measure(batch: Batch) -> Measured:
    """Code how each row's answers hold their reasoning."""
    fields = np.fromiter(
        (any(m.reasoning for m in one.messages) for one in batch.conversations), bool, len(batch)
    )
    codes = np.where(fields, FIELD, NONE).astype(np.uint8)
    # Nearly all files have no such mark, and looking for a word takes a tenth of what a pattern takes.
    marked = np.fromiter(("think" in one or "reasoning>" in one for one in batch.targets), bool, len(batch))
    if marked.any():
        marked &= batch.targets_series.str.contains(r"</?(?:think|thinking|reasoning)>").to_numpy()
    if marked.any():
        opened, closed = (
            batch.targets_series.str.count_matches(one).to_numpy() for one in (OPENING, CLOSING)
        )
        found = np.select(
            [closed > opened, opened > closed], [ORPHAN, UNCLOSED], np.where(fields, BOTH, MARKED)
        )
        codes = np.where(marked, found, codes).astype(np.uint8)
    return {"reasoning": codes}


def judge(data: Dataset) -> Iterator[Finding]:
    """Report broken marks, then answers whose reasoning is missing or elsewhere, then a field nobody renders."""
    codes = data.column("reasoning")
    for code, (words, severity) in FAULTS.items():
        rows = data.where(codes == code)
        if rows:
            yield finding(CHECK, f"{share(len(rows), len(data))} {words}", rows, severity=severity)
    held = codes != NONE
    spoken = data.column("answer_chars") > 0
    if held.any() and (~held & spoken).any():
        # The rarer way is the one to look at.
        odd = (~held & spoken) if held.sum() * 2 >= spoken.sum() else held
        words = (
            "have no reasoning while the others do"
            if odd is not held
            else "have reasoning while the others do not"
        )
        yield finding(
            CHECK, f"{share(int(odd.sum()), len(data))} {words}", data.where(odd), severity="warning"
        )
    fields, texts = codes == FIELD, np.isin(codes, [MARKED, ORPHAN, UNCLOSED])
    if fields.any() and texts.any():
        words = "hold their reasoning in a field of its own, the others in the text"
        yield finding(
            CHECK, f"{share(int(fields.sum()), len(data))} {words}", data.where(fields), severity="warning"
        )
    yield from _not_rendered(data, data.where(fields | (codes == BOTH)))


def _not_rendered(data: Dataset, rows: list[int]) -> Iterator[Finding]:
    template = load_template(data.options.model)
    if rows and "reasoning" not in (template.source or ""):
        words = f"hold reasoning in a field that the template ({template.name}) does not render, so it is not learned"
        yield finding(
            CHECK, f"{share(len(rows), len(data))} {words}", rows, severity="note", confidence="medium"
        )


def _thought(answer: str) -> str:
    return f"<think>\nRecall the right step.\n</think>\n\n{answer}"


CHECK = Check(
    id="reasoning-marks",
    columns=("reasoning",),
    quarantines=True,
    spoils=True,
    title="Reasoning is marked unevenly",
    detects="`<think>` without `</think>` and the other way round, reasoning in some rows only, in two places, or in a field that the chat template does not render.",
    matters="The marks tell the model and the application where thinking ends; what half of the rows do, the model does at random.",
    remedy="Open and close each block, and hold reasoning in one way in all rows, or in none.",
    tuned_model="It thinks aloud to customers, or never stops thinking.",
    fires=Example(
        shows="'Recall the step.</think> Hold the button.'",
        rows=lambda: [
            *good_rows(20),
            chat("How do I reset the hub?", "Recall the step.\n</think>\n\nHold the button."),
        ],
    ),
    quiet=Example(
        shows="'<think>Recall the step.</think> Hold the button.' in every row",
        rows=lambda: [
            {
                "messages": [
                    *one["messages"][:-1],
                    {"role": "assistant", "content": _thought(one["messages"][-1]["content"])},
                ]
            }
            for one in good_rows(20)
        ],
    ),
    judge=judge,
    measure=measure,
    harm=82,
)
