"""The two-sample tests against figures that were published or can be counted out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from advisor.diagnose.two_samples import fewer_than, kinds, more_than, ordered, shares


def flags(hits, of):
    return np.arange(of) < hits


def test_fisher_on_the_lady_tasting_tea():
    assert shares("tea", flags(3, 4), flags(1, 4), "", fewest=4).p == pytest.approx(34 / 70)


def test_mann_whitney_is_certain_of_samples_that_do_not_overlap_and_of_nothing_else():
    apart = ordered("length", np.arange(20.0), np.arange(100.0, 120.0), "")
    assert apart.effect == 1
    assert apart.p < 1e-6
    assert ordered("length", np.arange(20.0), np.arange(20.0), "").p == pytest.approx(1, abs=0.02)
    assert ordered("length", np.ones(20), np.ones(30), "").p == 1


def test_chi_square_of_a_table_counted_by_hand():
    # 30 and 10 against 10 and 30: four cells that each miss 20 by 10, so 20 with one degree of freedom.
    left, right = np.repeat([0, 1], [30, 10]), np.repeat([0, 1], [10, 30])
    found = kinds("kind", left, right)
    assert found.effect == pytest.approx(0.5)
    assert found.p == pytest.approx(7.744e-6, rel=1e-3)


def test_the_binomial_tails_of_a_coin():
    assert more_than(9, 10, 0.5) == pytest.approx(11 / 1024)
    assert fewer_than(1, 10, 0.5) == pytest.approx(11 / 1024)
    assert more_than(0, 10, 0.5) == 1
