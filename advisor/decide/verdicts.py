"""Probabilities into words and shortlists, by thresholds that were measured on cases left out of the fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from advisor.catalog import Catalog
from advisor.decide.records import Verdict
from advisor.decide.scoring import Scored
from advisor.palette import STRATEGIES


@dataclass(frozen=True)
class Thresholds:
    """Where words and shortlists begin; see `rules/parameters/verdict.yaml` for what each was worth."""

    clear: float
    """Probability of the recommended corner from which a verdict is clear."""
    leaning: float
    """Probability under which it is too close to call."""
    shortlist: float
    """Probability from which a strategy belongs on the shortlist."""
    answers: float
    """Number of answers under which what is not clear is too early to say."""


@lru_cache(maxsize=8)
def thresholds_of(catalog: Catalog, as_of: date) -> Thresholds:
    """Look the thresholds up for a day."""
    names = ("clear_probability", "leaning_probability", "shortlist_probability", "fewest_answers")
    return Thresholds(*(catalog.parameter(f"verdict.{name}", as_of).number for name in names))


def verdict_of(probability: float, answered: int, limits: Thresholds) -> Verdict:
    """Put the probability of the recommended corner into a word."""
    if probability >= limits.clear:
        return "clear"
    if answered < limits.answers:
        return "too_early"
    return "leaning" if probability >= limits.leaning else "too_close"


def shortlist_of(scored: Scored, limits: Thresholds) -> list[tuple[str, ...]]:
    """Return, per row, the recommended strategy and every other corner that is likely enough, likeliest first."""
    corners, first = scored.corners, scored.first
    prompted = (scored.scores[:, 1] > scored.scores[:, 0]).astype(int)
    order = np.argsort(-corners.round(6), axis=1, kind="stable")
    lists = []
    for row in range(len(corners)):
        names = [prompted[row] if corner == 0 else corner + 1 for corner in order[row].tolist()]
        likely = corners[row, order[row]] >= limits.shortlist
        kept = [int(first[row]), *(name for name, keep in zip(names, likely, strict=True) if keep)]
        lists.append(tuple(STRATEGIES[name] for name in dict.fromkeys(kept)))
    return lists
