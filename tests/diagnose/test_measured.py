"""What a diagnosis measured becomes answers of the decision, and what it did not measure does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from advisor.catalog import load_catalog
from advisor.diagnose.diagnosing import diagnose
from advisor.diagnose.material import Material, frame_of_values
from advisor.diagnose.measured import measured_facts, run_of
from advisor.diagnose.records import Diagnosis
from advisor.scenario import Situation, with_measured
from tests.diagnose.story import asked, diagnosis, stiff, suspicion, training_rows, warm

DAY = date(2026, 11, 27)
STIFF = tuple(range(1, 41, 11))


def rows(*tools: str) -> list[dict[str, Any]]:
    return [{"prompt": asked(tool), "completion": warm(tool)} for tool in tools]


def material(**tables: list[dict[str, Any]]) -> Material:
    return Material(
        **{
            "training": frame_of_values(training_rows()),
            **{name: frame_of_values(some) for name, some in tables.items()},
        }  # type: ignore[arg-type]
    )


def test_blamed_rows_are_no_examples_and_make_the_rest_mixed() -> None:
    said = diagnosis(suspicion("minority-leaks", "retrain-without-rows", rows=STIFF))
    facts = measured_facts(said, material())
    assert facts["labelled_examples"].value == 40 - len(STIFF)
    assert "4 for minority-leaks (likely)" in facts["labelled_examples"].by
    assert facts["example_quality"].value == "mixed"
    most = suspicion("refusals-learned", "retrain-without-rows", rows=tuple(range(1, 31)))
    assert measured_facts(diagnosis(most), material())["example_quality"].value == "unchecked"


def test_rows_that_repeat_or_hold_no_answer_are_not_counted() -> None:
    table = [*rows("spade", "spade", "rake"), {"prompt": "Where?", "completion": " "}]
    table.append({"prompt": asked("hose"), "completion": stiff("hose")})
    said = diagnosis(suspicion("minority-leaks", "retrain-without-rows", rows=(5,)))
    assert measured_facts(said, material(training=table))["labelled_examples"].value == 2


def test_without_rows_to_blame_nothing_is_said_of_the_examples() -> None:
    assert measured_facts(diagnosis(), material()) == {}


@pytest.mark.parametrize(("state", "value"), [("likely", False), ("ruled_out", True), ("cannot_tell", None)])
def test_a_test_set_is_one_where_the_evaluation_is_like_production(state: str, value: bool | None) -> None:
    said = diagnosis(suspicion("evaluation-unlike-production", "evaluate-on-production", state=state))
    facts = measured_facts(said, material(evaluation=rows("ladder", "bucket")))
    assert facts.get("test_set", None) == value if value is None else facts["test_set"].value is value


def test_an_evaluation_that_was_trained_on_or_has_no_answers_is_not_called_a_test_set() -> None:
    said = diagnosis(suspicion("evaluation-unlike-production", "evaluate-on-production", state="ruled_out"))
    known = [{"messages": one["messages"]} for one in training_rows(3)]
    assert measured_facts(said, material(evaluation=known)) == {}
    assert measured_facts(said, material(evaluation=[{"prompt": "Where?", "completion": ""}])) == {}


@pytest.mark.parametrize(("last", "value"), [("2026-10-20", "monthly"), ("2027-06-01", None)])
def test_a_change_of_production_is_dated_by_its_days(last: str, value: str | None) -> None:
    said = diagnosis(suspicion("production-changed", "retrain-with-rows"))
    table = [
        {**one, "date": day} for one, day in zip(rows("spade", "rake"), ("2026-09-01", last), strict=True)
    ]
    fact = measured_facts(said, material(production=table)).get("task_change")
    assert (None if fact is None else fact.value) == value


def test_the_answers_carry_their_origin_their_day_and_what_measured_them() -> None:
    given = material(production=rows("spade", "rake"))
    said: Diagnosis = diagnose(given).model_copy(
        update={"causes": (suspicion("minority-leaks", "retrain-without-rows", rows=STIFF),)}
    )
    run = run_of(said, given, DAY)
    after, replaced = with_measured(Situation(answers={"labelled_examples": 412}), run, load_catalog())
    assert after.answers["labelled_examples"] == 36
    assert after.origin("labelled_examples") == "measured"
    assert {one.fact: one.before for one in replaced} == {"labelled_examples": 412, "example_quality": None}
    assert (run.on, run.what) == ("2026-11-27", "diagnosis of 40 training rows and 2 production samples")
