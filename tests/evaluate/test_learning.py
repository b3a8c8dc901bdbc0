"""A learning curve says with an interval what the next hundred examples are worth."""

from __future__ import annotations

import numpy as np
import pytest

from advisor.errors import AdvisorError
from advisor.evaluate.comparing import Table
from advisor.evaluate.learning import learning_curve

SIZES = {"quarter": 40, "half": 80, "all": 160}


def table(rng: np.random.Generator, shares: tuple[float, ...], rows: int = 100) -> Table:
    # One difficulty a row, so that a row that a small run gets right a larger one gets right too, mostly.
    difficulty = rng.random((rows, 1))
    scores = (0.8 * difficulty + 0.2 * rng.random((rows, 3)) < np.array(shares)).astype(float)
    return Table(list(SIZES), scores, None)


def test_the_interval_of_the_gain_holds():
    rng, held = np.random.default_rng(1), []
    shares = (0.5, 0.6, 0.7)
    truth = [
        float(np.mean(0.8 * u + 0.2 * v < share)) for share in shares for u, v in [rng.random((2, 400_000))]
    ]
    slope = (truth[2] - truth[0]) / 2
    for _ in range(1000):
        one = learning_curve(table(rng, shares), SIZES)
        held.append(one.per_doubling.low <= slope <= one.per_doubling.high)

    assert 0.93 <= np.mean(held) <= 0.975


def test_a_rising_curve_says_that_more_rows_help():
    one = learning_curve(table(np.random.default_rng(2), (0.3, 0.5, 0.7)), SIZES)

    assert one.because.startswith("the next 100 examples after 160 are worth +1")
    assert one.because.endswith("more rows still help")
    assert one.next_hundred.value == pytest.approx(one.per_doubling.value * np.log2(260 / 160))


def test_a_flat_curve_does_not():
    one = learning_curve(table(np.random.default_rng(3), (0.6, 0.6, 0.6)), SIZES)

    assert one.because.endswith("these rows do not show that more would help")


def test_arms_that_never_differ_still_leave_a_doubt():
    one = learning_curve(Table(["half", "all"], np.ones((40, 2)), None), {"half": 80, "all": 160})

    assert one.next_hundred.low < -0.01
    assert one.next_hundred.high > 0.01


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"half": 80}, "two sizes"),
        ({"half": 80, "all": 80}, "two sizes"),
        ({"hlf": 1, "all": 2}, "no arm 'hlf'"),
    ],
)
def test_sizes_that_give_no_curve_are_refused(sizes, said):
    with pytest.raises(AdvisorError, match=said):
        learning_curve(table(np.random.default_rng(4), (0.5, 0.6, 0.7)), sizes)
