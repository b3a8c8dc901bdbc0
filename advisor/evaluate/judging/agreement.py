"""How far two raters agree beyond chance: Gwet's AC1, which does not collapse where nearly all say the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advisor.evaluate.records import Score


def ac1(
    one: Sequence[str], other: Sequence[str], categories: Sequence[str] = ("a", "b", "tie")
) -> Score | None:
    """Return AC1 (Gwet 2008, doi:10.1348/000711006X126600) with its 95% interval; None below two items.

    Args:
        one: What the first rater said of each item.
        other: What the second one said of the same items.
        categories: All that can be said.
    """
    if len(one) < 2:
        return None
    left, right = np.array(one), np.array(other)
    agree = (left == right).astype(float)
    # The share of each category over both raters, kept by item for the jackknife.
    shares = np.stack([((left == name).astype(float) + (right == name)) / 2 for name in categories], axis=1)
    value = _ac1(agree.mean(), shares.mean(axis=0))
    rows = len(agree)
    without = np.array(
        [
            _ac1((agree.sum() - agree[at]) / (rows - 1), (shares.sum(axis=0) - shares[at]) / (rows - 1))
            for at in range(rows)
        ]
    )
    return _jackknifed(value, without)


def _ac1(agreed: float, shares: NDArray[np.float64]) -> float:
    chance = float((shares * (1 - shares)).sum() / (len(shares) - 1))
    return float((agreed - chance) / (1 - chance))


def _jackknifed(value: float, without: NDArray[np.float64]) -> Score:
    from scipy.special import stdtrit

    rows = len(without)
    error = float(np.sqrt((rows - 1) / rows * ((without - without.mean()) ** 2).sum()))
    # Where all agree the jackknife sees no spread; one doubtful item in the sample is then the least to allow for.
    reach = float(stdtrit(rows - 1, 0.975)) * max(error, 1 / rows)
    return Score(value=value, low=max(-1.0, value - reach), high=min(1.0, value + reach))
