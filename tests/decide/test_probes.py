"""Situations in which an engine that adds everything up goes wrong, each as its kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decide import decide
from advisor.scenario import check_answers
from tests.decide.test_laws import CATALOG, DAY
from tests.situations import answers

TRAINED = ("fine_tuning", "hybrid")
PILE: dict[str, Any] = {
    "knowledge_gap": "none", "behavior_gap": "main", "behaviors": ["taxonomy"], "task_breadth": "narrow",
    "labelled_examples": 50_000, "example_quality": "reviewed", "team_skill": "strong", "budget": "high",
}  # fmt: skip


def said(**given_answers: Any):
    return decide(check_answers(given_answers, CATALOG), CATALOG, as_of=DAY)


@given(answers(without=("bound_vendor",)), st.sampled_from(["openai", "anthropic"]))
@settings(max_examples=25)
def test_a_vendor_that_cannot_train_rules_training_out_whatever_speaks_for_it(given_answers, vendor):
    found = decide({**given_answers, "bound_vendor": vendor}, CATALOG, as_of=DAY)

    assert set(TRAINED) <= {out.strategy for out in found.ruled_out}
    assert found.recommended not in TRAINED
    assert found.start_with.strategy not in TRAINED


@pytest.mark.parametrize("count", [300, 1_000, 20_000, 1_000_000])
@pytest.mark.parametrize("cost", [None, "little", "matters"])
def test_what_works_with_a_prompt_stays_a_prompt_however_many_examples_there_are(count, cost):
    found = said(**{**PILE, "labelled_examples": count, "prompting_result": "works", "running_cost": cost})

    assert found.recommended in ("prompting", "few_shot")


@pytest.mark.parametrize(
    "gain",
    [
        {"running_cost": "decisive"},
        {"drivers": ["price"]},
        {"drivers": ["speed"]},
        {"privacy": "own_machines"},
    ],
)
def test_the_same_pile_speaks_for_training_where_something_is_to_be_gained(gain):
    assert said(**PILE, prompting_result="works", **gain).recommended == "fine_tuning"


@pytest.mark.parametrize("tried", [None, "not_tried"])
def test_an_untried_prompt_comes_before_training(tried):
    found = said(**{**PILE, "labelled_examples": 1_500, "prompting_result": tried})

    assert found.start_with.strategy in ("prompting", "few_shot")
    assert "baseline" in found.start_with.because
    assert "held-out" in found.start_with.stop_when


@pytest.mark.parametrize("examples", [None, 150, 1_500])
def test_untried_retrieval_comes_before_a_hybrid(examples):
    found = said(
        knowledge_gap="main", behavior_gap="main", behaviors=["tone"], prompting_result="not_tried",
        retrieval_result="not_tried", labelled_examples=examples,
    )  # fmt: skip

    assert found.start_with.strategy in ("rag", "prompting", "few_shot")
    assert found.recommended != "hybrid" or found.start_with.strategy == "rag"


def test_a_hybrid_whose_parts_were_tried_is_started_as_one():
    found = said(
        knowledge_gap="main", fetch="by_search", behavior_gap="main", behaviors=["tone"], prompting_result="fails",
        retrieval_result="misused", passage_by_hand="manner", labelled_examples=5_000, example_quality="reviewed",
        examples_obtainable="easily", team_skill="strong",
    )  # fmt: skip

    assert found.recommended == "hybrid"
    assert found.start_with.strategy == "hybrid"


@pytest.mark.parametrize(
    ("models", "tokens"),
    [
        ({"model_access": "small"}, 600_000),
        ({"model_access": "small", "privacy": "own_machines"}, 150_000),
        ({"model_access": "open_weights", "privacy": "own_machines"}, 150_000),
        ({"privacy": "own_machines"}, 400_000),
    ],
)
def test_text_that_the_models_cannot_hold_is_not_sent_to_the_prompt(models, tokens):
    found = said(knowledge_gap="main", knowledge_tokens=tokens, **models)

    assert found.recommended in ("rag", "hybrid")


@pytest.mark.parametrize("tokens", [199_000, 201_000])
def test_a_large_text_at_high_traffic_is_not_called_a_prompt_on_either_side_of_a_threshold(tokens):
    found = said(knowledge_gap="main", fetch="by_search", knowledge_tokens=tokens, queries_per_day=1_000_000)

    assert found.recommended in ("rag", "hybrid")


@pytest.mark.parametrize("harder", [{"error_cost": "high"}, {"behaviors": ["reasoning"]}])
def test_long_prompts_lose_weight_where_errors_or_judgement_count(harder):
    easy = said(knowledge_gap="main", knowledge_tokens=600_000)
    hard = said(knowledge_gap="main", knowledge_tokens=600_000, **harder)

    assert any(reason.rule == "long-prompt-where-errors-or-judgement-count" for reason in hard.reasons)
    assert hard.dials["look_up"] >= easy.dials["look_up"]


@pytest.mark.parametrize("needed", [None, 95.0])
def test_where_to_stop_names_the_figure_that_is_needed(needed):
    found = said(**PILE, prompting_result="nearly", needed_percent=needed)

    assert ("95%" in found.start_with.stop_when) == (needed is not None)


def test_a_vendor_is_judged_by_the_day_and_not_by_its_name():
    answers_of_the_day = {"bound_vendor": "openai", "behavior_gap": "main", "labelled_examples": 20_000}
    before, after = (
        decide(check_answers(answers_of_the_day, CATALOG), CATALOG, as_of=day)
        for day in (date(2026, 5, 1), date(2026, 11, 26))
    )

    assert not {out.strategy for out in before.ruled_out} & set(TRAINED)
    assert {out.strategy for out in after.ruled_out} == set(TRAINED)
    assert all("2027-01-06" in out.because for out in after.ruled_out)
