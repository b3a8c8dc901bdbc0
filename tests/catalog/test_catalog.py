"""The catalog looks numbers up by day and holds together in both directions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from advisor.catalog import facts_in, load_catalog
from advisor.catalog.crosschecks import unused
from advisor.errors import AdvisorError


def test_the_rulebook_is_large_enough_and_every_rule_is_argued(catalog):
    assert len(catalog.rules) >= 50
    for rule in catalog.rules.values():
        assert len(rule.because) > 40
        assert len(rule.unless) > 10


def test_nothing_declared_is_unused(catalog):
    assert unused(catalog) == []


def test_every_question_that_rules_read_is_asked_or_derived(catalog):
    for name, condition in catalog.conditions.items():
        for fact in facts_in(condition):
            record = catalog.facts[fact]
            assert record.asked or record.derived or record.group in ("workload", "costs"), (name, fact)


def test_a_number_is_looked_up_by_the_day_it_is_in_force(tmp_path):
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "x.yaml").write_text(
        "topic: x\nnumbers:\n  n:\n    title: T\n    unit: usd\n    values:\n"
        "      - {from: 2026-01-01, value: 3, sources: [judgement], checked: 2026-01-01, review_by: 2027-01-01}\n"
        "      - {from: 2026-06-01, value: 4, sources: [judgement], checked: 2026-01-01, review_by: 2027-01-01}\n",
        encoding="utf-8",
    )
    catalog = load_catalog(tmp_path)

    assert catalog.parameter("x.n", date(2026, 5, 31)).number == 3
    assert catalog.parameter("x.n", date(2026, 6, 1)).number == 4
    with pytest.raises(AdvisorError, match="no value on 2025-12-31"):
        catalog.parameter("x.n", date(2026, 1, 1) - timedelta(days=1))


def test_an_unknown_number_names_its_neighbour(catalog, day):
    with pytest.raises(AdvisorError, match=r"weights\.strongly_for"):
        catalog.parameter("weights.strongly_four", day)


def test_loading_twice_gives_the_same_records():
    assert load_catalog() is load_catalog()


def test_a_condition_that_says_none_is_read():
    catalog = load_catalog()

    assert all(condition is not None for condition in catalog.conditions.values())
