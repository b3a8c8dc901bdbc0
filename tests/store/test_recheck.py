from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from advisor.advice import advise
from advisor.catalog import load_catalog
from advisor.scenario import Situation
from advisor.share.recheck import recheck, recheck_outcome, still_fitting
from advisor.share.store.contents import decided_on
from tests.situations import answers

DAY = date(2026, 11, 22)
MODEL = "openai:gpt-4o-mini"

OVERLAY_RULE = """\
id: daily-knowledge-favours-training
title: A rule of the firm that turns the advice round
consideration: pace-of-the-facts
when: {knowledge_change: daily}
effect: {look_up: strongly_against, train: decisively_for}
rules_out: [rag, hybrid]
because: It is only here to change the verdict.
unless: Never.
evidence:
  - {source: judgement, says: Ours., supports: judgement}
reviewed: 2026-11-22
review_by: 2027-05-22
examples:
  - {name: daily, facts: {knowledge_change: daily}, fires: true}
  - {name: yearly, facts: {knowledge_change: yearly}, fires: false}
  - {name: unknown, facts: {}, fires: unknown}
"""
OVERLAY_PRICE = f"""\
prices:
  "{MODEL}":
    - {{from: 2026-01-01, input_usd_per_mtok: 0.6, output_usd_per_mtok: 2.4, sources: [judgement], checked: 2026-11-22, review_by: 2027-05-22}}
"""


def overlay(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return folder


@pytest.fixture(scope="module")
def saved(catalog):
    given = {
        "knowledge_gap": "main",
        "knowledge_change": "daily",
        "queries_per_day": 1000.0,
        "model": MODEL,
    }
    return advise(Situation(title="Bot", answers=given), catalog, as_of=DAY)


@settings(max_examples=15)
@given(given=answers())
def test_the_same_rules_and_day_move_nothing(given):
    catalog = load_catalog()
    advice = advise(Situation(answers=given), catalog, as_of=DAY)
    found = recheck(advice, catalog, as_of=DAY)
    assert not found.anything
    assert not found.verdict_changed
    assert found.rulebook.before == found.rulebook.after


def test_a_rule_that_turns_the_advice_round_is_named(saved, tmp_path):
    changed = load_catalog(overlay(tmp_path, "decision/daily-knowledge-favours-training.yaml", OVERLAY_RULE))
    found = recheck(saved, changed, as_of=DAY)
    assert found.verdict_changed
    assert found.recommended.before == saved.recommendation.recommended == "rag"
    assert found.recommended.after != "rag"
    assert ("daily-knowledge-favours-training", None) in [(move.name, move.before) for move in found.rules]
    assert {move.name: move.after for move in found.ruled_out} == {
        "rag": "daily-knowledge-favours-training",
        "hybrid": "daily-knowledge-favours-training",
    }
    assert found.rulebook.before != found.rulebook.after
    shares = {move.name: move.after - move.before for move in found.probabilities}
    assert shares["rag"] < 0 < shares["fine_tuning"]


def test_a_price_that_moved_moves_costs_and_not_the_verdict(saved, tmp_path):
    changed = load_catalog(overlay(tmp_path, "market/ours.yaml", OVERLAY_PRICE))
    found = recheck(saved, changed, as_of=DAY)
    assert found.anything
    costs = {move.name: (move.before, move.after) for move in found.costs}
    assert costs["prompting"][1] == pytest.approx(4 * costs["prompting"][0], rel=0.5)


def test_a_model_that_was_retired_is_a_new_warning(saved, catalog):
    assert saved.cost is not None
    found = recheck(saved, catalog, as_of=date(2027, 2, 1))
    assert any("gpt-4o-mini" in warning for warning in found.new_warnings)
    assert all(move.after is None for move in found.costs)


def test_answers_to_questions_that_are_gone_are_left_out_and_named(saved, catalog):
    old = saved.situation.model_copy(
        update={"answers": saved.situation.answers | {"gone": 1, "knowledge_change": "hourly"}}
    )
    found = recheck(saved.model_copy(update={"situation": old}), catalog, as_of=DAY)
    assert {move.name for move in found.dropped} == {"gone", "knowledge_change"}
    assert found.anything
    kept, _ = still_fitting(old, catalog)
    assert set(kept.answers) == {"knowledge_gap", "queries_per_day", "model"}


def test_where_only_the_outcome_is_known_the_verdict_is_still_checked(saved, catalog, tmp_path):
    same = recheck_outcome(saved.situation, decided_on(saved), catalog, as_of=DAY)
    assert not same.verdict_changed
    changed = load_catalog(overlay(tmp_path, "decision/daily-knowledge-favours-training.yaml", OVERLAY_RULE))
    assert recheck_outcome(saved.situation, decided_on(saved), changed, as_of=DAY).verdict_changed
