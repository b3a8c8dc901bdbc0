"""Forms that Advisor reads and a stricter reader refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding, Severity

FILE: dict[str, tuple[str, Severity]] = {
    "byte-order-mark": ("the file begins with a byte order mark, at which many JSON readers stop", "warning"),
    "crlf": ("the lines end with CR and LF, as on Windows", "note"),
    "not-json-lines": ("the file is not JSON Lines, which most trainers and services ask for", "note"),
}
ROWS: dict[str, tuple[str, Severity]] = {
    "messages-as-string": ("hold their messages as a JSON text instead of a list", "warning"),
    "tools-as-string": ("hold their tools as a JSON text instead of a list", "note"),
    "role-spelling": ("spell a role in another way than the format does (capitals, blanks)", "warning"),
}
UNUSUAL = re.compile("[\u2028\u2029\u0085]")
NO_BREAK = re.compile("[\u00a0\u202f]")


def measure(batch: Batch) -> Measured:
    """Mark rows with line separators (2) or no-break spaces (1) in their text."""
    return {"unusual-space": np.fromiter(map(_unusual, batch.turns), np.uint8, len(batch))}


def _unusual(text: str) -> int:
    if text.isascii():
        return 0
    return 2 if UNUSUAL.search(text) else int(NO_BREAK.search(text) is not None)


def judge(data: Dataset) -> Iterator[Finding]:
    """Report what of the file's form, then what of its rows, only a lenient reader takes."""
    for mark in data.lenient:
        words, severity = FILE[mark]
        yield finding(CHECK, words, [], severity=severity, evidence={"form": mark})
    for mark, (words, severity) in ROWS.items():
        rows = data.column(f"lenient:{mark}").tolist()
        if rows:
            yield finding(
                CHECK,
                f"{share(len(rows), len(data))} {words}",
                rows,
                severity=severity,
                evidence={"form": mark},
            )
    spaces = data.column("unusual-space")
    for code, words in ((2, "line separators (U+2028, U+2029, U+0085)"), (1, "no-break spaces")):
        rows = data.where(spaces == code)
        # Languages that set a no-break space before a mark have it everywhere; a few of them were pasted.
        if rows and (code == 2 or len(rows) <= 0.3 * len(data)):
            yield finding(
                CHECK, f"{share(len(rows), len(data))} hold {words} in their text", rows, severity="note"
            )


CHECK = Check(
    id="plain-form",
    columns=("unusual-space",),
    title="Only a lenient reader takes this form",
    detects="A byte order mark, CRLF line ends, another container than JSON Lines, messages or tools as JSON text, roles with capitals or blanks, line separators and no-break spaces in the text.",
    matters="What one program reads the next refuses or reads otherwise; readers that split at every Unicode line break cut such rows in two.",
    remedy="Write the plain form with `advisor fix`, which also counts what it changed.",
    tuned_model="None where the trainer reads the file; otherwise the training does not start, or leaves rows out.",
    fires=Example(
        shows='{"messages": [{"role": "Assistant", …}]}',
        rows=lambda: [
            *good_rows(20),
            {
                "messages": [
                    {"role": "user", "content": "Is the hub on?"},
                    {"role": "Assistant ", "content": "Yes, the hub is on."},
                ]
            },
        ],
    ),
    quiet=Example(
        shows='{"messages": [{"role": "assistant", …}]}',
        rows=lambda: [*good_rows(20), chat("Is the hub on?", "Yes, the hub is on.")],
    ),
    judge=judge,
    measure=measure,
    harm=30,
)
