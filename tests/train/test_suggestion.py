"""What the first plan starts from: the cheapest way that the answers allow, and a refusal where they exclude one."""

from __future__ import annotations

from advisor.catalog import Catalog
from advisor.decide.limits import limits_of
from advisor.train.suggestion import HERE, refusal, suggested
from advisor.train.table import BACKENDS

ANSWERS = {"queries_per_day": 2000.0, "labelled_examples": 500.0}


def test_the_suggestion_is_a_way_that_the_answers_allow(catalog: Catalog, day) -> None:
    routes = limits_of(ANSWERS, catalog, as_of=day).routes
    found = suggested(routes, catalog)
    assert found.backend in BACKENDS
    assert not refusal(found.backend, ANSWERS, routes, catalog)
    assert found.because


def test_data_that_must_stay_in_house_is_planned_for_this_machine(catalog: Catalog, day) -> None:
    answers = {**ANSWERS, "privacy": "own_machines"}
    routes = limits_of(answers, catalog, as_of=day).routes
    assert suggested(routes, catalog).backend == HERE
    assert refusal("together", answers, routes, catalog)
    assert not refusal(HERE, answers, routes, catalog)


def test_examples_that_may_not_train_a_model_shut_every_backend(catalog: Catalog, day) -> None:
    answers = {**ANSWERS, "training_allowed": False}
    routes = limits_of(answers, catalog, as_of=day).routes
    assert all("may not" in refusal(name, answers, routes, catalog) for name in BACKENDS)
