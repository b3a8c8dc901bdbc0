"""Intervals of a mean that hold at 20 to 400 rows, clusters respected.

The interval of a difference is a cluster-robust t interval to which a quarter of a win and of a loss were added, most of
it of the usual size and the rest of a whole point, for the large losses that a few rows may not show. It was chosen by
simulation over the normal approximation, three bootstraps and other weights; see ``benchmarks/intervals.py``. Adding
pseudo-observations follows Agresti and Min (2005, doi:10.1002/sim.1781).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ADDED = 0.25
"""Weight of the added win, and of the added loss, in rows."""
WHOLE = 0.4
"""Share of that weight whose size is a whole point; the rest has the usual size of a difference."""
NOTHING = 1e-9
"""A difference below this is one of arithmetic."""


class Interval(NamedTuple):
    """A mean with its interval, and what a test needs of it."""

    value: float
    low: float
    high: float
    centre: float
    """Mean with the pseudo-observations; the interval is symmetric about it."""
    error: float
    """Standard error about the centre."""
    freedom: int
    """Degrees of freedom: groups minus one."""


def group_sums(values: Floats, groups: NDArray[np.int64] | None) -> tuple[Floats, Floats]:
    """Sum the values of each group and count its rows; every row is a group of its own where there are none."""
    if groups is None:
        return values, np.ones(len(values))
    _, codes = np.unique(groups, return_inverse=True)
    return np.asarray(np.bincount(codes, values), np.float64), np.bincount(codes).astype(np.float64)


def mean_interval(
    values: Floats, groups: NDArray[np.int64] | None = None, *, confidence: float = 0.95
) -> Interval:
    """Return the mean of scores between 0 and 1 with its interval.

    Args:
        values: One score a row, shape (rows,), at least one.
        groups: Which cluster each row belongs to; None where rows are independent.
        confidence: Rate at which the interval is to hold the true mean.
    """
    from scipy.special import stdtrit

    sums, counts = group_sums(values, groups)
    number, value = len(sums), float(values.mean())
    reach = float(stdtrit(max(number - 1, 1), 0.5 + confidence / 2))
    error = _cluster_error(sums, counts, value)
    # Wilson's interval (1927) for as many right-or-wrong rows as would have this error.
    room = value * (1 - value)
    rows = min(room / error**2, len(values) ** 2) if error > 0 and room > 0 else float(number)
    centre = (value + reach**2 / (2 * rows)) / (1 + reach**2 / rows)
    half = reach / (1 + reach**2 / rows) * float(np.sqrt(room / rows + reach**2 / (4 * rows**2)))
    return Interval(
        value, max(0.0, centre - half), min(1.0, centre + half), centre, error, max(number - 1, 1)
    )


def _cluster_error(sums: Floats, counts: Floats, centre: float) -> float:
    # One group alone shows nothing about the spread between groups.
    number = len(sums)
    if number < 2:
        return np.inf
    return float(np.sqrt(number / (number - 1) * ((sums - counts * centre) ** 2).sum()) / counts.sum())


def difference_interval(
    differences: Floats,
    groups: NDArray[np.int64] | None = None,
    *,
    confidence: float = 0.95,
    added: float = ADDED,
) -> Interval:
    """Return the mean of paired differences with its interval.

    Args:
        differences: Score of one arm less that of the other on the same row, shape (rows,), at least one.
        groups: Which cluster each row belongs to; None where rows are independent.
        confidence: Rate at which the interval is to hold the true mean.
        added: Weight in rows of the added win, and of the added loss.
    """
    told = differences[np.abs(differences) > NOTHING]
    # Where the arms never differ, the usual size is taken to be a whole point.
    usual = float(np.mean(told**2)) if len(told) else 1.0
    square = (1 - WHOLE) * usual + WHOLE * max(1.0, usual)
    return _widened(differences, groups, (square, added), confidence)


def _widened(
    differences: Floats, groups: NDArray[np.int64] | None, pseudo: tuple[float, float], confidence: float
) -> Interval:
    from scipy.special import stdtrit

    square, added = pseudo
    sums, counts = group_sums(differences, groups)
    freedom, rows = max(len(sums) - 1, 1), len(differences)
    weight = rows + 2 * added
    centre, value = float(differences.sum() / weight), float(differences.mean())
    seen = (_cluster_error(sums, counts, centre) * rows) ** 2
    error = float(np.sqrt(seen + 2 * added * (square + centre**2)) / weight)
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    most = max(1.0, float(np.abs(differences).max()))
    low, high = max(-most, min(centre - reach, value)), min(most, max(centre + reach, value))
    return Interval(value, low, high, centre, error, freedom)
