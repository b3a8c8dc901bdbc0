"""Ends of the engine that few situations reach."""

from __future__ import annotations

import polars as pl
import pytest

from advisor.catalog.conditions import Group, Test
from advisor.decide import decide_frame
from advisor.decide.first_version import of_version_1
from advisor.decide.precedents import similar_cases
from advisor.decide.reasons import _blockers, _holders
from advisor.decide.scoring import score
from advisor.scenario import frame_of


def test_a_frame_without_rows_has_scores_without_rows(catalog, day):
    empty = frame_of([{}], catalog).head(0)

    assert score(empty, catalog, day).scores.shape == (0, 5)


def test_a_table_tells_how_far_it_is(catalog, day):
    told: list[int] = []
    frame = pl.concat([frame_of([{"knowledge_gap": "main"}], catalog)] * 3)

    verdicts = decide_frame(frame, catalog, as_of=day, samples=4, progress=told.append)

    assert verdicts.height == 3
    assert told[-1] == 3


A, B, C = (Test(name, "is", ("x",)) for name in "abc")
VALUES = {A: True, B: False, C: None}


@pytest.mark.parametrize(
    ("condition", "blockers", "holders"),
    [
        (A, "", "a"),
        (B, "b", ""),
        (Group("all", (A, B, C)), "bc", ""),
        (Group("any", (B, C)), "b", "c"),
        (Group("any", (A, B)), "", "a"),
        (Group("none", (A, C)), "ac", ""),
        (Group("none", (B,)), "", "b"),
        (Group("none", (Group("all", (A, C)),)), "a", "c"),
        (Group("none", (Group("none", (B,)),)), "b", ""),
        (Group("none", (Group("any", (A, C)),)), "ac", ""),
    ],
)
def test_the_fewest_facts_that_keep_a_condition_from_holding_and_from_failing(condition, blockers, holders):
    assert len(_blockers(condition, VALUES)) == len(blockers)
    assert len(_holders(condition, VALUES)) == len(holders)


def test_a_case_is_its_own_nearest(catalog):
    for case in list(catalog.cases.values())[:12]:
        found = similar_cases(case.answers, catalog, limit=50)

        assert case.id in {item.id for item in found}
        own = next(item for item in found if item.id == case.id)
        assert own.differs_on == ()
        assert found[0].likeness >= own.likeness


def test_likeness_falls_with_the_distance_of_the_answers(catalog):
    known = {"knowledge_change": "daily", "labelled_examples": 500.0, "behaviors": ["tone", "reasoning"]}
    all_cases = {item.id: item for item in similar_cases(known, catalog, limit=10_000)}

    for item in all_cases.values():
        assert 0 < item.likeness <= 1
        assert not set(item.agrees_on) & set(item.differs_on)


def test_advice_of_the_first_version_is_brought_into_todays_shape():
    old = {
        "try_first": "rag",
        "shares": {"rag": 0.7},
        "title": "Bot",
        "reasons": [{"rule": "r", "bits_for_first": 2.0, "effect": {"prompting": "rules_out"}}, "damaged"],
        "nearly": [{"rule": "n", "effect": {"rag": "for"}}],
        "next_question": {"fact": "f"},
    }

    new = of_version_1(old)

    assert new["recommended"] == new["start_with"]["strategy"] == "rag"
    assert new["probabilities"] == {"rag": 0.7}
    assert new["reasons"][0]["bits_for_recommended"] == 2.0
    assert new["reasons"][0]["rules_out"] == ["prompting"]
    assert new["reasons"][1] == "damaged"
    assert new["nearly"][0]["effect"] == {}
    assert new["next_question"]["gain"] is None


def test_what_is_not_a_list_in_old_advice_is_left_for_the_check_that_follows():
    new = of_version_1({"try_first": "rag", "reasons": "none", "nearly": {}, "next_question": None})

    assert new["reasons"] == "none"
    assert new["nearly"] == {}
    assert new["next_question"] is None
