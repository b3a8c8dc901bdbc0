"""The place between the dials: shares, the same each time, a cloud only while something is open."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from advisor.catalog import Catalog
from advisor.decide import decide
from advisor.decide.place import place_of
from advisor.palette import STRATEGIES
from tests.situations import answers


@settings(max_examples=15)
@given(given_answers=answers())
def test_a_place_is_shares_and_its_cross_is_the_decision(catalog: Catalog, day, given_answers) -> None:
    found = place_of(given_answers, catalog, as_of=day, points=20)
    assert found == place_of(given_answers, catalog, as_of=day, points=20)
    for point in (found.here, *found.cloud):
        assert 0 <= point.look_up <= 1.0001
        assert 0 <= point.train <= 1.0001
        assert point.first in STRATEGIES
    decided = decide(given_answers, catalog, as_of=day)
    chances = decided.probabilities
    assert found.here.look_up == pytest.approx(chances["rag"] + chances["hybrid"], abs=2e-4)
    assert found.here.train == pytest.approx(chances["fine_tuning"] + chances["hybrid"], abs=2e-4)
    assert found.here.first == decided.recommended


def test_the_cloud_holds_the_ways_to_answer_what_is_open(catalog: Catalog, day) -> None:
    assert len(place_of({}, catalog, as_of=day, points=40).cloud) == 40
