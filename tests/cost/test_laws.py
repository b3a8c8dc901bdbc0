"""Laws of costs: parts add up, more traffic never costs less, nothing is free because it is unknown."""

from __future__ import annotations

import math
from datetime import date
from itertools import combinations

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.cost import cost_frame, project
from advisor.palette import STRATEGIES

DAY = date(2026, 11, 22)
NO_SHRINKING = (
    Phase.explicit,
    Phase.generate,
)  # each example costs a projection; the first one is small enough
MODELS = (
    "gpt-4o-mini",
    "gpt-6-luna",
    "claude-haiku-5-5",
    "gemini-3.8-flash",
    "groq:gpt-oss-20b",
    "deepseek-flash",
)
tokens = st.integers(0, 200_000)
WORKLOAD = st.fixed_dictionaries(
    {
        "model": st.sampled_from(MODELS),
        "queries_per_day": st.integers(0, 10_000_000),
        "instruction_tokens": tokens,
        "query_tokens": tokens,
        "output_tokens": tokens,
        "few_shot_examples": st.integers(0, 50),
        "tokens_per_example": st.integers(0, 2000),
        "retrieved_tokens": tokens,
        "horizon_months": st.integers(1, 36),
        "growth_per_month": st.floats(-0.2, 0.3),
    },
    optional={
        "knowledge_tokens": st.integers(0, 10**9),
        "knowledge_change": st.sampled_from(["never", "yearly", "monthly", "weekly", "daily", "realtime"]),
        "labelled_examples": st.integers(0, 10_000),
        "cache_hit": st.floats(0, 1),
        "reranker": st.sampled_from(["none", "cohere:rerank-v3.5", "voyage:rerank-2.5"]),
        "tuning_route": st.sampled_from(
            ["openai:gpt-4o-mini", "azure:gpt-4o-mini", "together:qwen3.5-9b", "own:qwen3.5-9b"]
        ),
        "people_usd_per_hour": st.integers(0, 200),
        "batch": st.booleans(),
        "vector_store": st.sampled_from(["neon", "pinecone", "own-database"]),
    },
)


@given(WORKLOAD)
@settings(max_examples=25, phases=NO_SHRINKING)
def test_components_add_up_and_low_expected_high_never_fall(answers):
    projection = project(answers, load_catalog(), as_of=DAY, draws=50)
    for cost in projection.strategies.values():
        recurring = sum(item.usd_per_month for item in cost.components)
        assert recurring == pytest.approx(cost.per_month.expected, rel=1e-9, abs=1e-9)
        assert sum(item.usd_once for item in cost.components) == pytest.approx(
            cost.one_time, rel=1e-9, abs=1e-9
        )
        for item in cost.components:
            assert item.usd_per_month >= 0
            assert item.usd_once >= 0
        for figure in (cost.per_month, cost.total):
            assert figure.low <= figure.expected <= figure.high


@given(WORKLOAD)
@settings(max_examples=25, phases=NO_SHRINKING)
def test_the_curve_starts_at_the_one_time_cost_never_falls_and_ends_at_the_total(answers):
    projection = project(answers, load_catalog(), as_of=DAY, draws=20)
    for name, curve in projection.curves.items():
        assert curve.expected[0] == pytest.approx(projection.strategies[name].one_time, abs=1e-9)
        assert curve.expected[-1] == pytest.approx(projection.strategies[name].total.expected, rel=1e-9)
        assert list(curve.expected) == sorted(curve.expected)


@given(WORKLOAD, st.integers(1, 1000))
@settings(max_examples=25, phases=NO_SHRINKING)
def test_more_traffic_never_costs_less(answers, factor):
    more = {**answers, "queries_per_day": answers["queries_per_day"] * factor}
    # With the hit rate fixed: a busier cache may well make the whole cheaper.
    rows = pl.DataFrame([{**row, "cache_hit": 0.5} for row in (answers, more)])
    costed = cost_frame(rows, load_catalog(), as_of=DAY)
    for s in STRATEGIES:
        low, high = costed[f"total_{s}_usd"].to_list()
        assert low <= high * (1 + 1e-12)


@given(WORKLOAD)
@settings(max_examples=25, phases=NO_SHRINKING)
def test_without_requests_only_the_fixed_part_is_paid(answers):
    projection = project({**answers, "queries_per_day": 0}, load_catalog(), as_of=DAY, draws=10)
    for cost in projection.strategies.values():
        assert cost.per_1k_requests is None
        assert not [item for item in cost.components if item.kind == "per_request" and item.usd_per_month]


@given(WORKLOAD)
@settings(max_examples=25, phases=NO_SHRINKING)
def test_a_break_even_is_where_the_curves_meet_or_never_with_a_reason(answers):
    projection = project(answers, load_catalog(), as_of=DAY, draws=5)
    assert {frozenset((c.from_, c.to)) for c in projection.break_even} == {
        frozenset(pair) for pair in combinations(STRATEGIES, 2)
    }
    for crossing in projection.break_even:
        assert (crossing.months is None) == bool(crossing.never_because)
        if crossing.months is not None and crossing.months <= projection.horizon_months:
            a, b = (value_at(projection.curves[s], crossing.months) for s in (crossing.from_, crossing.to))
            assert a == pytest.approx(b, rel=1e-6, abs=1e-6)


@given(WORKLOAD)
@settings(max_examples=15, phases=NO_SHRINKING)
def test_one_row_and_a_table_cost_the_same(answers):
    fixed = {**answers, "growth_per_month": 0.0}
    table = cost_frame(pl.DataFrame([fixed, fixed]), load_catalog(), as_of=DAY)
    projection = project(fixed, load_catalog(), as_of=DAY, draws=5)
    for s in STRATEGIES:
        assert table[f"monthly_{s}_usd"][0] == pytest.approx(
            projection.strategies[s].per_month.expected, rel=1e-9
        )
        assert table[f"total_{s}_usd"][1] == pytest.approx(projection.strategies[s].total.expected, rel=1e-9)


@given(WORKLOAD)
@settings(max_examples=15, phases=NO_SHRINKING)
def test_a_currency_scales_every_figure_and_comes_back(answers):
    dollars = project(answers, load_catalog(), as_of=DAY, draws=5)
    euros = project({**answers, "currency": "EUR", "currency_rate": 0.9}, load_catalog(), as_of=DAY, draws=5)
    for s in STRATEGIES:
        assert euros.strategies[s].total.high / 0.9 == pytest.approx(
            dollars.strategies[s].total.high, rel=1e-9
        )
        assert euros.curves[s].expected[-1] / 0.9 == pytest.approx(dollars.curves[s].expected[-1], rel=1e-9)
    assert [c.months for c in euros.break_even] == [c.months for c in dollars.break_even]


def test_the_same_answers_give_the_same_bytes():
    first, second = (project({"queries_per_day": 5000}, load_catalog(), as_of=DAY) for _ in range(2))
    assert first.model_dump_json(by_alias=True) == second.model_dump_json(by_alias=True)


def test_a_projection_reads_back_from_its_json():
    from advisor.cost import CostProjection

    for by_alias in (True, False):
        projection = project({"queries_per_day": 5000}, load_catalog(), as_of=DAY)
        assert CostProjection.model_validate_json(projection.model_dump_json(by_alias=by_alias)) == projection


def value_at(curve, month):
    for start, end, low, high in zip(
        curve.months, curve.months[1:], curve.expected, curve.expected[1:], strict=False
    ):
        if start <= month <= end:
            return low + (high - low) * (month - start) / (end - start)
    return math.nan
