"""Measurements of a judge in, its faults by name and a sentence out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from advisor.evaluate.records import Fault, Score

CONSTANT = 0.95
"""From this share of one and the same word on, a judge is constant."""
ALLOWED_BIAS = 0.1
"""Biases whose interval lies beyond this many tenths are faults; smaller ones are printed."""
LEAST_AGREEMENT = 0.4
"""AC1 with people below which a judge does not speak for them (moderate agreement)."""
LEAST_RIGHT = 0.6
"""Share right, where the better answer is known, below which a judge is taken for noise."""
FEWEST_PAIRS = 10


def faults_of(
    found: Mapping[str, Score | None], people: Score | None, constant: str | None, readable: float
) -> tuple[Fault, ...]:
    """Return the faults that measurements show.

    Args:
        found: ``known``, ``position``, ``length`` and ``family``; null where too few pairs tell.
        people: Agreement with people.
        constant: The word that the judge says nearly always.
        readable: Share of its answers that could be read.
    """
    known = found["known"]
    checks: dict[Fault, bool] = {
        "constant": constant is not None,
        "position": constant is None and _beyond(found["position"]),
        "length": _beyond(found["length"]),
        "family": _beyond(found["family"]),
        "noise": known is not None and (known.low <= 0.5 or known.value < LEAST_RIGHT),
        "unreadable": readable < CONSTANT,
        "disagrees with people": people is not None and people.value < LEAST_AGREEMENT,
        "unknown": known is None and people is None,
    }
    return tuple(name for name, there in checks.items() if there)


def _beyond(score: Score | None) -> bool:
    # A bias is a fault when it is both shown (its interval leaves 0 out) and large enough to matter.
    return score is not None and abs(score.value) > ALLOWED_BIAS and not score.low <= 0 <= score.high


class Wording(NamedTuple):
    """What a judge of one kind may do and what its biases are called; of two words the second is for the other way."""

    may: str
    right_on: str
    position: tuple[str, str]
    length: tuple[str, str]


PAIRS = Wording(
    "may judge, in both orders",
    "the pairs whose better answer is known",
    ("prefers the answer shown first", "prefers the answer shown second"),
    ("prefers the longer answer", "prefers the shorter answer"),
)
GRADES = Wording(
    "may grade single answers",
    "the known answers: it grades the wanted one above a wrong one",
    ("grades higher where the wanted answer comes first", "grades higher where the wanted answer comes last"),
    (
        "grades a wrong answer higher once empty words are added",
        "grades an answer lower once words are added",
    ),
)


def sentence_of(
    judge: str,
    faults: tuple[Fault, ...],
    constant: str | None,
    found: Mapping[str, Score | None],
    wording: Wording = PAIRS,
) -> str:
    """Return whether a judge may judge and why not, as a sentence."""
    if not faults:
        known = found["known"]
        right = "" if known is None else f": right on {100 * known.value:.0f}% of {wording.right_on}"
        return f"{judge} {wording.may}{right}"
    told = {
        "constant": f"it says '{constant}' nearly always",
        "position": _told(found["position"], *wording.position),
        "length": _told(found["length"], *wording.length),
        "family": _told(
            found["family"], "prefers answers of its own family", "prefers answers of other families"
        ),
        "noise": "it is not shown to be better than chance where the better answer is known",
        "unreadable": "too many of its answers cannot be read",
        "disagrees with people": "it does not agree with people",
        "unknown": f"nothing shows that it is right: give at least {FEWEST_PAIRS} pairs whose better answer is known",
    }
    named = "a constant judge: " if constant else ""
    return f"{judge} is refused: {named}" + "; ".join(told[name] for name in faults)


def _told(score: Score | None, more: str, less: str) -> str:
    return (
        "" if score is None else f"it {more if score.value > 0 else less} ({100 * score.value:+.0f} points)"
    )
