"""What nothing on the market can do is ruled out by date and by answer; what is not known is not."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from advisor.catalog import load_catalog
from advisor.decide.limits import feasible
from advisor.palette import STRATEGIES
from advisor.scenario import check_answers, frame_of
from tests.situations import answers

DAY = date(2026, 11, 26)
TUNED = ("fine_tuning", "hybrid")
DOCUMENTS = {"knowledge_gap": "main", "knowledge_in_request": False, "knowledge_form": ("documents",)}
FREE = {
    "privacy": "any_vendor",
    "model_access": "any",
    "bound_vendor": "free",
    "can_host": True,
    "training_allowed": True,
    "labelled_examples": 1000.0,
    "latency_budget_ms": 600_000.0,
}


def of(facts: dict, catalog, day: date = DAY) -> dict[str, bool | None]:
    return feasible(frame_of([facts], catalog), catalog, day).row(0, named=True)


def test_no_published_decision_is_called_impossible(catalog):
    for case in catalog.cases.values():
        found = of(check_answers(case.answers, catalog), catalog)
        assert found[case.decision_core] is not False, case.id


@pytest.mark.parametrize(
    ("vendor", "day", "possible"),
    [
        ("openai", date(2025, 11, 1), True),
        ("openai", DAY, False),
        ("openai", date(2027, 1, 7), False),
        ("anthropic", DAY, False),
        ("google", DAY, True),
        ("google", date(2028, 1, 1), False),
    ],
)
def test_a_bound_vendor_can_train_only_while_it_takes_newcomers(catalog, vendor, day, possible):
    found = of({**FREE, "bound_vendor": vendor}, catalog, day)

    assert all(found[s] is possible for s in TUNED)


@pytest.mark.parametrize("status", ["gated", "closing", "closed"])
def test_any_backend_that_closes_takes_its_customers_along(tmp_path, status):
    (tmp_path / "market").mkdir()
    (tmp_path / "market" / "mine.yaml").write_text(
        "backends:\n  vertex:\n    label: Vertex\n    kind: hosted\n    place: cloud\n    availability:\n"
        "      - {from: 2024-01-01, status: open, says: Open., sources: [judgement], checked: 2026-11-26}\n"
        f"      - {{from: 2027-03-01, status: {status}, says: Over., sources: [judgement], checked: 2026-11-26}}\n",
        encoding="utf-8",
    )
    catalog = load_catalog(tmp_path)
    facts = {**FREE, "bound_vendor": "google"}

    assert of(facts, catalog, date(2027, 2, 28))["fine_tuning"] is True
    assert of(facts, catalog, date(2027, 3, 1))["fine_tuning"] is False


@given(st.floats(1.1e6, 1e12))
def test_text_that_no_window_holds_rules_out_prompts_and_nothing_else(tokens):
    found = of({**FREE, **DOCUMENTS, "knowledge_tokens": tokens}, load_catalog())

    assert found["prompting"] is False
    assert found["few_shot"] is False
    assert found["rag"] is not False


def test_the_window_is_that_of_the_models_the_answers_allow(catalog):
    facts = {**FREE, **DOCUMENTS, "knowledge_tokens": 600_000.0}

    assert of(facts, catalog)["prompting"] is not False
    assert of({**facts, "model_access": "small"}, catalog)["prompting"] is False


@pytest.mark.parametrize(
    "facts",
    [
        {"training_allowed": False},
        {"labelled_examples": 0.0, "examples_obtainable": "no", "gradable": "no"},
        {"privacy": "own_machines", "can_host": False},
    ],
)
def test_training_that_is_forbidden_or_has_nothing_or_nowhere_is_out(catalog, facts):
    found = of(facts, catalog)

    assert [found[s] for s in TUNED] == [False, False]
    assert found["prompting"] is not False


def test_a_wait_shorter_than_any_answer_is_the_limits_fault_and_excludes_nobody(catalog):
    facts = {**FREE, "behaviors": ("taxonomy",)}

    assert of({**facts, "latency_budget_ms": 200.0}, catalog)["rag"] is False
    assert of({**facts, "latency_budget_ms": 200.0}, catalog)["fine_tuning"] is not False
    assert False not in of({**facts, "latency_budget_ms": 1.0}, catalog).values()


@settings(max_examples=60)
@given(answers(without=("latency_budget_ms",)), st.data())
def test_one_more_answer_never_turns_what_was_settled(given_answers, data):
    catalog = load_catalog()
    dropped = data.draw(st.sampled_from([*given_answers, ""]))
    fewer = {name: value for name, value in given_answers.items() if name != dropped}
    before, after = of(fewer, catalog), of(given_answers, catalog)

    assert all(before[s] is None or before[s] is after[s] for s in STRATEGIES)


@settings(max_examples=30)
@given(st.lists(answers(), min_size=1, max_size=6))
def test_rows_are_judged_each_for_itself(rows):
    catalog = load_catalog()
    together = feasible(frame_of(rows, catalog), catalog, DAY)

    assert_frame_equal(
        together, pl.concat([feasible(frame_of([row], catalog), catalog, DAY) for row in rows])
    )


def test_a_frame_that_says_nothing_settles_nothing(catalog):
    frame = pl.DataFrame({"queries_per_day": [1.0, 2.0]})

    assert feasible(frame, catalog, DAY).height == 2
    found = feasible(frame, catalog, DAY)
    assert all(value is None for row in found.select(STRATEGIES).rows() for value in row)
    assert found["all_late"].to_list() == [False, False]
