"""A second price table is read as data, every difference is named, and what is not explained has moved."""

from __future__ import annotations

import json
from datetime import date

import pytest

from advisor.catalog import load_catalog
from advisor.cost import second_table
from advisor.cost.offers import Offer, quote
from advisor.cost.price_checks import endings, explained
from advisor.errors import AdvisorError
from tests.cost.test_cost_commands import run

DAY = date(2026, 11, 26)


def agreeing(catalog) -> dict[str, dict]:
    """A table that says exactly what our market says on the day."""
    table = {}
    for name, model in catalog.market.models.items():
        for spelled in second_table.PREFIXES.get(model.provider, ()):
            key = spelled.format(ref=model.price_ref, lower=model.price_ref.lower())
            try:
                tier = quote(Offer(name, model, listed=True), catalog.market, DAY).tiers[0]
            except AdvisorError:
                continue
            table[key] = {
                "input_cost_per_token": tier.input / 1e6,
                "output_cost_per_token": tier.output / 1e6,
                "cache_read_input_token_cost": tier.cache_read / 1e6,
                "deprecation_date": str(model.retires.on) if model.retires else None,
            }
    return table


@pytest.fixture
def table(catalog, monkeypatch):
    held = agreeing(catalog)
    monkeypatch.setattr(second_table, "second_table", lambda: held)
    monkeypatch.setattr(second_table, "table_version", lambda: "test")
    return held


def test_a_table_that_agrees_differs_only_where_it_lists_nothing(catalog, table):
    found = second_table.table_differences(catalog, DAY)

    assert {item.entry for item in found} == {"tinker:qwen3-8b"}


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("input_cost_per_token", "input"),
        ("output_cost_per_token", "output"),
        ("cache_read_input_token_cost", "cache read"),
    ],
)
def test_any_figure_that_moves_is_named_with_both_numbers(catalog, table, field, what):
    table["gpt-6-luna"][field] *= 2
    found = [
        item for item in second_table.table_differences(catalog, DAY) if item.entry == "openai:gpt-6-luna"
    ]

    assert [item.what for item in found] == [what]
    assert found[0].library == pytest.approx(2 * found[0].ours)


def test_an_end_that_somebody_else_announces_is_named_with_both_days(catalog, table):
    table["claude-haiku-5-5"]["deprecation_date"] = "2027-03-03"
    found = [item for item in second_table.table_differences(catalog, DAY) if item.what == "end"]

    assert [(item.entry, item.days) for item in found] == [
        ("anthropic:claude-haiku-5-5", (None, date(2027, 3, 3)))
    ]


def test_an_explained_difference_has_not_moved_and_any_other_has(catalog, table, monkeypatch):
    quiet = run("prices", "check", "--as-of", str(DAY), "--json")
    assert quiet.exit_code == 0
    assert json.loads(quiet.output)["moved"] == []
    table["gpt-6-luna"]["input_cost_per_token"] *= 1.5
    moved = run("prices", "check", "--as-of", str(DAY), "--json")
    assert moved.exit_code == 3
    assert [item["entry"] for item in json.loads(moved.output)["moved"]] == ["openai:gpt-6-luna"]


def test_every_explanation_still_names_something_listed(catalog):
    listed = {*catalog.market.models, *catalog.market.tuning}
    assert {item.entry for item in catalog.market.differences} <= listed
    assert all(len(item.because) > 20 for item in explained([], catalog.market))


def test_what_ends_is_listed_once_and_only_within_the_horizon(catalog):
    found = endings(catalog, DAY, date(2027, 6, 1))

    assert found == sorted(found, key=lambda item: (item.on, item.entry))
    assert {item.entry for item in found} >= {
        "vertex:gemini-3.5-flash",
        "azure:gpt-4o-mini",
        "openai:gpt-4o-mini",
    }
    assert all(DAY < item.on <= date(2027, 6, 1) for item in found)


def test_without_the_table_the_remedy_names_the_extra(monkeypatch):
    second_table.second_table.cache_clear()
    monkeypatch.setattr(second_table.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(AdvisorError) as caught:
        second_table.second_table()
    assert "prices" in caught.value.remedy
    assert load_catalog().market
