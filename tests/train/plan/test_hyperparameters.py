"""Ranks follow the textbook rule, corrected by what is known since, and every setting has its reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train.hyperparameters import TASKS, LearningTask, recommend, task_of
from advisor.train.size.architecture import architecture_of

CATALOG = load_catalog()
CATALOG_DAY = date(2026, 11, 22)
LLAMA = architecture_of(CATALOG.models["llama-3.1-8b"].config, place="llama")


def test_larger_changes_get_larger_ranks(day):
    ranks = [recommend(CATALOG, LLAMA, LearningTask(task, 500, 100_000), day).rank for task in TASKS]
    assert ranks == sorted(ranks)
    assert ranks[-1] == 64


def test_the_textbook_ranks_are_the_low_ends(day):
    low = [CATALOG.parameter(f"training.rank_{task}", day).range[0] for task in TASKS]
    assert low == [4, 8, 16, 64]


def test_lora_takes_ten_times_the_rate_of_full_tuning(day):
    lora = recommend(CATALOG, LLAMA, LearningTask("standard", 500, 1e5), day)
    full = recommend(CATALOG, LLAMA, LearningTask("standard", 500, 1e5, "full"), day)
    assert lora.learning_rate == pytest.approx(10 * full.learning_rate)


def test_more_tokens_than_an_adapter_can_store_raise_the_rank(day):
    small = architecture_of(CATALOG.models["smollm2-135m"].config, place="small")
    few = recommend(CATALOG, small, LearningTask("style", 1000, 1e5), day)
    many = recommend(CATALOG, small, LearningTask("style", 1_000_000, 1e9), day)
    assert many.rank > few.rank
    assert any("full tuning" in warning for warning in many.warnings)


@given(rows=st.integers(1, 10**7), task=st.sampled_from(TASKS))
def test_settings_stay_within_what_is_known_to_work(rows, task):
    found = recommend(CATALOG, LLAMA, LearningTask(task, rows, rows * 200.0), CATALOG_DAY)
    batch = found.micro_batch * found.gradient_accumulation
    assert 1 <= batch <= 32
    assert 1 <= found.epochs <= 10
    assert 4 <= found.rank <= 256
    assert {reason.setting for reason in found.reasons} == {
        "rank",
        "targets",
        "learning_rate",
        "batch",
        "epochs",
    }
    assert all(source in CATALOG.sources for reason in found.reasons for source in reason.sources)


@given(rows=st.integers(1, 10**6))
def test_more_rows_never_need_more_passes(rows):
    def epochs(count):
        return recommend(CATALOG, LLAMA, LearningTask("standard", count, 1e5), CATALOG_DAY).epochs

    assert epochs(rows * 10) <= epochs(rows)


def test_an_unknown_task_is_refused_with_the_nearest(day):
    with pytest.raises(AdvisorError, match="Did you mean 'style'"):
        recommend(CATALOG, LLAMA, LearningTask("stile", 10, 100), day)


@pytest.mark.parametrize(
    ("answers", "task"),
    [
        ({"behavior_gap": "main", "behaviors": ["tone"]}, "style"),
        ({"behavior_gap": "main", "behaviors": ["reasoning"]}, "standard"),
        ({"knowledge_gap": "main"}, "domain"),
        ({"behavior_gap": "main", "task_breadth": "broad"}, "major"),
        ({}, "standard"),
    ],
)
def test_the_kind_of_task_follows_from_the_answers(answers, task):
    assert task_of(answers) == task


def test_preferences_are_learned_in_far_smaller_steps(day):
    pairs = recommend(CATALOG, LLAMA, LearningTask("standard", 500, 1e5, objective="dpo"), day)
    assert (
        pairs.learning_rate
        < 0.1 * recommend(CATALOG, LLAMA, LearningTask("standard", 500, 1e5), day).learning_rate
    )
