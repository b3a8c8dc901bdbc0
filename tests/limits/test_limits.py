"""Limits say what is needed and what there is, on the model or route that keeps most, and what would keep the rest."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.decide.limits import feasible, limits, limits_of
from advisor.palette import STRATEGIES
from advisor.scenario import frame_of
from tests.situations import answers

DAY = date(2026, 11, 26)
CLASSIFIER = {
    "behaviors": ("taxonomy",),
    "labelled_examples": 8000.0,
    "queries_per_day": 20_000.0,
}


def missed(found, strategy):
    return {limit.what for limit in found.missed(strategy)}


@pytest.mark.parametrize("budget", [1.0, 50.0, 200.0, 400.0])
def test_a_wait_that_no_model_keeps_is_missed_with_both_numbers(catalog, budget):
    found = limits_of({**CLASSIFIER, "can_host": False, "latency_budget_ms": budget}, catalog, as_of=DAY)

    for strategy in STRATEGIES:
        assert "time" in missed(found, strategy)
    limit = found.missed("fine_tuning")[0]
    assert limit.needed == f"at most {budget:,.0f} ms to the whole answer"
    assert "median" in limit.available


def test_a_classifier_is_an_alternative_with_its_own_time_and_price(catalog):
    found = limits_of({**CLASSIFIER, "can_host": False, "latency_budget_ms": 200.0}, catalog, as_of=DAY)
    first = found.alternatives[0]

    assert "classifier" in first.title
    assert first.p50_ms < 200
    assert first.usd_per_month > 0
    assert "time" in first.keeps


def test_a_label_is_waited_for_whole_and_a_chat_for_its_first_words(catalog):
    for behavior, words in (("taxonomy", "whole answer"), ("tone", "first words")):
        found = limits_of({"behaviors": (behavior,), "latency_budget_ms": 2000.0}, catalog, as_of=DAY)
        assert words in next(limit.needed for limit in found.limits if limit.what == "time")


@pytest.mark.parametrize(
    ("facts", "excluded"),
    [
        ({"can_host": False}, lambda route, _: bool(route.hosting_usd_per_hour)),
        ({"privacy": "own_machines"}, lambda route, market: market.backends[route.backend].place != "own"),
        ({"privacy": "own_cloud"}, lambda route, market: market.backends[route.backend].place == "vendor"),
        ({"bound_vendor": "google"}, lambda route, _: route.backend != "vertex"),
        ({"model_access": "open_weights"}, lambda route, market: not market.models[route.base].open_weights),
        ({}, lambda route, market: market.status(route.backend, DAY).status != "open"),
    ],
)
def test_what_an_answer_excludes_is_marked_on_every_route_of_its_kind(catalog, facts, excluded):
    market = catalog.market
    for route in limits_of(facts, catalog, as_of=DAY).routes:
        if excluded(market.tuning[route.route], market):
            assert route.state == "missed", route.route
            assert route.because


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_a_vendor_that_trains_nobody_new_misses_training_and_says_until_when(catalog, vendor):
    found = limits_of({"bound_vendor": vendor}, catalog, as_of=DAY)

    assert missed(found, "fine_tuning") & {"vendor", "training"}
    if vendor == "openai":
        assert any("2027-01-06" in limit.available for limit in found.limits)


def test_a_tune_that_ends_inside_a_stated_horizon_is_missed_with_its_day(catalog):
    asked = {"tuning_route": "vertex:gemini-3.5-flash-lite"}
    stated = limits_of({**asked, "horizon_months": 24.0}, catalog, as_of=DAY)
    assumed = limits_of(asked, catalog, as_of=DAY)

    life = next(limit for limit in stated.limits if limit.what == "life")
    assert life.state == "missed"
    assert "2027-07-21" in life.available
    assert next(limit for limit in assumed.limits if limit.what == "life").state == "unknown"


def test_what_nobody_has_stated_is_no_limit(catalog):
    assert {limit.what for limit in limits_of({}, catalog, as_of=DAY).limits} <= {
        "window",
        "training",
        "life",
    }


@given(answers())
@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_what_is_impossible_misses_a_limit_on_every_model(given_answers):
    catalog = load_catalog()
    frame = frame_of([given_answers], catalog)
    table = limits(frame, catalog, DAY)
    possible = feasible(frame, catalog, DAY).row(0, named=True)
    for strategy in STRATEGIES:
        part = table.filter(pl.col("strategy") == strategy)
        kept = part.group_by("model").agg((pl.col("state") == "missed").any().alias("missed"))
        if possible[strategy] is False:
            assert kept["missed"].all(), strategy


@given(st.lists(answers(), min_size=1, max_size=3))
@settings(max_examples=5, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_each_row_has_its_own_limits_for_every_strategy(rows):
    catalog = load_catalog()
    table = limits(frame_of(rows, catalog), catalog, DAY)

    assert set(table["row"]) == set(range(len(rows)))
    assert set(table["strategy"]) == set(STRATEGIES)
    assert set(table["state"]) <= {"met", "missed", "unknown"}
