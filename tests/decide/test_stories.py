"""Two stories of users, told by the product: what is excluded, what is missed, and what would do instead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from advisor.advice import advise
from advisor.catalog import load_catalog
from advisor.scenario.answers import read_situation

DAY = date(2026, 11, 26)
CATALOG = load_catalog()
STORIES = Path(__file__).parents[2] / "benchmarks" / "stories"


@pytest.fixture(scope="module")
def advice():
    return {
        path.stem: advise(read_situation(path, CATALOG), CATALOG, as_of=DAY)
        for path in STORIES.glob("*.yaml")
    }


def test_a_classifier_that_no_language_model_is_quick_enough_for_is_never_clear(advice):
    found = advice["ticket-classifier"].recommendation

    assert found.verdict != "clear"
    assert any(item.what == "time" and item.state == "missed" for item in found.limits)
    first = found.alternatives[0]
    assert "classifier" in first.title
    assert first.p50_ms < 200
    assert first.usd_per_month > 0


def test_without_a_machine_around_the_clock_no_tuned_route_is_priced_with_one(advice):
    for found in advice.values():
        assert not CATALOG.market.tuning[found.cost.tuning_route].hosting_usd_per_hour


def test_an_assistant_over_unread_documents_begins_with_retrieval_and_says_what_it_costs(advice):
    found = advice["claims-assistant"]

    assert found.recommendation.recommended == "rag"
    assert found.recommendation.start_with.strategy == "rag"
    assert "prompting" in {item.strategy for item in found.recommendation.ruled_out}
    assert found.cost is not None
    assert any(
        "2,000,000 tokens of text, which do not fit into a prompt" in warning
        for warning in found.cost.warnings
    )
