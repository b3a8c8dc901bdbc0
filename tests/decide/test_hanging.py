"""A verdict that hangs on a number which nobody published says so, with what it would be at either end."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.advice import recommend
from advisor.catalog import load_catalog
from advisor.decide import decide, hangs_on
from advisor.decide.hanging import ANSWERABLE, WINDOWS, ground_of, with_number
from advisor.scenario import Situation, check_answers
from advisor.share.report import limit_words
from tests.situations import answers

DAY = date(2026, 11, 26)
CATALOG = load_catalog()
A_LIBRARY = {
    "knowledge_gap": "some", "behavior_gap": "some", "error_cost": "high", "team_skill": "none",
    "queries_per_day": 100, "model_access": "any", "budget": "high",
}  # fmt: skip


def told(**given_answers):
    checked = check_answers(given_answers, CATALOG)
    return {item.parameter: item for item in hangs_on(checked, CATALOG, as_of=DAY)}


def test_text_near_what_a_window_takes_hangs_on_it_and_far_from_it_does_not():
    assert "decision.long_window_tokens" in told(**A_LIBRARY, knowledge_tokens=800_000)
    assert not told(**A_LIBRARY, knowledge_tokens=2_000).keys() & set(WINDOWS)
    assert not told(**A_LIBRARY, knowledge_tokens=5e9, fetch="by_search").keys() & set(WINDOWS)


@given(answers(), st.sampled_from([*WINDOWS, *ANSWERABLE]))
@settings(max_examples=8, deadline=None)
def test_an_end_says_what_the_whole_rulebook_with_that_number_says(given_answers, name):
    situation = {
        **given_answers,
        "knowledge_gap": "some",
        "knowledge_tokens": 250_000.0,
        "team_skill": "none",
    }
    item = {item.parameter: item for item in hangs_on(situation, CATALOG, as_of=DAY)}.get(name)
    if item is not None:
        for value, end in ((item.low, item.at_low), (item.high, item.at_high)):
            whole = decide(situation, with_number(name, value, CATALOG, DAY), as_of=DAY)
            assert (end.recommended, end.verdict) == (whole.recommended, whole.verdict)


def test_the_ends_of_a_window_are_those_of_the_whole_rulebook():
    situation = check_answers({**A_LIBRARY, "knowledge_tokens": 800_000}, CATALOG)
    item = told(**situation)["decision.long_window_tokens"]

    said = [
        decide(situation, with_number(item.parameter, value, CATALOG, DAY), as_of=DAY).recommended
        for value in (item.low, item.high)
    ]
    assert said == [item.at_low.recommended, item.at_high.recommended]
    assert said[0] != said[1]


def test_what_somebody_has_answered_is_not_weak():
    asked = {
        "behavior_gap": "main", "knowledge_gap": "none", "model": "openai:gpt-6-luna", "queries_per_day": 100_000,
        "labelled_examples": 2_000, "prompting_result": "works", "running_cost": "decisive",
        **dict.fromkeys(ANSWERABLE.values(), 1),
    }  # fmt: skip

    assert not told(**asked).keys() & set(ANSWERABLE)


@given(answers())
@settings(max_examples=8, deadline=None)
def test_every_number_named_has_another_verdict_at_an_end(given_answers):
    now = decide(given_answers, CATALOG, as_of=DAY)
    for item in hangs_on(given_answers, CATALOG, as_of=DAY):
        assert item.low <= item.value <= item.high
        assert item.ground in ("judgement", "partly judgement", "published")
        said = (now.recommended, now.verdict == "clear")
        assert any(said != (end.recommended, end.verdict == "clear") for end in (item.at_low, item.at_high))
    if now.verdict == "too_early":
        assert not hangs_on(given_answers, CATALOG, as_of=DAY)


@given(answers())
@settings(max_examples=4, deadline=None)
def test_no_end_is_called_clear_for_a_strategy_that_misses_a_limit(given_answers):
    found = recommend(Situation(answers=given_answers), CATALOG, as_of=DAY)
    missing = {name for item in found.limits if item.state == "missed" for name in item.strategies}
    for item in found.hangs_on:
        for end in (item.at_low, item.at_high):
            assert end.verdict != "clear" or end.recommended not in missing


@pytest.mark.parametrize(
    ("name", "ground"),
    [("cost.training_runs", "judgement"), ("latency.model_spread", "partly judgement")],
)
def test_the_ground_of_a_number_is_read_from_its_sources(name, ground):
    assert ground_of(CATALOG.parameter(name, DAY), CATALOG) == ground


def test_a_line_says_both_ends_and_how_weak_the_ground_is():
    line = limit_words.hangs(
        told(**A_LIBRARY, knowledge_tokens=800_000)["decision.long_window_tokens"], CATALOG
    )

    assert line.startswith("700,000 tokens assumed (partly judgement); at 128,000 Retrieval")
    assert "at 900,000 Prompting" in line
