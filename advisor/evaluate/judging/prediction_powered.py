"""A few human ratings and many judged ones: an interval that holds even where the judge is biased.

Prediction-powered inference (Angelopoulos et al. 2023, doi:10.1126/science.adi6000) with its power tuned
(arXiv 2311.01453): the judge's mean over all rows, corrected by what people and judge say of the same rows.
"""

from __future__ import annotations

import numpy as np

from advisor.errors import AdvisorError
from advisor.evaluate.records import Score
from advisor.evaluate.statistics.intervals import Floats

FEWEST_RATINGS = 10


def combined(
    people: Floats, judge_there: Floats, judge_elsewhere: Floats, *, confidence: float = 0.95
) -> Score:
    """Return the mean of what people would say of all rows, with its interval.

    Args:
        people: What people said of the rows that they rated, drawn at random; shape (rated,).
        judge_there: What the judge said of the same rows.
        judge_elsewhere: What the judge said of the other rows; shape (others,).
        confidence: Rate at which the interval is to hold.

    Raises:
        AdvisorError: Fewer than ten rows are rated.
    """
    from scipy.special import stdtrit

    rated, others = len(people), len(judge_elsewhere)
    if rated < FEWEST_RATINGS or len(judge_there) != rated:
        raise AdvisorError(
            f"{rated} rows are rated by people",
            place="ratings",
            remedy=f"Rate at least {FEWEST_RATINGS}, drawn at random.",
        )
    weight = _weight(people, judge_there, others)
    told = people - weight * judge_there
    value = float(told.mean() + (weight * judge_elsewhere.mean() if others else 0.0))
    # One degree of freedom goes to the weight. A quarter of a win and of a loss keep all-alike ratings honest.
    size = float(np.sqrt(np.mean(people**2))) or 1.0
    spread = (float(((told - told.mean()) ** 2).sum()) + 0.5 * size**2) / (rated - 2)
    elsewhere = weight**2 * float(judge_elsewhere.var(ddof=1)) / others if others > 1 else 0.0
    reach = float(stdtrit(rated - 2, 0.5 + confidence / 2)) * float(np.sqrt(spread / rated + elsewhere))
    return Score(value=value, low=value - reach, high=value + reach)


def _weight(people: Floats, judge: Floats, others: int) -> float:
    """Return how far to trust the judge: 0 where it says nothing of people's word, at most 1."""
    spread = float(judge.var(ddof=1))
    if not others or spread <= 0:
        return 0.0
    together = float(np.cov(people, judge)[0, 1])
    return float(np.clip(together / (spread * (1 + len(people) / others)), 0.0, 1.0))
