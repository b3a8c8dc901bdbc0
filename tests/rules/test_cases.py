"""The cases under rules/cases: examples and documentation, and here the regression test of the rulebook."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from advisor.scenario import check_answers

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def agreeing():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import cases
    finally:
        sys.path.remove(str(BENCHMARKS))
    return cases


@pytest.fixture(scope="module")
def calibrating(agreeing):
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import calibrate
    finally:
        sys.path.remove(str(BENCHMARKS))
    return calibrate


def of_kind(catalog, *kinds):
    return [case for case in catalog.cases.values() if case.kind in kinds]


def agreement_of(cases, agreeing, catalog, day):
    choices = agreeing.advisor_choices([case.answers for case in cases], catalog, day)
    return agreeing.agreement(cases, choices)


def test_every_answer_of_every_case_is_one_that_the_questionnaire_takes(catalog):
    for case in catalog.cases.values():
        assert check_answers(case.answers, catalog, place=case.id), case.id


def test_forty_of_the_published_decisions_are_recommended_as_published(catalog, day, agreeing):
    found = agreement_of(of_kind(catalog, *agreeing.PUBLISHED), agreeing, catalog, day)
    assert found.total == 46
    assert found.strict >= 40
    assert found.lenient >= 44


def test_every_textbook_case_gets_an_answer_that_its_note_accepts(catalog, day, agreeing):
    found = agreement_of(of_kind(catalog, "textbook"), agreeing, catalog, day)
    assert (found.lenient, found.total) == (10, 10)


def test_no_strategy_is_bought_at_the_expense_of_another(catalog, day, agreeing):
    published = of_kind(catalog, *agreeing.PUBLISHED)
    for core in agreeing.CORES:
        part = [case for case in published if case.decision_core == core]
        assert agreement_of(part, agreeing, catalog, day).strict >= 0.75 * len(part), core


@pytest.mark.parametrize("floor", ["always_tune", "one_question", "textbook"])
def test_the_rulebook_beats_each_floor_by_five_cases(floor, catalog, day, agreeing):
    published = of_kind(catalog, *agreeing.PUBLISHED)
    beaten = agreeing.agreement(published, getattr(agreeing, floor)([case.answers for case in published]))
    assert agreement_of(published, agreeing, catalog, day).strict >= beaten.strict + 5


def test_agreement_survives_a_fifth_of_the_answers_left_out(catalog, day, agreeing):
    published = of_kind(catalog, *agreeing.PUBLISHED)
    rng = np.random.default_rng(1)
    runs = []
    for _ in range(20):
        answers = [agreeing.thinned(case.answers, rng, 0.2) for case in published]
        runs.append(agreeing.agreement(published, agreeing.advisor_choices(answers, catalog, day)).strict)
    assert np.mean(runs) >= 38


def test_the_weights_in_force_are_those_that_the_calibration_fits(catalog, day, calibrating):
    published = of_kind(catalog, *calibrating.PUBLISHED)
    sample = calibrating.sample_of(published, catalog, day)
    fitted = calibrating.fit(sample, np.ones(len(sample.groups)))
    present = [catalog.parameter(f"weights.{name}", day).number for name in calibrating.NAMES]
    # A rule may be reworded without a new fit; weights that nobody fitted may not stand.
    assert np.abs(fitted - present).max() <= 0.3, "run: python benchmarks/calibrate.py --write"


def test_words_weigh_in_their_order(catalog, day):
    words = ("strongly_for", "for", "slightly_for", "slightly_against", "against", "strongly_against")
    weights = [catalog.parameter(f"weights.{word}", day).number for word in words]
    assert weights == sorted(weights, reverse=True)
    assert weights[2] > 0 > weights[3]


def test_the_slope_of_the_calibration_is_the_slope_of_its_loss(catalog, day, calibrating):
    sample = calibrating.sample_of(of_kind(catalog, *calibrating.PUBLISHED)[:8], catalog, day)
    weight = np.ones(len(sample.groups))
    point = calibrating.START + 0.1
    _, slope = calibrating.loss_and_slope(sample, point, weight)
    for index in range(len(point)):
        step = np.zeros(len(point))
        step[index] = 1e-5
        rise = calibrating.loss_and_slope(sample, point + step, weight)[0]
        fall = calibrating.loss_and_slope(sample, point - step, weight)[0]
        assert slope[index] == pytest.approx((rise - fall) / 2e-5, abs=1e-4)


def test_archetypes_never_count_as_published(catalog, agreeing):
    archetypes = of_kind(catalog, "archetype")
    assert len(archetypes) >= 20
    assert not {"archetype", "textbook"} & set(agreeing.PUBLISHED)
    assert all("not a published decision" in case.source.read_as for case in archetypes)
