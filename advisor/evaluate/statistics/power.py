"""What a number of rows can show, before anything is run."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from advisor.evaluate.statistics.intervals import Floats

POWER = 0.8
MOST_ROWS = 1_000_000


def exact_power(rows: int, discordance: float, difference: float, *, level: float = 0.05) -> float:
    """Return how often McNemar's exact test finds a difference.

    Args:
        rows: Independent rows, answered by both arms.
        discordance: Share of rows on which one arm is right and the other wrong.
        difference: True difference of the shares right; at most the discordance.
        level: Rate of false alarms.
    """
    from scipy.special import bdtr

    told = np.arange(rows + 1)
    wins = 0.5 * (1 + difference / discordance)
    limits = _limits(rows, level)
    found = np.where(limits < 0, 0.0, bdtr(limits, told, wins) + bdtr(limits, told, 1 - wins))
    share = _binomial(rows, discordance)
    return float((np.nan_to_num(found) * share).sum())


@lru_cache(maxsize=64)
def _limits(rows: int, level: float) -> Floats:
    # The most losses among k told rows at which the two-sided test still rejects; -1 where none is enough.
    from scipy.special import bdtr

    limits = np.full(rows + 1, -1.0)
    for told in range(1, rows + 1):
        losses = np.arange(told // 2 + 1)
        rejected = np.flatnonzero(2 * bdtr(losses.astype(float), told, 0.5) <= level)
        limits[told] = rejected[-1] if len(rejected) else -1
    return limits


def _binomial(rows: int, share: float) -> Floats:
    from scipy.special import gammaln, xlog1py, xlogy

    told = np.arange(rows + 1)
    ways = gammaln(rows + 1) - gammaln(told + 1) - gammaln(rows - told + 1)
    return np.asarray(np.exp(ways + xlogy(told, share) + xlog1py(rows - told, -share)))


def detectable(rows: int, discordance: float, *, power: float = POWER) -> float | None:
    """Return the smallest true difference that so many rows show with this power; None where none is small enough."""
    low, high = 0.0, discordance
    if exact_power(rows, discordance, high) < power:
        return None
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if exact_power(rows, discordance, middle) >= power else (middle, high)
    return high


def rows_needed(
    distance: float, spread: float, *, confidence: float = 0.95, power: float = POWER
) -> int | None:
    """Return how many rows put a mean difference beyond a limit, by the normal approximation.

    Args:
        distance: How far the true difference lies from the limit (0, or the margin), on the right side of it.
        spread: Standard deviation of the row differences; with clusters, what makes ``spread / sqrt(rows)`` the error.
        confidence: Of the two-sided interval that is to exclude the limit.
        power: How often that is to succeed.

    Returns:
        None where the distance is nothing or the rows would be more than a million.
    """
    from scipy.special import ndtri

    if distance <= 0:
        return None
    reach = float(ndtri(0.5 + confidence / 2) + ndtri(power))
    rows = (reach * spread / distance) ** 2
    return math.ceil(rows) if rows <= MOST_ROWS else None
