"""What the next hundred examples are worth: scores of one way trained on some, more and all rows in, a gain with its interval out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from advisor.errors import AdvisorError
from advisor.evaluate.comparing import Table
from advisor.evaluate.records import Learning, Score
from advisor.evaluate.statistics.intervals import Interval, difference_interval
from advisor.evaluate.verdict import signed

NEXT_ROWS = 100


def learning_curve(table: Table, trained_on: Mapping[str, int], *, confidence: float = 0.95) -> Learning:
    """Fit a straight line over the logarithm of the training rows to each held-out row, and average the slopes.

    The slopes of the rows are paired numbers like any other, so the interval is that of a mean difference. Gains beyond
    the largest run are an extrapolation: curves bend down, so it is more of an upper bound.

    Args:
        table: Scores on the same held-out rows.
        trained_on: Training rows of two or more arms of different sizes.
        confidence: Rate at which the interval is to hold.

    Raises:
        AdvisorError: An arm is not known, or fewer than two sizes are named.
    """
    unknown = sorted(set(trained_on) - set(table.arms))
    if unknown or len(set(trained_on.values())) < 2 or min(trained_on.values()) < 1:
        raise AdvisorError(
            f"there is no arm '{unknown[0]}'"
            if unknown
            else "a learning curve needs arms of two sizes, each one row or more",
            place="--trained-on",
            remedy="Name the training rows of two or more arms: --trained-on half=80 --trained-on all=160.",
        )
    sizes = np.log2([trained_on[arm] for arm in trained_on])
    scores = table.scores[:, [table.arms.index(arm) for arm in trained_on]]
    centred = sizes - sizes.mean()
    slopes = scores @ (centred / (centred**2).sum())
    one = difference_interval(slopes, table.groups, confidence=confidence)
    most = max(trained_on.values())
    ahead = float(np.log2((most + NEXT_ROWS) / most))
    gain = _times(one, ahead)
    return Learning(
        per_doubling=_times(one, 1.0), next_hundred=gain, trained_on=most, because=_sentence(gain, most)
    )


def _times(one: Interval, factor: float) -> Score:
    return Score(value=one.value * factor, low=one.low * factor, high=one.high * factor)


def _sentence(gain: Score, rows: int) -> str:
    told = f"the next {NEXT_ROWS} examples after {rows} are worth {signed(gain.value)} points ({signed(gain.low)} to {signed(gain.high)})"
    if gain.low > 0:
        return f"{told}: more rows still help"
    return f"{told}: these rows do not show that more would help"
