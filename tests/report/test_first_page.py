"""The first page tells what a manager acts on, in the words of the result page, and holds no empty part."""

from __future__ import annotations

from advisor.advice import advise
from advisor.catalog import Catalog
from advisor.scenario import Situation
from advisor.share.report import summary, words
from advisor.share.report.composing import compose
from advisor.share.report.document import Paragraph, Table, Terms

CLAIMS = {
    "knowledge_gap": "main",
    "knowledge_tokens": 15e6,
    "knowledge_change": "weekly",
    "behavior_gap": "some",
    "labelled_examples": 300.0,
    "queries_per_day": 2000.0,
    "latency_budget_ms": 5000.0,
}


def test_the_first_page_holds_decision_doubt_money_limits_next_step_and_changes(
    catalog: Catalog, day
) -> None:
    advice = advise(Situation(answers=CLAIMS), catalog, as_of=day)
    first = compose(advice, catalog).sections[0]
    sentence, terms, money = first.blocks
    assert isinstance(sentence, Paragraph)
    assert sentence.text == summary.in_one_sentence(advice.recommendation, catalog)
    assert isinstance(terms, Terms)
    assert [name for name, _ in terms.pairs] == ["How sure", "Limits", "Next step", "What would change it"]
    assert all(text.strip() for _, text in terms.pairs)
    assert isinstance(money, Table)
    assert len(money.rows) == len(summary.named(advice.recommendation))


def test_with_nothing_answered_the_first_page_names_no_strategy_alone_and_claims_no_record(
    catalog: Catalog, day
) -> None:
    advice = advise(Situation(), catalog, as_of=day)
    assert advice.recommendation.verdict == "too_early"
    assert summary.in_one_sentence(advice.recommendation, catalog).startswith("Too early to name one")
    assert "Nobody has measured" in summary.how_sure(advice.recommendation, catalog)
    assert summary.moneys(advice) == ()


def test_money_is_compared_for_what_comes_first_and_last_and_never_for_what_is_ruled_out(
    catalog: Catalog, day
) -> None:
    advice = advise(Situation(answers=CLAIMS), catalog, as_of=day)
    found = advice.recommendation
    roles = summary.named(found)
    assert next(iter(roles)) == found.start_with.strategy
    assert found.recommended in roles
    assert len(roles) <= 3
    assert not set(roles) & {item.strategy for item in found.ruled_out}


def test_every_step_of_the_way_belongs_to_one_phase_in_order(catalog: Catalog, day) -> None:
    way, _ = words.way(advise(Situation(answers=CLAIMS), catalog, as_of=day).recommendation)
    parted = summary.phases(way)
    assert tuple(step for _, steps in parted for step in steps) == tuple(way)
    assert all({step.strategy for step in steps} == {name} for name, steps in parted)
