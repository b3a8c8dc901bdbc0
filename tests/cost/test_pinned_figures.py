"""Figures that were worked out by hand beforehand; the real functions must give them."""

from __future__ import annotations

import polars as pl
import pytest

from advisor.cost import break_even, cost_frame, project
from tests.cost.workloads import BARE, SUPPORT_BOT

TUNED_AT_OPENAI = {"tuning_route": "openai:gpt-4o-mini"}


def component(projection, strategy, name):
    found = [item for item in projection.strategies[strategy].components if item.name == name]
    return found[0] if found else None


def per_day(projection, strategy, name):
    return component(projection, strategy, name).usd_per_month / (365 / 12)


@pytest.mark.parametrize(("cache_hit", "usd"), [(0.0, 22.50), (1.0, 11.25)])
def test_ten_examples_of_150_tokens_cost_what_was_worked_out(catalog, day, cache_hit, usd):
    projection = project(SUPPORT_BOT, catalog, as_of=day, cache_hit=cache_hit)
    assert per_day(projection, "few_shot", "examples in the prompt") == pytest.approx(usd, abs=1e-9)


def test_the_tuned_model_costs_twice_per_token_and_is_not_free(catalog, day):
    projection = project(
        {**SUPPORT_BOT, **TUNED_AT_OPENAI, "retrains_per_year": 0}, catalog, as_of=day, cache_hit=0.0
    )
    base, tuned = projection.strategies["prompting"], projection.strategies["fine_tuning"]
    assert base.per_day == pytest.approx(16.50, abs=1e-9)
    assert tuned.per_day == pytest.approx(33.00, abs=1e-9)
    assert projection.strategies["few_shot"].per_day == pytest.approx(39.00, abs=1e-9)


@pytest.mark.parametrize(("cache_hit", "threshold"), [(0.0, 1100), (1.0, 2200)])
def test_tuned_beats_few_shot_only_above_the_threshold(catalog, day, cache_hit, threshold):
    prefixes = [threshold - 1, threshold, threshold + 1]
    rows = pl.DataFrame(
        [
            {
                **BARE,
                **TUNED_AT_OPENAI,
                "model": "gpt-4o-mini",
                "queries_per_day": 100_000,
                "query_tokens": 500,
                "output_tokens": 150,
                "few_shot_examples": 1,
                "tokens_per_example": tokens,
                "cache_hit": cache_hit,
            }
            for tokens in prefixes
        ]
    )
    costed = cost_frame(rows, catalog, as_of=day)
    saving = (costed["monthly_few_shot_usd"] - costed["monthly_fine_tuning_usd"]).to_list()
    assert saving[0] < 0 < saving[2]
    assert saving[1] == pytest.approx(0, abs=1e-6)


TABLE = [
    # output tokens, all examples cached?, requests until the tune has paid for itself (None: never)
    (100, False, 1.4551e6),
    (200, False, 1.7614e6),
    (300, False, 2.2311e6),
    (600, False, 11.1556e6),
    (100, True, 4.1833e6),
    (200, True, 8.3667e6),
    (300, True, None),
    (600, True, None),
]


def break_even_workload(output_tokens):
    """3,000 tokens of examples, a query of 300, 500 USD of labelling and 2 USD of training at 3 USD per 1M."""
    return {
        **BARE,
        **TUNED_AT_OPENAI,
        "model": "gpt-4o-mini",
        "queries_per_day": 1_000_000,
        "query_tokens": 300,
        "output_tokens": output_tokens,
        "few_shot_examples": 10,
        "tokens_per_example": 300,
        "tokens_per_training_example": 2_000_000 / 3 / 1000,
        "epochs": 1,
        "data_preparation_usd": 500,
    }


@pytest.mark.parametrize(("output_tokens", "cached", "requests"), TABLE)
def test_the_break_even_table(catalog, day, output_tokens, cached, requests):
    projection = project(break_even_workload(output_tokens), catalog, as_of=day, cache_hit=float(cached))
    crossing = break_even(projection, "few_shot", "fine_tuning")
    assert projection.strategies["fine_tuning"].one_time == pytest.approx(502)
    if requests is None:
        assert crossing.months is None
        assert crossing.never_because
    else:
        assert crossing.requests == pytest.approx(requests, rel=1e-4)
        assert crossing.day is not None


def test_a_model_that_is_shut_down_first_never_pays_back(catalog, day):
    slow = {**break_even_workload(100), "queries_per_day": 10_000, "horizon_months": 12}
    crossing = break_even(project(slow, catalog, as_of=day, cache_hit=0.0), "few_shot", "fine_tuning")
    assert crossing.months is None
    assert "2027-01-14" in crossing.never_because


def test_an_index_of_a_million_chunks_costs_six_dollars_once(catalog, day):
    answers = {
        **SUPPORT_BOT,
        "knowledge_tokens": 300_000_000,
        "chunk_overlap": 0,
        "embedding": "openai:text-embedding-3-small",
    }
    ingestion = component(project(answers, catalog, as_of=day), "rag", "ingestion")
    assert ingestion.usd_once == pytest.approx(6.00)


def test_reranking_per_search_costs_200_dollars_a_day(catalog, day):
    answers = {**SUPPORT_BOT, "reranker": "cohere:rerank-v3.5"}
    assert per_day(project(answers, catalog, as_of=day), "rag", "reranking") == pytest.approx(200)


def test_reranking_per_token_costs_75_and_30_dollars_a_day(catalog, day):
    for reranker, usd in (("voyage:rerank-2.5", 75), ("voyage:rerank-2.5-lite", 30)):
        answers = {**SUPPORT_BOT, "reranker": reranker, "rerank_documents": 50, "chunk_tokens": 300}
        assert per_day(project(answers, catalog, as_of=day), "rag", "reranking") == pytest.approx(usd)


def test_azure_hosting_costs_40_80_a_day_idle_or_not(catalog, day):
    for queries in (0, 100_000):
        answers = {**SUPPORT_BOT, "tuning_route": "azure:gpt-4o-mini", "queries_per_day": queries}
        assert per_day(project(answers, catalog, as_of=day), "fine_tuning", "hosting") == pytest.approx(40.80)


def test_a_fireworks_gpu_costs_192_a_day(catalog, day):
    answers = {**SUPPORT_BOT, "tuning_route": "fireworks:gpt-oss-20b", "queries_per_day": 100}
    assert per_day(project(answers, catalog, as_of=day), "fine_tuning", "hosting") == pytest.approx(192)
