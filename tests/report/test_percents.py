"""Percentages that are read side by side add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.share.report import words

NAMES = ("prompting", "few_shot", "rag", "fine_tuning", "hybrid")
WEIGHTS = st.lists(st.integers(0, 10_000), min_size=5, max_size=5).filter(any)


def shares(weights: list[int]) -> dict[str, float]:
    return {name: weight / sum(weights) for name, weight in zip(NAMES, weights, strict=True)}


@given(WEIGHTS)
def test_five_shares_that_are_shown_as_numbers_add_up_to_a_hundred(weights):
    told = words.percents(shares(weights)).values()
    if not any(text.startswith(("<", ">")) for text in told):
        assert sum(int(text.removesuffix("%")) for text in told) == 100


@given(WEIGHTS)
def test_each_share_is_shown_within_a_point_and_a_larger_one_never_as_less(weights):
    given_shares = shares(weights)
    shown = words.points(given_shares)
    assert all(abs(shown[name] - 100 * share) < 1 for name, share in given_shares.items())
    pairs = [(one, other) for one in NAMES for other in NAMES if given_shares[one] > given_shares[other]]
    assert all(shown[one] >= shown[other] for one, other in pairs)


@given(WEIGHTS)
def test_a_small_share_never_reads_as_nothing_nor_a_large_one_as_certainty(weights):
    given_shares = shares(weights)
    told = words.percents(given_shares)
    assert all(told[name].startswith("<") == (0 < share < 0.01) for name, share in given_shares.items())
    assert all(told[name].startswith(">") == (0.99 < share < 1) for name, share in given_shares.items())


@pytest.mark.parametrize(
    ("weights", "shown"),
    [([125, 125, 250, 250, 250], [13, 12, 25, 25, 25]), ([334, 333, 333, 0, 0], [34, 33, 33, 0, 0])],
)
def test_what_loses_most_by_rounding_down_is_rounded_up(weights, shown):
    assert list(words.points(shares(weights)).values()) == shown
