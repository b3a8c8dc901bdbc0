"""Ends of the costing that few workloads reach: what is not known is refused or unknown, never 0."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.cost import compare_models, project
from advisor.cost.comparison import ModelRow, _beats
from advisor.cost.frames import choices_of
from advisor.cost.offers import find_offer
from advisor.cost.price_library import library_changes
from advisor.cost.price_tables import day_after
from advisor.cost.records import costs_of_version_1
from advisor.cost.tokens import encoding
from advisor.errors import AdvisorError
from advisor.scenario import frame_of
from tests.cost.workloads import SUPPORT_BOT


def test_an_encoding_that_is_not_shipped_names_its_neighbour():
    with pytest.raises(AdvisorError, match="no encoding 'o200k'") as caught:
        encoding("o200k")

    assert "o200k_base" in caught.value.remedy


def test_a_currency_nobody_lists_needs_a_rate(catalog, day):
    with pytest.raises(AdvisorError, match="no rate is known for the currency 'XYZ'"):
        project({**SUPPORT_BOT, "currency": "XYZ"}, catalog, as_of=day)

    known = project({**SUPPORT_BOT, "currency": "XYZ", "currency_rate": 2.0}, catalog, as_of=day)
    assert (known.currency, known.currency_rate) == ("XYZ", 2.0)


def test_a_rate_before_the_first_one_is_not_known(catalog):
    from advisor.cost.currency import exchange_rate

    name = next(name for name in catalog.market.currencies if name != "USD")
    with pytest.raises(AdvisorError, match=f"no rate of {name} is known"):
        exchange_rate({"currency": name}, catalog.market, date(1990, 1, 1))


def test_a_tune_goes_by_its_base_model(catalog):
    assert find_offer("ft:gpt-4o-mini:org", catalog.market) == find_offer("gpt-4o-mini", catalog.market)


def test_a_model_that_the_library_does_not_know_never_changes_there():
    assert library_changes("openai", "no such model") == ()


def test_days_beyond_the_calendar_end_with_it():
    assert day_after(date(2026, 1, 1), 31) == date(2026, 2, 1)
    assert day_after(date(2026, 1, 1), 1e12) == date.max


def test_a_frame_without_rows_has_one_plan_that_nobody_uses(catalog, day):
    found = choices_of(frame_of([SUPPORT_BOT], catalog).head(0), catalog, day)

    assert len(found.plans) == 1
    assert found.numbers.len() == 0


def test_a_pair_of_strategies_that_is_not_there_is_named(catalog, day):
    from advisor.cost.break_even import break_even

    projection = project(SUPPORT_BOT, catalog, as_of=day)

    assert break_even(projection, "rag", "prompting") == break_even(projection, "prompting", "rag")
    with pytest.raises(AdvisorError, match="rga"):
        break_even(projection, "rga", "prompting")


def row(usd, ms):
    return ModelRow.model_construct(usd_per_month=usd, p95_ms=ms)


@pytest.mark.parametrize(
    ("one", "other", "beats"),
    [
        (row(1.0, 10.0), row(2.0, 10.0), True),
        (row(1.0, 10.0), row(1.0, 10.0), False),
        (row(1.0, 20.0), row(2.0, 10.0), False),
        (row(1.0, 10.0), row(None, 5.0), True),
        (row(None, 5.0), row(1.0, 10.0), False),
        (row(None, 5.0), row(None, 10.0), False),
    ],
)
def test_an_unknown_price_beats_nothing(one, other, beats):
    assert _beats(one, other) is beats


def test_named_models_are_compared_in_the_order_of_their_price(catalog, day):
    found = compare_models(SUPPORT_BOT, catalog, as_of=day, models=["gpt-4o-mini", "gpt-4o"])

    assert {one.model for one in found} >= {"openai:gpt-4o-mini"}
    assert len(found) == 2


def test_costs_of_the_first_version_have_unknown_hours():
    new = costs_of_version_1({"strategies": {"rag": {"total": 3}, "damaged": 7}})

    assert new["strategies"]["rag"]["total_with_people"] == 3
    assert new["strategies"]["rag"]["people"]["per_month"]["expected"] is None
    assert new["strategies"]["damaged"] == 7
    assert new["traffic"]["crossings"] == []
    assert costs_of_version_1("damaged") == "damaged"


def test_a_workload_beyond_every_window_is_noted(catalog, day):
    found = project({**SUPPORT_BOT, "instruction_tokens": 300_000.0, "cache_hit": 0.5}, catalog, as_of=day)

    assert any("do not fit into" in note for note in found.warnings)
