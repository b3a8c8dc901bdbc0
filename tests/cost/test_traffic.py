"""From which traffic on: the curves meet there, cost order changes there, and the sentence says the same number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cost import project
from advisor.cost.rounding import digits_of, money, worth
from advisor.cost.traffic import crossing_at
from tests.cost.test_laws import DAY

WORK = {"model": "claude-sonnet-5-5", "queries_per_day": 20_000, "tuning_route": "together:qwen3.5-9b"}


@pytest.fixture(scope="module")
def projection(catalog):
    return project(WORK, catalog, as_of=DAY, draws=20)


def test_both_strategies_cost_the_same_at_the_crossing(catalog, projection):
    crossing = next(
        c for c in projection.traffic.crossings if (c.from_, c.to) == ("prompting", "fine_tuning")
    )
    there = project({**WORK, "queries_per_day": crossing.requests_per_day}, catalog, as_of=DAY, draws=5)
    old, new = (there.strategies[s].total.expected for s in ("prompting", "fine_tuning"))

    assert old == pytest.approx(new, rel=0.03)
    assert worth(crossing.requests_per_day) in crossing.sentence


def test_above_the_crossing_the_second_is_cheaper(projection):
    found = projection.traffic
    per_day = np.array(found.requests_per_day)
    for crossing in found.crossings:
        old, new = (np.array(found.per_month[s]) for s in (crossing.from_, crossing.to))
        above = per_day > crossing.requests_per_day
        assert (new[above] <= old[above]).all()


def test_hours_of_people_only_raise_the_traffic_at_which_training_pays(projection):
    for crossing in projection.traffic.crossings:
        if crossing.from_ == "prompting" and crossing.to == "fine_tuning":
            assert crossing.with_people is None or crossing.with_people > crossing.requests_per_day


def test_a_sentence_without_a_second_crossing_says_which_order_holds_with_people(catalog):
    small = {
        "knowledge_gap": "main",
        "behavior_gap": "some",
        "knowledge_change": "weekly",
        "labelled_examples": 800,
        "queries_per_day": 1000,
        "model": "gpt-4o-mini",
    }
    projection = project(small, catalog, as_of=DAY, draws=5)
    told = set()
    for crossing in projection.traffic.crossings:
        if crossing.with_people is not None:
            assert f"counted, from about {worth(crossing.with_people)}." in crossing.sentence
            continue
        old, new = (np.array(projection.traffic.with_people[s]) for s in (crossing.from_, crossing.to))
        always = bool((new < old).all())
        assert ("at any traffic." in crossing.sentence) == always
        assert ("at no traffic up to" in crossing.sentence) == (not always)
        told.add(always)
    assert True in told


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(1, 1e5))
def test_a_crossing_of_two_straight_lines_is_where_they_meet(cheap, dear, fixed):
    per_day = np.geomspace(1, 1e8, 97)
    old, new = per_day * dear, fixed + per_day * cheap
    found = crossing_at(per_day, old, new)
    if cheap >= dear or fixed / (dear - cheap) > 1e8:
        assert found is None
    elif fixed / (dear - cheap) > 1:
        assert found == pytest.approx(fixed / (dear - cheap), rel=0.05)


def test_what_is_not_known_crosses_nothing():
    per_day = np.geomspace(1, 100, 3)
    assert crossing_at(per_day, np.array([1.0, 2, 3]), np.full(3, np.nan)) is None


@pytest.mark.parametrize(
    ("value", "text"), [(12_345.6, "12,000"), (0.01234, "0.012"), (0, "0"), (99.9, "100"), (7.04, "7.0")]
)
def test_a_figure_is_written_with_two_digits(value, text):
    assert worth(value) == text


def test_the_digits_follow_from_the_interval_and_unknown_is_a_word():
    assert digits_of(99, 100, 101) == 3
    assert digits_of(50, 100, 200) == 2
    assert money(None, "USD") == "unknown"
    assert money(1234.5, "USD", low=600, high=3000) == "1,200 USD"
