"""How far an answer is from what people mind: a score between 0 and 1 for each answer, made from the training answers."""

from __future__ import annotations

import itertools
from collections import Counter
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
    """Score the voice of each answer: half its features of style, half its turns of phrase."""
    rows = [
        Row(answers[at] if at < len(answers) else "", (references[at % len(references)],))
        for at in range(max(len(answers), len(references)))
    ]
    style = in_register(rows, None)[: len(answers)]
    return [(one + two) / 2 for one, two in zip(style, phrasing(answers, references), strict=True)]


def phrasing(answers: Sequence[str], references: Sequence[str]) -> list[float]:
    """Score how close the turns of phrase are to those of most training answers; their median answer scores 1.

    It is the cosine to the mean of the training answers, in words and word pairs: a minority hardly moves that mean.
    """
    mean: Counter[tuple[str, ...]] = Counter()
    for text in references:
        mean.update(_phrases(text))
    usual = float(np.median([_towards(text, mean) for text in references]))
    return [min(1.0, _towards(text, mean) / usual) if usual else 0.0 for text in answers]


def _towards(text: str, mean: Counter[tuple[str, ...]]) -> float:
    return sum(weight * mean[phrase] for phrase, weight in _phrases(text).items())


def _phrases(text: str) -> dict[tuple[str, ...], float]:
    """Return the words and word pairs of a text, together of length 1."""
    said = words(text)
    found = {*((one,) for one in said), *itertools.pairwise(said)}
    return dict.fromkeys(found, 1 / np.sqrt(len(found))) if found else {}


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
    "facts": ("closeness to the phrases of the training answers", phrasing),
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
        found[at] = MEASURES[kind][1]([answers[index] for index in at], list(references)[:MOST_REFERENCES])
    # Nothing said is nothing good, whatever the style of nothing is.
    found[[not one.strip() for one in answers]] = 0.0
    named = sorted({MEASURES[kind][0] for kind in kinds})
    return found.tolist(), "; ".join(named)
