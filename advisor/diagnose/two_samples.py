"""Do two samples differ, and by how much: an effect between 0 and 1 beside each p, as large samples differ in everything."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.evaluate.statistics.significance import holm

FEWEST = 15
"""Rows on each side below which nothing is tested."""
SURE = 1.645
"""Standard errors beyond which an effect is excluded with 95% confidence, to one side."""


class Difference(NamedTuple):
    """One aspect in which two samples were compared."""

    aspect: str
    effect: float
    """0 alike to 1 wholly apart."""
    p: float
    words: str
    """The figures of both sides."""
    most: float = 1.0
    """The largest effect that these samples leave open, with 95% confidence: below it, nothing is ruled out."""


def ordered(aspect: str, left: NDArray[Any], right: NDArray[Any], words: str) -> Difference:
    """Compare two samples of a number by Mann and Whitney's test; the effect is twice the distance of its area from a half."""
    left, right = left[np.isfinite(left)], right[np.isfinite(right)]
    if min(len(left), len(right)) < FEWEST:
        return Difference(aspect, 0.0, 1.0, words)
    share, p = _mann_whitney(left, right)
    effect = abs(2 * share - 1)
    most = effect + 2 * SURE * _area_error(max(share, 1 - share), len(left), len(right))
    return Difference(aspect, effect, p, words, min(1.0, most))


def shares(
    aspect: str, left: NDArray[np.bool_], right: NDArray[np.bool_], words: str, *, fewest: int = FEWEST
) -> Difference:
    """Compare two shares by Fisher's exact test; the effect is their difference."""
    if min(len(left), len(right)) < fewest:
        return Difference(aspect, 0.0, 1.0, words)
    effect, p = abs(float(left.mean() - right.mean())), _fisher(left, right)
    return Difference(aspect, effect, p, words, most_apart(left, right))


def kinds(aspect: str, left: NDArray[np.int64], right: NDArray[np.int64], words: str = "") -> Difference:
    """Compare how two samples spread over kinds, by the chi-square test; the effect is the total variation."""
    from scipy.special import chdtrc

    if min(len(left), len(right)) < FEWEST:
        return Difference(aspect, 0.0, 1.0, words)
    values = np.unique(np.concatenate([left, right]))
    most = max(most_apart(left == value, right == value) for value in values)
    if len(values) < 2:
        return Difference(aspect, 0.0, 1.0, words, most)
    counts = np.array([[int((one == value).sum()) for value in values] for one in (left, right)])
    apart = np.abs(counts[0] / counts[0].sum() - counts[1] / counts[1].sum()).sum() / 2
    awaited = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / counts.sum()
    p = float(chdtrc(len(values) - 1, float(((counts - awaited) ** 2 / awaited).sum())))
    return Difference(aspect, float(apart), p, words, max(most, float(apart)))


def _mann_whitney(left: NDArray[Any], right: NDArray[Any]) -> tuple[float, float]:
    """Return how often left exceeds right, and the two-sided p by the normal approximation with ties."""
    values, codes, counts = np.unique(np.concatenate([left, right]), return_inverse=True, return_counts=True)
    if len(values) < 2:
        return 0.5, 1.0
    one, two, total = len(left), len(right), len(codes)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[codes]
    wins = float(ranks[:one].sum()) - one * (one + 1) / 2
    ties = float((counts.astype(float) ** 3 - counts).sum()) / (total * (total - 1))
    spread = math.sqrt(one * two / 12 * (total + 1 - ties))
    beyond = max(abs(wins - one * two / 2) - 0.5, 0.0)
    return wins / (one * two), math.erfc(beyond / spread / math.sqrt(2))


def _fisher(left: NDArray[np.bool_], right: NDArray[np.bool_]) -> float:
    """Return the two-sided p of Fisher's exact test: all tables no likelier than the one that was seen."""
    from scipy.special import gammaln

    one, two, hits = len(left), len(right), int(left.sum() + right.sum())
    seen = np.arange(max(0, hits - two), min(one, hits) + 1)
    ways = [
        gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
        for of, some in ((one, seen), (two, hits - seen))
    ]
    chances = np.exp(
        ways[0] + ways[1] - (gammaln(one + two + 1) - gammaln(hits + 1) - gammaln(one + two - hits + 1))
    )
    mine = chances[int(left.sum()) - seen[0]]
    return min(1.0, float(chances[chances <= mine * (1 + 1e-7)].sum()))


def more_than(count: int, of: int, share: float) -> float:
    """Return the one-sided binomial p of so many or more."""
    from scipy.special import bdtrc

    return 1.0 if count == 0 else float(bdtrc(count - 1, of, min(max(share, 1e-3), 1.0)))


def fewer_than(count: int, of: int, share: float) -> float:
    """Return the one-sided binomial p of so many or fewer."""
    from scipy.special import bdtr

    return float(bdtr(count, of, share))


def corrected(differences: list[Difference]) -> list[Difference]:
    """Put Holm's correction for all of them into each p."""
    adjusted = holm([one.p for one in differences])
    return [one._replace(p=p) for one, p in zip(differences, adjusted, strict=True)]


def area(higher: NDArray[Any], lower: NDArray[Any]) -> tuple[float, float]:
    """Return how often a value of the first sample exceeds one of the second, and its standard error (Hanley and McNeil 1982)."""
    table = np.searchsorted(np.sort(lower), higher, side="left")
    ties = np.searchsorted(np.sort(lower), higher, side="right") - table
    value = float((table + ties / 2).mean() / len(lower))
    return value, _area_error(value, len(higher), len(lower))


def _area_error(value: float, one: int, two: int) -> float:
    left, right = value / (2 - value), 2 * value**2 / (1 + value)
    spread = value * (1 - value) + (one - 1) * (left - value**2) + (two - 1) * (right - value**2)
    return math.sqrt(max(spread, 0) / (one * two))


def most_apart(left: NDArray[np.bool_], right: NDArray[np.bool_]) -> float:
    """Return the largest difference of two shares that these samples leave open (Agresti and Caffo's interval, one side)."""
    one, two = ((float(rows.sum()) + 1) / (len(rows) + 2) for rows in (left, right))
    error = math.sqrt(one * (1 - one) / (len(left) + 2) + two * (1 - two) / (len(right) + 2))
    return min(1.0, abs(one - two) + SURE * error)


def most_of(count: int, of: int) -> float:
    """Return the largest share that so many of so many leave open (Wilson's interval, one side)."""
    if of == 0:
        return 1.0
    share, square = count / of, SURE**2 / of
    half = SURE * math.sqrt(share * (1 - share) / of + square / (4 * of))
    return (share + square / 2 + half) / (1 + square)


def percent(share: float) -> str:
    """Write a share as '12%'."""
    return f"{100 * share:.1f}%" if 0 < share < 0.1 else f"{100 * share:.0f}%"
