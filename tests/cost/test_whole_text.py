"""Prompting with the whole text costs its text: tiers, cache reads and writes as worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.cost import cost_frame, latency_ms, project
from tests.cost.test_laws import DAY, NO_SHRINKING

# Vendors' prices in USD per 1M tokens on 2026-11-26 for prompts of the length beside: input, read, write, output.
PRICES = [
    ("openai:gpt-6-luna", 190_000, ("0.10", "0.01", "0.125", "0.50")),
    ("openai:gpt-6-luna", 300_000, ("0.20", "0.02", "0.25", "0.75")),
    ("anthropic:claude-haiku-5-5", 90_000, ("0.10", "0.01", "0.125", "0.50")),
    ("anthropic:claude-haiku-5-5", 190_000, ("0.50", "0.05", "0.625", "2.50")),
    ("anthropic:claude-sonnet-5-5", 190_000, ("2.00", "0.10", "2.50", "10.00")),
    ("google:gemini-3.5-flash-lite", 190_000, ("0.30", "0.03", "0.30", "2.50")),
    ("openai:gpt-5.4", 300_000, ("5.00", "0.50", "5.00", "22.50")),
]
TEXT = {"knowledge_gap": "main", "knowledge_form": ["documents"], "knowledge_in_request": False}
REQUEST = {"instruction_tokens": 400, "query_tokens": 200, "output_tokens": 150, "queries_per_day": 10_000}


def by_hand(tokens, prices, hit):
    """USD a day: everything before the query is read from the cache or written to it, or sent plainly if cheaper."""
    plain, read, write, output = map(Decimal, prices)
    # An hour's life costs twice the input at Anthropic; at a fixed hit rate the cheaper write is taken.
    prefix = min(Decimal(str(hit)) * read + (1 - Decimal(str(hit))) * write, plain)
    each = (tokens + 400) * prefix + 200 * plain + 150 * output
    return float(each / 10**6 * 10_000)


@pytest.mark.parametrize("hit", [0.0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize(("model", "tokens", "prices"), PRICES)
def test_the_text_is_paid_for_as_a_cached_prefix_in_its_tier(catalog, model, tokens, prices, hit):
    answers = {**TEXT, **REQUEST, "model": model, "knowledge_tokens": tokens}
    cost = project(answers, catalog, as_of=DAY, cache_hit=hit, draws=5).strategies["prompting"]

    assert cost.per_day == pytest.approx(by_hand(tokens, prices, hit), rel=1e-9)
    assert cost.prompt_tokens == tokens + 600


def test_the_text_moves_the_order_and_the_waiting_time(catalog):
    answers = {**TEXT, **REQUEST, "model": "openai:gpt-6-luna", "knowledge_tokens": 190_000}
    costs = project(answers, catalog, as_of=DAY, draws=5).strategies
    without = {**answers, "knowledge_tokens": 0}

    assert costs["prompting"].per_month.expected > 4 * costs["rag"].per_month.expected
    assert latency_ms(answers, catalog, as_of=DAY)["prompting"].first_token_p50 > (
        latency_ms(without, catalog, as_of=DAY)["prompting"].first_token_p50 + 500
    )


@pytest.mark.parametrize(
    "facts",
    [
        {**TEXT, "knowledge_gap": "none"},
        {**TEXT, "knowledge_in_request": True},
        {**TEXT, "knowledge_form": ["live"]},
        {**TEXT, "knowledge_tokens": 5_000_000},
    ],
)
def test_text_that_is_not_missing_or_does_not_fit_is_not_paid_for(catalog, facts):
    answers = {"knowledge_tokens": 100_000, **facts, **REQUEST, "model": "openai:gpt-6-luna"}
    assert project(answers, catalog, as_of=DAY, draws=5).strategies["prompting"].prompt_tokens == 600


@given(st.integers(5_000, 800_000), st.integers(5_000, 800_000), st.sampled_from([row[0] for row in PRICES]))
@settings(max_examples=25, phases=NO_SHRINKING)
def test_more_text_never_costs_less(one, other, model):
    rows = [
        {**TEXT, **REQUEST, "model": model, "knowledge_tokens": n, "cache_hit": 0.9}
        for n in sorted((one, other))
    ]
    less, more = cost_frame(pl.DataFrame(rows), load_catalog(), as_of=DAY)["monthly_prompting_usd"].to_list()
    room = load_catalog().market.models[model]
    if max(one, other) + 750 <= (room.max_input_tokens or room.context_tokens):
        assert less <= more * (1 + 1e-12)


@pytest.mark.parametrize(
    ("behaviors", "least", "most"),
    [
        (("taxonomy",), 1, 20),
        (("extraction",), 50, 250),
        (("tone",), 150, 600),
        (("reasoning",), 400, 2000),
        ((), 100, 300),
    ],
)
def test_the_length_of_an_answer_follows_from_the_kind_of_task(catalog, behaviors, least, most):
    projection = project({"queries_per_day": 1000, "behaviors": behaviors}, catalog, as_of=DAY, draws=5)
    assumed = {item.fact: item.value for item in projection.assumed}

    assert least <= assumed["output_tokens"] <= most


def test_no_way_to_tune_is_unknown_with_a_reason_and_never_a_price(catalog):
    costs = project({"bound_vendor": "anthropic", "queries_per_day": 1000}, catalog, as_of=DAY, draws=5)
    for strategy in ("fine_tuning", "hybrid"):
        assert costs.strategies[strategy].per_month.expected is None
        assert costs.strategies[strategy].total_with_people.expected is None
        assert "no way to tune" in costs.strategies[strategy].unknown_because
    assert costs.tuning_route == ""
    assert costs.strategies["prompting"].per_month.expected > 0


@pytest.mark.parametrize("answers", [{"can_host": False}, {"privacy": "own_cloud", "can_host": False}])
def test_no_dedicated_endpoint_is_never_priced_as_one(catalog, answers):
    projection = project({**answers, "queries_per_day": 50_000}, catalog, as_of=DAY, draws=5)
    route = catalog.market.tuning[projection.tuning_route]

    assert route.serving != "dedicated"
    assert not [part for part in projection.strategies["fine_tuning"].components if part.name == "hosting"]


def test_data_that_stay_at_home_are_answered_on_a_machine_that_is_paid_for(catalog):
    projection = project(
        {"privacy": "own_machines", "can_host": True, "queries_per_day": 100}, catalog, as_of=DAY, draws=5
    )

    assert catalog.market.models[projection.model].open_weights
    for strategy in ("prompting", "rag", "fine_tuning"):
        hosting = [p for p in projection.strategies[strategy].components if p.name == "hosting"]
        assert hosting[0].usd_per_month > 500


def test_a_total_covers_the_months_that_the_model_lives_and_says_so(catalog):
    answers = {"tuning_route": "vertex:gemini-3.5-flash-lite", "queries_per_day": 1000, "horizon_months": 24}
    cost = project(answers, catalog, as_of=DAY, draws=5).strategies["fine_tuning"]

    assert str(cost.ends_on) == "2027-07-21"
    assert cost.months_counted < 9
    assert cost.total.expected == pytest.approx(cost.one_time + cost.months_counted * cost.per_month.expected)
