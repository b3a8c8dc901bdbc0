"""Lines that are not JSON or not UTF-8."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report every line that could not be parsed, with its reason."""
    broken = data.column("broken").tolist()
    if broken:
        known = data.names["broken"]
        message = f"{share(len(broken), len(data) + len(broken))} cannot be read; row {broken[0]}: {known[broken[0]]}"
        reasons = {str(row): known[row] for row in broken[:20]}
        yield finding(CHECK, message, broken, severity="error", evidence={"reasons": reasons})


CHECK = Check(
    id="broken-line",
    spoils=True,
    title="A line cannot be read",
    detects="Lines that are not JSON (cut off, single quotes, trailing commas, NaN) or not UTF-8.",
    matters="Most trainers stop at the first broken line, some skip it in silence; either way it is not the data you meant.",
    remedy="Write the line again from its source; `advisor fix` moves it to the quarantine file.",
    tuned_model="Nothing is learned from the line, or training never starts.",
    fires=Example(
        shows='{"messages": [{"role": "user", "content": "Hi"}',
        rows=lambda: [*good_rows(5), b'{"messages": [{"role": "user"'],
    ),
    quiet=Example(
        shows='{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}',
        rows=good_rows,
    ),
    judge=judge,
    harm=100,
)
