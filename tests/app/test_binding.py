"""One question for four facts: what is ticked reads back, and nothing is answered that nobody said."""

from __future__ import annotations

from itertools import combinations

import pytest

from advisor.catalog import Catalog
from advisor.doors.ui.binding import (
    FREE,
    NOTHING,
    OPTIONS,
    TICKS,
    UNKNOWN,
    VENDOR,
    answers_from,
    label,
    ticked_in,
)
from advisor.scenario.answers import check_value

MACHINES, CLOUD, TRAINING, SERVER = list(TICKS)[:4]
SIMPLE = (MACHINES, TRAINING, SERVER, NOTHING)


def answered(values):
    return {name: value for name, value in values.items() if value is not None}


@pytest.mark.parametrize("size", range(1, len(SIMPLE) + 1))
def test_what_is_ticked_reads_back(size: int) -> None:
    for ticked in combinations(SIMPLE, size):
        values, unsure = answers_from(ticked, (), {})
        assert set(ticked_in(answered(values), unsure)) == set(ticked)


def test_every_answer_is_one_that_the_question_takes(catalog: Catalog) -> None:
    for fact, value in [*TICKS.values(), *FREE.items()]:
        if value is not None:
            assert check_value(fact, catalog.facts[fact], value, fact) == value


def test_one_tick_answers_one_fact_and_leaves_the_others_unknown() -> None:
    values, unsure = answers_from([SERVER], [], {})
    assert answered(values) == {"can_host": False}
    assert unsure == ()


def test_nothing_else_answers_what_is_not_ticked() -> None:
    values, _ = answers_from([SERVER, NOTHING], [SERVER], {"can_host": False})
    assert answered(values) == {**FREE, "can_host": False}
    back, _ = answers_from([SERVER], [SERVER, NOTHING], answered(values))
    assert answered(back) == {"can_host": False}


def test_of_two_places_for_the_data_the_newer_counts() -> None:
    values, _ = answers_from([MACHINES, CLOUD], [MACHINES], {"privacy": "own_machines"})
    assert values["privacy"] == "own_cloud"


def test_a_freer_answer_given_elsewhere_is_kept() -> None:
    given = {**FREE, "privacy": "any_vendor"}
    before = ticked_in(given, ())
    values, _ = answers_from([*before, SERVER], before, given)
    assert values == {**given, "can_host": False}


def test_not_known_leaves_all_four_open_and_any_tick_takes_that_back() -> None:
    values, unsure = answers_from([MACHINES, UNKNOWN], [MACHINES], {"privacy": "own_machines"})
    assert not answered(values)
    assert set(unsure) == set(FREE)
    assert ticked_in({}, unsure) == [UNKNOWN]
    again, unsure = answers_from([UNKNOWN, TRAINING], [UNKNOWN], {})
    assert answered(again) == {"training_allowed": False}
    assert unsure == ()


def test_a_vendor_is_named_before_it_counts() -> None:
    values, _ = answers_from([VENDOR, NOTHING], [], {})
    assert answered(values) == {name: value for name, value in FREE.items() if name != "bound_vendor"}
    assert set(ticked_in(answered(values), (), vendor_open=True)) == {VENDOR, NOTHING}
    named = {**answered(values), "bound_vendor": "openai"}
    assert set(ticked_in(named, ())) == {VENDOR, NOTHING}
    released, _ = answers_from([NOTHING], [VENDOR, NOTHING], named)
    assert released["bound_vendor"] == "free"


def test_every_tick_is_on_the_screen_once() -> None:
    assert len(set(OPTIONS)) == len(OPTIONS)
    assert len({label(tick) for tick in OPTIONS}) == len(OPTIONS)
