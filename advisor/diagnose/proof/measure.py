"""How far an answer is from what people mind: a score between 0 and 1 for each answer, made from the training answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from advisor.diagnose.records import Complaint
from advisor.evaluate.scorers.contract import Row
from advisor.evaluate.scorers.refusal import refuses
from advisor.evaluate.scorers.register import in_register
from advisor.evaluate.scorers.wording import words

LONG: Final = 95
"""Percentile of the training answers' lengths above which an answer is too long."""
MOST_REFERENCES: Final = 2_000
Score = Callable[[Sequence[str], Sequence[str]], list[float]]
"""Answers and training answers (the suspected ones left out) in, one score for each answer out."""


def voice(answers: Sequence[str], references: Sequence[str]) -> list[float]:
    """Score the style of each answer: half features of style, half turns of phrase that training uses."""
    rows = [
        Row(answers[at] if at < len(answers) else "", (references[at % len(references)],))
        for at in range(max(len(answers), len(references)))
    ]
    style = in_register(rows, None)[: len(answers)]
    return [(one + two) / 2 for one, two in zip(style, phrasing(answers, references), strict=True)]


def phrasing(answers: Sequence[str], references: Sequence[str]) -> list[float]:
    """Score the share of an answer's word pairs that occur in the training answers."""
    known = {pair for text in references for pair in _pairs(text)}
    return [
        float(np.mean([pair in known for pair in pairs])) if (pairs := _pairs(one)) else 0.0
        for one in answers
    ]


def _pairs(text: str) -> list[tuple[str, str]]:
    said = words(text)
    return list(itertools.pairwise(said))


def not_refused(answers: Sequence[str], _references: Sequence[str]) -> list[float]:
    """Score 1 where an answer does not refuse."""
    return [float(not refuses(one)) for one in answers]


def not_too_long(answers: Sequence[str], references: Sequence[str]) -> list[float]:
    """Score 1 up to the usual length of the training answers, and less the longer an answer is."""
    usual = max(1.0, float(np.percentile([len(words(one)) for one in references], LONG)))
    return [min(1.0, usual / max(1, len(words(one)))) for one in answers]


MEASURES: Final[dict[Complaint, tuple[str, Score]]] = {
    "tone": ("closeness to the voice of the training answers", voice),
    "format": ("closeness to the voice of the training answers", voice),
    "other": ("closeness to the voice of the training answers", voice),
    "facts": ("share of word pairs that the training answers use", phrasing),
    "refuses": ("share of answers that do not refuse", not_refused),
    "too long": ("shortness against the training answers", not_too_long),
}


def scores(
    answers: Sequence[str], labels: Sequence[str | None], references: Sequence[str]
) -> tuple[list[float], str]:
    """Score answers by what people mind in each of them; return the scores and what they measure.

    A sample that nobody labelled is measured by its voice.
    """
    kinds = [label if label in MEASURES else "tone" for label in labels]
    found = np.zeros(len(answers))
    for kind in set(kinds):
        at = [index for index, one in enumerate(kinds) if one == kind]
        found[at] = MEASURES[kind][1]([answers[index] for index in at], list(references)[:MOST_REFERENCES])  # type: ignore[index]
    named = sorted({MEASURES[kind][0] for kind in kinds})  # type: ignore[index]
    return found.tolist(), "; ".join(named)
