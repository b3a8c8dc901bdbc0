"""Look as often as you like: bets against "no difference" whose wealth proves one at any time.

A bet multiplies the wealth by ``1 + stake * (difference - null)``; under the null the expected wealth never grows, so
that it reaches ``1 / level`` with probability ``level`` at most, however often one looks (Ville's inequality). The
stakes are mixed evenly, which for right and wrong answers is the Beta-binomial sign test (Robbins 1970; Waudby-Smith
and Ramdas 2023, arXiv 2010.09686). Differences lie in -1 to 1.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from advisor.evaluate.statistics.intervals import Floats, group_sums

STAKES = 101
GRID = 401
Side = Literal["both", "above", "below"]


def log_wealth(differences: Floats, null: float = 0.0, *, side: Side = "both") -> Floats:
    """Return the logarithm of the wealth after each difference, shape (differences,).

    Args:
        differences: Between -1 and 1, in the order in which they came.
        null: The mean difference that is doubted.
        side: Bet on a mean above the null, below it, or both.
    """
    lowest = 0.0 if side == "above" else -0.999 / max(1 - null, 1e-9)
    highest = 0.0 if side == "below" else 0.999 / max(1 + null, 1e-9)
    stakes = np.linspace(lowest, highest, STAKES)
    paths = np.cumsum(np.log1p(stakes * (differences - null)[:, None]), axis=0)
    return np.asarray(np.logaddexp.reduce(paths, axis=1) - np.log(STAKES))


def confidence_sequence(differences: Floats, *, level: float = 0.05) -> tuple[float, float]:
    """Return the range of means that the bets so far could not refute; valid at any stopping time."""
    nulls = np.linspace(-1, 1, GRID)
    kept = [
        null for null in nulls if len(differences) == 0 or _last(differences, float(null)) < -np.log(level)
    ]
    if not kept:
        return float(differences.mean()), float(differences.mean())
    step = 2 / (GRID - 1)
    return max(-1.0, float(kept[0]) - step), min(1.0, float(kept[-1]) + step)


def _last(differences: Floats, null: float) -> float:
    stakes = np.linspace(-0.999 / max(1 - null, 1e-9), 0.999 / max(1 + null, 1e-9), STAKES)
    return float(
        np.logaddexp.reduce(np.log1p(stakes * (differences - null)[:, None]).sum(axis=0)) - np.log(STAKES)
    )


def whole_groups(differences: Floats, groups: NDArray[np.int64] | None) -> Floats:
    """Return one difference a group, in order of first appearance, scaled so that it stays within -1 to 1."""
    if groups is None:
        return differences
    _, first, codes = np.unique(groups, return_index=True, return_inverse=True)
    sums, counts = group_sums(differences, codes.astype(np.int64))
    return np.asarray((sums / counts)[np.argsort(first)])


def stops_at(differences: Floats, *, margin: float | None = None, level: float = 0.05) -> int | None:
    """Return after how many differences one may stop, None where it is not yet time.

    One may stop when the arms are shown to differ or, with a margin, when the first is shown to be not worse than the
    second by more than it.
    """
    proofs = [log_wealth(differences)]
    if margin is not None:
        proofs.append(log_wealth(differences, -margin, side="above"))
    reached = np.flatnonzero(np.max(proofs, axis=0) >= -np.log(level / len(proofs)))
    return int(reached[0]) + 1 if len(reached) else None
