"""Preference pairs that differ in length only, taken together."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.checks.contract import Check, Dataset, Example, finding, share
from advisor.data.records import Finding

ALWAYS = 0.9


def judge(data: Dataset) -> Iterator[Finding]:
    """Report files in which the longer (or shorter) answer is the chosen one nearly always."""
    pairs = data.column("is-pair").astype(bool)
    chosen, rejected = data.column("chosen-words").astype(float), data.column("rejected-words").astype(float)
    if pairs.sum() < 20:
        return
    # A word more or less is no difference in length.
    longer = pairs & (chosen > 1.2 * rejected)
    shorter = pairs & (rejected > 1.2 * chosen)
    for flags, word in ((longer, "longer"), (shorter, "shorter")):
        if flags.sum() >= ALWAYS * pairs.sum():
            yield finding(
                CHECK,
                f"{share(int(flags.sum()), int(pairs.sum()))} choose the {word} answer",
                [],
                severity="warning",
                confidence="medium",
            )


def _pairs(longer: bool) -> list[dict[str, str]]:
    short, long = (
        "It dims the light for device {}.",
        "With device {} you can dim the light, and you can set it from the app or by voice as well.",
    )
    rows = []
    for index in range(30):
        one, other = (long, short) if longer or index % 2 else (short, long)
        rows.append(
            {
                "prompt": f"What does device {index} do?",
                "chosen": one.format(index),
                "rejected": other.format(index + 100),
            }
        )
    return rows


CHECK = Check(
    id="preference-length",
    title="Preference follows length",
    detects="Preference files in which the chosen answer is clearly longer (or shorter) in nine pairs of ten.",
    matters="Length is the easiest difference to learn, so nothing else is.",
    remedy="Balance the lengths of chosen and rejected answers.",
    tuned_model="Its answers grow longer and no better.",
    fires=Example(
        shows="the chosen answer has three times the words in every pair", rows=lambda: _pairs(True)
    ),
    quiet=Example(shows="the longer answer is chosen half of the time", rows=lambda: _pairs(False)),
    judge=judge,
    harm=59,
)
