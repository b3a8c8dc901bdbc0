"""A month at another traffic: the projection's own figures, the cheapest of them, the crossing of a pair."""

from __future__ import annotations

import pytest

from advisor.catalog import Catalog
from advisor.cost import project
from advisor.cost.at_traffic import crossing_between, month_at, present, traffics
from advisor.palette import STRATEGIES


@pytest.fixture(scope="module")
def projection(catalog: Catalog, day):
    return project(
        {"queries_per_day": 2000.0, "knowledge_tokens": 1e6, "labelled_examples": 500.0}, catalog, as_of=day
    )


def test_a_month_holds_the_projections_figures_and_names_the_cheapest(projection) -> None:
    for at in traffics(projection):
        found = month_at(projection, at)
        assert set(found.costs) <= set(STRATEGIES)
        assert all(found.costs[found.cheapest] <= amount for amount in found.costs.values())
        without = month_at(projection, at, people=False).costs
        assert all(without[name] <= found.costs[name] + 1e-6 for name in without)


def test_the_present_traffic_is_the_nearest_that_is_known(projection) -> None:
    assert present(projection) in traffics(projection)
    assert 0.5 < present(projection) / 2000 < 2


def test_a_crossing_is_found_from_either_side(projection) -> None:
    for item in projection.traffic.crossings:
        assert crossing_between(projection, item.from_, item.to) == item
        assert crossing_between(projection, item.to, item.from_) == item
    assert crossing_between(projection, "prompting", "prompting") is None
