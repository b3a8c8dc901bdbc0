"""What goes into a workload's cost, piece by piece, and what is assumed where nobody answered."""

from __future__ import annotations

import json
import math
from datetime import date

import polars as pl
import pytest

from advisor.cost import (
    CostProjection,
    break_even,
    compare_models,
    cost_frame,
    derived_columns,
    latency_ms,
    project,
)
from advisor.cost.comparison import with_front
from advisor.cost.resolving import resolve
from advisor.cost.sampling import draw, unsure_numbers
from advisor.cost.tables import components_table, curves_table, models_table, strategies_table, tornado_table
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES
from tests.cost.workloads import BARE, SUPPORT_BOT


def component(projection, strategy, name):
    return next((item for item in projection.strategies[strategy].components if item.name == name), None)


def test_what_nobody_answered_is_assumed_by_name_and_not_zero(catalog, day):
    projection = project({}, catalog, as_of=day, draws=20)
    assert {"queries_per_day", "output_tokens", "few_shot_examples"} <= {
        item.fact for item in projection.assumed
    }
    assert all(cost.per_month.expected > 0 for cost in projection.strategies.values())
    assert all(item.sources for item in projection.assumed)


def test_what_was_answered_is_not_assumed(catalog, day):
    projection = project(SUPPORT_BOT, catalog, as_of=day, draws=20)
    assert not {item.fact for item in projection.assumed} & set(SUPPORT_BOT)


def test_a_prefix_below_the_minimum_is_never_cached(catalog, day):
    for tokens, cached in ((1023, False), (1024, True)):
        answers = {**BARE, "model": "gpt-4o-mini", "few_shot_examples": 1, "tokens_per_example": tokens}
        hit = project(answers, catalog, as_of=day, cache_hit=1.0, draws=5).strategies["few_shot"].cache_hit
        assert hit == (1.0 if cached else 0.0)


def test_the_hit_rate_follows_the_traffic(catalog, day):
    def hit(queries):
        answers = {**SUPPORT_BOT, "queries_per_day": queries, "prefix_variants": 1}
        return project(answers, catalog, as_of=day, draws=5).strategies["few_shot"].cache_hit

    ceiling = catalog.parameter("caching.hit_ceiling", day).number
    assert hit(1) < 0.01
    assert hit(100_000) == pytest.approx(ceiling)
    per_minute, minutes = 200 / 1440, 7
    assert hit(200) == pytest.approx(ceiling * (1 - math.exp(-per_minute * minutes)))


def test_a_cache_that_costs_more_than_it_saves_is_left_off(catalog, day):
    answers = {**SUPPORT_BOT, "model": "claude-haiku-5-5", "few_shot_examples": 10, "queries_per_day": 10}
    projection = project(answers, catalog, as_of=day, draws=5)
    examples = component(projection, "few_shot", "examples in the prompt")
    assert examples.usd_per_month == pytest.approx(10 * 365 / 12 * 1500 * 0.10 / 1e6)


def test_a_miss_pays_for_writing_where_the_cache_is_worth_it(catalog, day):
    projection = project(
        {**SUPPORT_BOT, "model": "claude-haiku-5-5"}, catalog, as_of=day, cache_hit=0.8, draws=5
    )
    examples = component(projection, "few_shot", "examples in the prompt")
    price = 0.8 * 0.01 + 0.2 * 0.125
    assert examples.usd_per_month == pytest.approx(100_000 * 365 / 12 * 1500 * price / 1e6)


def test_retrieved_text_is_not_cached_unless_somebody_says_so(catalog, day):
    plain = component(
        project(SUPPORT_BOT, catalog, as_of=day, cache_hit=1.0, draws=5), "rag", "retrieved context"
    )
    cached = component(
        project({**SUPPORT_BOT, "retrieved_cached_share": 1}, catalog, as_of=day, draws=5),
        "rag",
        "retrieved context",
    )
    assert plain.usd_per_month / (365 / 12) == pytest.approx(22.50)
    assert cached.usd_per_month / (365 / 12) == pytest.approx(11.25)


def test_knowledge_that_changes_more_often_costs_more_to_keep(catalog, day):
    costs = []
    for change in ("never", "yearly", "monthly", "weekly", "daily", "realtime"):
        answers = {**SUPPORT_BOT, "knowledge_change": change, "knowledge_tokens": 10**9}
        found = component(project(answers, catalog, as_of=day, draws=5), "rag", "re-embedding")
        costs.append(found.usd_per_month if found else 0.0)
    assert costs == sorted(costs)
    assert costs[0] == 0
    assert len(set(costs)) == len(costs)


def test_dedicated_capacity_follows_the_peak_and_never_falls_below_one(catalog, day):
    def replicas(queries):
        answers = {**SUPPORT_BOT, "tuning_route": "fireworks:gpt-oss-20b", "queries_per_day": queries}
        hosting = component(project(answers, catalog, as_of=day, draws=5), "fine_tuning", "hosting")
        return hosting.usd_per_month / (8 * 24 * 365 / 12)

    assert replicas(0) == pytest.approx(1)
    assert replicas(10_000_000) == pytest.approx(math.ceil(10_000_000 / 86400 * 4 * (150 + 500 * 0.1) / 1200))


def test_scaling_to_zero_pays_only_the_hours_in_use(catalog, day):
    answers = {**SUPPORT_BOT, "tuning_route": "fireworks:gpt-oss-20b", "queries_per_day": 100}
    whole = component(project(answers, catalog, as_of=day, draws=5), "fine_tuning", "hosting")
    third = component(
        project({**answers, "scale_to_zero_hours": 8}, catalog, as_of=day, draws=5), "fine_tuning", "hosting"
    )
    assert third.usd_per_month * 3 == pytest.approx(whole.usd_per_month)


def test_a_gpu_by_the_hour_prices_training_by_its_speed(catalog, day):
    answers = {**SUPPORT_BOT, "tuning_route": "own:qwen3.5-9b", "training_examples": 640, "tokens_per_training_example": 400,
               "epochs": 3, "training_runs": 1}  # fmt: skip
    training = component(project(answers, catalog, as_of=day, draws=5), "fine_tuning", "training")
    assert training.usd_once == pytest.approx(640 * 400 * 3 / 3000 / 3600 * 3.5)


def test_the_worked_example_of_hosted_training(catalog, day):
    answers = {
        **SUPPORT_BOT,
        "training_examples": 640,
        "tokens_per_training_example": 400,
        "epochs": 3,
        "training_runs": 1,
    }
    for route, usd in (
        ("openai:gpt-4o-mini", 2.30),
        ("together:qwen3.5-9b", 0.37),
        ("fireworks:llama-3.1-8b", 0.38),
    ):
        training = component(
            project({**answers, "tuning_route": route}, catalog, as_of=day, draws=5),
            "fine_tuning",
            "training",
        )
        assert training.usd_once == pytest.approx(usd, abs=0.005)


def test_people_count_by_default_apart_from_what_vendors_bill(catalog, day):
    usual = project(SUPPORT_BOT, catalog, as_of=day, draws=5).strategies["rag"]
    priced = project({**SUPPORT_BOT, "people_usd_per_hour": 100}, catalog, as_of=day, draws=5).strategies[
        "rag"
    ]
    without = project({**SUPPORT_BOT, "people_usd_per_hour": 0}, catalog, as_of=day, draws=5).strategies[
        "rag"
    ]
    assert priced.people.one_time.expected == 120 * 100
    assert usual.people.one_time.expected > 0
    assert without.people.one_time.expected == 0
    for cost in (usual, priced, without):
        assert not [item for item in cost.components if "people" in item.name]
        assert cost.total.expected == pytest.approx(usual.total.expected)
        care = cost.people.per_month.expected * cost.months_counted + cost.people.one_time.expected
        assert cost.total_with_people.expected == pytest.approx(cost.total.expected + care)


def test_growth_compounds_month_by_month(catalog, day):
    rows = pl.DataFrame([{**BARE, "model": "gpt-6-luna", "queries_per_day": 1000, "query_tokens": 1000, "output_tokens": 0,
                          "growth_per_month": growth, "horizon_months": 12} for growth in (0.0, 0.1)])  # fmt: skip
    flat, growing = cost_frame(rows, catalog, as_of=day)["total_prompting_usd"].to_list()
    assert growing / flat == pytest.approx(sum(1.1**month for month in range(12)) / 12)


def test_an_unknown_price_makes_a_total_unknown_and_not_smaller(catalog, day):
    answers = {**SUPPORT_BOT, "tuning_route": "openai:gpt-4o-mini"}
    early = date(2025, 12, 1)
    projection = project(
        {**answers, "model": "gpt-4o", "tuning_route": "together:qwen3.5-9b"}, catalog, as_of=early, draws=5
    )
    tuned = projection.strategies["fine_tuning"]
    assert tuned.per_month.expected is None
    assert tuned.total.expected is None
    assert projection.strategies["prompting"].per_month.expected > 0
    assert "not known" in break_even(projection, "prompting", "fine_tuning").never_because
    assert projection.curves["fine_tuning"].expected == ()
    assert any("cost of training is not known" in warning for warning in projection.warnings)
    assert CostProjection.model_validate_json(projection.model_dump_json(by_alias=True)) == projection
    assert "NaN" not in json.dumps(projection.model_dump(mode="json"))


def test_formulas_hold_the_numbers_that_they_name(catalog, day):
    projection = project(SUPPORT_BOT, catalog, as_of=day, cache_hit=0.0, draws=5)
    examples = component(projection, "few_shot", "examples in the prompt")
    assert examples.formula.startswith("3,041,667 requests × 1,500 tokens × 0.15 USD per 1M")
    every = [item.formula for cost in projection.strategies.values() for item in cost.components]
    assert not [formula for formula in every if "{" in formula]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("queries_per_day", -1, "outside"),
        ("queries_per_day", math.nan, "not a number"),
        ("cache_hit", 50, "outside"),
        ("model", 4, "not a word"),
        ("batch", "yes", "neither true nor false"),
        ("knowledge_change", "hourly", "no answer"),
        ("tuning_route", "openai:gpt-5", "no tuning route"),
        ("vector_store", "neno", "Did you mean 'neon'"),
        ("currency", "XYZ", "no rate is known"),
    ],
)
def test_a_wrong_answer_is_named(catalog, day, name, value, message):
    with pytest.raises(AdvisorError, match=message):
        project({**SUPPORT_BOT, name: value}, catalog, as_of=day)


def test_an_old_rate_of_exchange_is_said_to_be_old(catalog, day):
    projection = project({**SUPPORT_BOT, "currency": "EUR"}, catalog, as_of=day, draws=5)
    assert projection.strategies["prompting"].per_month.expected == pytest.approx(
        project(SUPPORT_BOT, catalog, as_of=day, draws=5).strategies["prompting"].per_month.expected * 0.85186
    )
    assert any("2026-01-21" in warning for warning in projection.warnings)


def test_draws_stay_in_their_range_and_half_lie_below_the_expected_value(catalog, day):
    numbers = unsure_numbers({}, resolve({}, catalog, day), catalog, day)
    for item, values in zip(numbers, draw(numbers, 4000).values(), strict=True):
        assert item.low * (1 - 1e-12) <= values.min() <= values.max() <= item.high * (1 + 1e-12)
        if item.low < item.expected < item.high:
            assert (values < item.expected).mean() == pytest.approx(0.5, abs=0.05)


def test_the_tornado_is_sorted_and_moves_answered_numbers_too(catalog, day):
    tornado = project(SUPPORT_BOT, catalog, as_of=day, draws=50).tornado
    widths = [max(abs(high - low) for low, high in swing.totals.values()) for swing in tornado]
    assert widths == sorted(widths, reverse=True)
    assert any(swing.answered for swing in tornado)
    assert any(not swing.answered for swing in tornado)


def test_probabilities_of_being_cheaper_are_those_of_a_pair(catalog, day):
    cheaper = project({}, catalog, as_of=day, draws=400).cheaper
    for a in STRATEGIES:
        for b in STRATEGIES:
            if a != b:
                assert cheaper[a][b] + cheaper[b][a] <= 1 + 1e-12
    assert cheaper["prompting"]["hybrid"] == 1


def test_latency_adds_its_steps_and_knows_the_budget(catalog, day):
    found = latency_ms(SUPPORT_BOT, catalog, as_of=day)
    for latency in found.values():
        assert sum(latency.parts.values()) == pytest.approx(latency.p50)
        assert latency.first_token_p50 < latency.first_token_p95 < latency.p95
    assert found["rag"].p50 - found["prompting"].p50 > found["rag"].parts["vector search"]
    slower = latency_ms({**SUPPORT_BOT, "reranker": "cohere:rerank-v3.5"}, catalog, as_of=day)
    assert slower["rag"].p50 - found["rag"].p50 == pytest.approx(
        catalog.parameter("latency.rerank_ms", day).number
    )


def test_a_warm_cache_reads_faster(catalog, day):
    cold, warm = (
        latency_ms({**SUPPORT_BOT, "cache_hit": hit}, catalog, as_of=day)["few_shot"] for hit in (0.0, 1.0)
    )
    assert warm.first_token_p50 < cold.first_token_p50
    assert warm.parts["writing"] == cold.parts["writing"]


def test_derived_facts_are_null_until_the_workload_is_answered(catalog, day):
    frame = pl.DataFrame(
        [SUPPORT_BOT, {**SUPPORT_BOT, "output_tokens": None}, {**SUPPORT_BOT, "model": None}],
        infer_schema_length=None,
    )
    derived = derived_columns(frame, catalog, as_of=day)
    full, *open_rows = derived.to_dicts()
    assert None not in {
        full["monthly_few_shot_usd"],
        full["rag_latency_fits"],
        full["tuned_cheaper_than_few_shot"],
    }
    for row in open_rows:
        assert {value for name, value in row.items() if name != "few_shot_prefix_tokens"} == {None}
    assert derived["few_shot_prefix_tokens"].to_list() == [1500] * 3
    assert (
        derived_columns(pl.DataFrame({"x": [1, 2]}), catalog, as_of=day).null_count().row(0)
        == (2,) * derived.width
    )


def test_derived_facts_agree_with_the_projection(catalog, day):
    answers = {**SUPPORT_BOT, "few_shot_examples": 40, "cache_hit": 0.0}
    derived = derived_columns(pl.DataFrame([answers]), catalog, as_of=day).row(0, named=True)
    projection = project(answers, catalog, as_of=day, draws=5)
    for s in STRATEGIES:
        assert derived[f"monthly_{s}_usd"] == pytest.approx(projection.strategies[s].per_month.expected)
    assert derived["tuned_cheaper_than_few_shot"] is True
    assert derived["tuning_payback_months"] == pytest.approx(
        break_even(projection, "few_shot", "fine_tuning").months
    )
    assert derived["tuning_never_pays"] is False


def test_a_model_that_was_shut_down_leaves_the_derived_facts_open(catalog):
    frame = pl.DataFrame([SUPPORT_BOT, {**SUPPORT_BOT, "model": "gpt-6-luna"}])
    derived = derived_columns(frame, catalog, as_of=date(2027, 2, 1))
    assert derived["monthly_prompting_usd"].is_null().to_list() == [True, False]


def test_at_least_25_models_are_compared_cheapest_first(catalog, day):
    rows = compare_models(SUPPORT_BOT, catalog, as_of=day)
    assert len(rows) >= 25
    costs = [row.usd_per_month for row in rows]
    assert costs == sorted(costs)
    assert all(row.retires_on is None or row.retires_on > day for row in rows)
    assert not next(row for row in rows if row.model == "openai:gpt-6-luna").tunable_by_new_customer
    assert any(row.tunable_by_new_customer for row in rows)


def test_nothing_on_the_front_is_beaten_and_all_else_is(catalog, day):
    rows = [row.model_copy(update={"p95_ms": 1000.0 + 37 * (index * 7 % 11)})
            for index, row in enumerate(compare_models(SUPPORT_BOT, catalog, as_of=day))]  # fmt: skip
    for row in with_front(rows):
        beaten = any(
            other.usd_per_month <= row.usd_per_month and other.p95_ms <= row.p95_ms
            and (other.usd_per_month, other.p95_ms) != (row.usd_per_month, row.p95_ms)
            for other in rows
        )  # fmt: skip
        assert row.on_front is not beaten


def test_a_prompt_that_does_not_fit_is_said(catalog, day):
    answers = {**SUPPORT_BOT, "retrieved_tokens": 200_000}
    assert any("do not fit" in warning for warning in project(answers, catalog, as_of=day, draws=5).warnings)
    rows = compare_models(answers, catalog, as_of=day, strategy="rag")
    assert {row.model for row in rows if not row.fits_context} >= {"openai:gpt-4o-mini", "groq:gpt-oss-20b"}


def test_the_tables_hold_what_the_charts_show(catalog, day):
    projection = project(SUPPORT_BOT, catalog, as_of=day, draws=20)
    assert strategies_table(projection).height == 5
    curves = curves_table(projection)
    assert curves.filter(pl.col("strategy") == "rag")["expected"].to_list() == list(
        projection.curves["rag"].expected
    )
    total = components_table(projection).group_by("strategy").agg(pl.col("usd_per_month").sum())
    for name, usd in total.iter_rows():
        assert usd == pytest.approx(projection.strategies[name].per_month.expected)
    assert tornado_table(projection).height == 5 * len(projection.tornado)
    assert models_table(compare_models(SUPPORT_BOT, catalog, as_of=day)).height >= 25
