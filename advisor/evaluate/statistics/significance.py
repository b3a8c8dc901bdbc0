"""Is a difference real: the exact sign-flip test, Holm's correction, and the test of "not worse by more than"."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from advisor.evaluate.statistics.intervals import Floats, difference_interval, group_sums

STEPS = 400
"""Differences are rounded to this many steps of the largest, so that the test can be counted out exactly."""
MOST_GROUPS = 2_000
"""Above this many groups the normal approximation is exact enough."""


def sign_flip(differences: Floats, groups: NDArray[np.int64] | None = None) -> float:
    """Return the two-sided p of "the two arms are alike", by flipping the sign of every group's difference.

    For right and wrong answers in independent rows this is McNemar's exact test (Fisher 1935; Dwass 1957).
    """
    sums = group_sums(differences, groups)[0]
    sums = sums[np.abs(sums) > 1e-12]
    if not len(sums):
        return 1.0
    if len(sums) > MOST_GROUPS:
        return math.erfc(abs(float(sums.sum())) / math.sqrt(2 * float((sums**2).sum())))
    return _counted(_whole_steps(sums))


def _whole_steps(sums: Floats) -> NDArray[np.int64]:
    largest = np.abs(sums).max()
    whole = bool(np.allclose(sums, np.round(sums)))
    return np.asarray(np.round(sums if whole else sums * (STEPS / largest)), dtype=np.int64)


def _counted(steps: NDArray[np.int64]) -> float:
    # The share of the 2^n sign patterns that reach each total, one group after another.
    sizes = np.abs(steps)
    total = int(sizes.sum())
    shares = np.zeros(2 * total + 1)
    shares[total] = 1.0
    for size in sizes[sizes > 0]:
        shares = (np.roll(shares, size) + np.roll(shares, -size)) / 2
    reached = abs(int(steps.sum()))
    if not reached:
        return 1.0
    return min(1.0, float(shares[: total - reached + 1].sum() + shares[total + reached :].sum()))


def holm(values: list[float], *, at_once: int | None = None) -> list[float]:
    """Adjust p-values for being many (Holm 1979).

    Args:
        values: One p for each comparison.
        at_once: How many of the hypotheses can be true together, where logic bounds it; all of them by default.
    """
    most = len(values) if at_once is None else max(at_once, 1)
    adjusted, running = [0.0] * len(values), 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        running = max(running, min(1.0, min(len(values) - rank, most) * values[index]))
        adjusted[index] = running
    return adjusted


def not_worse(differences: Floats, groups: NDArray[np.int64] | None, margin: float) -> float:
    """Return the one-sided p of "the first arm is worse than the second by the margin or more".

    A whole win and a whole loss are added, so that a few rows without any difference prove nothing.
    """
    from scipy.special import stdtr

    one = difference_interval(differences, groups, added=1.0)
    return float(stdtr(one.freedom, -(one.centre + margin) / one.error))
