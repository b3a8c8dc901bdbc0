"""Limits hang on the answers that they are said to read, and on no others."""

from __future__ import annotations

import pytest

from advisor.catalog import Catalog
from advisor.decide.limits import limits_of
from advisor.decide.limits.reading import READ
from advisor.scenario import alternatives

BASES = (
    {
        "knowledge_gap": "main",
        "knowledge_tokens": 15e6,
        "queries_per_day": 2000.0,
        "latency_budget_ms": 5000.0,
    },
    {"labelled_examples": 8000.0, "latency_budget_ms": 200.0, "can_host": False, "bound_vendor": "openai"},
)


@pytest.mark.parametrize("answers", BASES, ids=["claims", "tickets"])
def test_an_answer_that_limits_do_not_read_changes_none_of_them(catalog: Catalog, day, answers) -> None:
    before = limits_of(answers, catalog, as_of=day)
    others = {
        name: values[0]
        for name, fact in catalog.facts.items()
        if fact.asked and name not in READ and (values := alternatives(name, catalog, as_of=day))
    }
    last = {name: values[-1] for name in others if (values := alternatives(name, catalog, as_of=day))}
    for added in (others, last):
        assert limits_of({**answers, **added}, catalog, as_of=day) == before
