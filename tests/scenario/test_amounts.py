"""Amounts as people say them: what is understood, what is refused, and that a figure never changes on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import Catalog
from advisor.doors.ui import amounts
from advisor.errors import AdvisorError
from advisor.scenario.amounts import SIZES, TIMES, amount
from advisor.scenario.answers import typed_number


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("15M", "tokens", 15e6),
        ("200 pages", "tokens", 100_000),
        ("30,000 pages of text", "tokens", 15e6),
        ("about 2 books", "tokens", 200_000),
        ("a book", "tokens", 100_000),
        ("3k documents", "tokens", 15e6),
        ("30 MB", "tokens", 7.5e6),
        ("1 million rows", "tokens", 1e8),
        ("2 s", "ms", 2_000),
        ("200 ms", "ms", 200),
        ("1.5 seconds", "ms", 1_500),
        ("half a second", "ms", 500),
        ("5 min", "ms", 300_000),
        ("an hour", "ms", 3_600_000),
        ("300 an hour", "requests/day", 7_200),
        ("2k tickets a day", "requests/day", 2_000),
        ("10/min", "requests/day", 14_400),
        ("70 per week", "requests/day", 10),
        ("300 examples", "examples", 300),
        ("~85", "percent", 85),
        ("1_500", "", 1_500),
    ],
)
def test_amounts_are_read_as_people_say_them(text: str, unit: str, number: float) -> None:
    assert amount(text, unit) == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", "tokens"),
        ("pages", "tokens"),
        ("200 apples", "tokens"),
        ("1,5", "tokens"),
        ("12,34 pages", "tokens"),
        ("2M", "ms"),
        ("5 pages", "ms"),
        ("2 s", "tokens"),
        ("300 an apple", "requests/day"),
        ("nan", "tokens"),
        ("inf pages", "tokens"),
        ("2 s 3", "ms"),
    ],
)
def test_what_could_mean_several_things_or_nothing_is_no_amount(text: str, unit: str) -> None:
    assert amount(text, unit) is None


@given(
    number=st.integers(0, 10**6),
    times=st.sampled_from(["", "k", " thousand", " million", "bn"]),
    unit=st.sampled_from(list(SIZES)),
    data=st.data(),
)
def test_a_figure_times_a_unit_is_their_product(
    number: int, times: str, unit: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(list(SIZES[unit])))
    plural = "s" if number != 1 and len(name) > 3 else ""
    rate = f" a {name}" if unit == "requests/day" else f" {name}{plural}"
    wanted = number * TIMES[times.strip()] * SIZES[unit][name]
    assert amount(f"{number:,}{times}{rate}", unit) == pytest.approx(wanted)


@given(text=st.text(max_size=60), unit=st.sampled_from([*SIZES, "", "percent", "examples"]))
def test_no_text_breaks_it_and_nothing_comes_out_but_finite_numbers(text: str, unit: str) -> None:
    found = amount(text, unit)
    assert found is None or abs(found) < float("inf")


@given(
    value=st.floats(1, 1e12).map(lambda number: float(f"{number:.3g}")),
    name=st.sampled_from(["knowledge_tokens", "latency_budget_ms", "queries_per_day", "labelled_examples"]),
)
def test_what_is_shown_can_be_typed_again(catalog: Catalog, value: float, name: str) -> None:
    fact = catalog.facts[name]
    shown = amounts.told(float(round(value)), fact)
    assert typed_number(shown, fact, name) == pytest.approx(round(value), rel=1e-4)


def test_what_is_no_amount_is_refused_with_examples_in_its_unit(catalog: Catalog) -> None:
    with pytest.raises(AdvisorError, match="200 pages"):
        typed_number("lots", catalog.facts["knowledge_tokens"], "answer")
    with pytest.raises(AdvisorError, match="2 s"):
        typed_number("2M", catalog.facts["latency_budget_ms"], "answer")
