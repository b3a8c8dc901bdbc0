"""Do two samples differ, and by how much: an effect between 0 and 1 beside each p, as large samples differ in everything."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.evaluate.statistics.significance import holm

FEWEST = 15
"""Rows on each side below which nothing is tested."""


class Difference(NamedTuple):
    """One aspect in which two samples were compared."""

    aspect: str
    effect: float
    """0 alike to 1 wholly apart."""
    p: float
    words: str
    """The figures of both sides."""


def ordered(aspect: str, left: NDArray[Any], right: NDArray[Any], words: str) -> Difference:
    """Compare two samples of a number by Mann and Whitney's test; the effect is twice the distance of its area from a half."""
    from scipy.stats import mannwhitneyu

    left, right = left[np.isfinite(left)], right[np.isfinite(right)]
    if min(len(left), len(right)) < FEWEST:
        return Difference(aspect, 0.0, 1.0, words)
    found = mannwhitneyu(left, right, method="asymptotic")
    area = float(found.statistic) / (len(left) * len(right))
    p = float(found.pvalue)
    return Difference(aspect, abs(2 * area - 1), p if np.isfinite(p) else 1.0, words)


def shares(
    aspect: str, left: NDArray[np.bool_], right: NDArray[np.bool_], words: str, *, fewest: int = FEWEST
) -> Difference:
    """Compare two shares by Fisher's exact test; the effect is their difference."""
    from scipy.stats import fisher_exact

    if min(len(left), len(right)) < fewest:
        return Difference(aspect, 0.0, 1.0, words)
    table = [[int(one.sum()), int((~one).sum())] for one in (left, right)]
    return Difference(
        aspect, abs(float(left.mean() - right.mean())), float(fisher_exact(table).pvalue), words
    )


def kinds(aspect: str, left: NDArray[np.int64], right: NDArray[np.int64], words: str = "") -> Difference:
    """Compare how two samples spread over kinds, by the chi-square test; the effect is the total variation."""
    from scipy.stats import chi2_contingency

    if min(len(left), len(right)) < FEWEST:
        return Difference(aspect, 0.0, 1.0, words)
    values = np.unique(np.concatenate([left, right]))
    if len(values) < 2:
        return Difference(aspect, 0.0, 1.0, words)
    counts = np.array([[int((one == value).sum()) for value in values] for one in (left, right)])
    apart = np.abs(counts[0] / counts[0].sum() - counts[1] / counts[1].sum()).sum() / 2
    return Difference(aspect, float(apart), float(chi2_contingency(counts).pvalue), words)


def corrected(differences: list[Difference]) -> list[Difference]:
    """Put Holm's correction for all of them into each p."""
    adjusted = holm([one.p for one in differences])
    return [one._replace(p=p) for one, p in zip(differences, adjusted, strict=True)]


def area(higher: NDArray[Any], lower: NDArray[Any]) -> tuple[float, float]:
    """Return how often a value of the first sample exceeds one of the second, and its standard error (Hanley and McNeil 1982)."""
    table = np.searchsorted(np.sort(lower), higher, side="left")
    ties = np.searchsorted(np.sort(lower), higher, side="right") - table
    value = float((table + ties / 2).mean() / len(lower))
    one, two = value / (2 - value), 2 * value**2 / (1 + value)
    spread = value * (1 - value) + (len(higher) - 1) * (one - value**2) + (len(lower) - 1) * (two - value**2)
    return value, float(np.sqrt(max(spread, 0) / (len(higher) * len(lower))))


def percent(share: float) -> str:
    """Write a share as '12 %'."""
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"
