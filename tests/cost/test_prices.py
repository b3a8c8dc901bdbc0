"""Prices: dated, sourced, with the provider named; unknown is never zero."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from advisor.catalog import load_catalog
from advisor.catalog.market import Market, in_force
from advisor.cost import cost_frame, project
from advisor.cost.offers import find_offer, hours_between, quote
from advisor.cost.price_checks import overdue, price_differences
from advisor.cost.price_library import library_model, library_quote, providers
from advisor.cost.price_sheets import price_rows, price_sheet
from advisor.errors import AdvisorError
from tests.cost.workloads import BARE, SUPPORT_BOT


def priced_text_models():
    from genai_prices.types import ModelPrice

    for provider in providers().values():
        for model in provider.models:
            prices = model.prices if isinstance(model.prices, ModelPrice) else model.prices[0].prices
            if prices.input_mtok is not None and prices.output_mtok is not None:
                yield provider.id, model.id


def random_usages(count=200):
    generator = random.Random(7)
    known = [
        pair
        for pair in priced_text_models()
        if library_model(*pair) is not None and library_model(*pair).id == pair[1]
    ]
    for provider, model in generator.sample(known, count):
        yield {
            "model": f"{provider}:{model}",
            "instruction_tokens": generator.randrange(5_000, 400_000),
            "query_tokens": generator.randrange(1, 3_000),
            "output_tokens": generator.randrange(1, 5_000),
            "queries_per_day": generator.randrange(1, 1_000_000),
            "cache_hit": float(generator.randrange(2)),
        }


def library_total(usage, day):
    from genai_prices import Usage, calc_price

    provider, _, model = usage["model"].partition(":")
    prompt = usage["instruction_tokens"] + usage["query_tokens"]
    cached = usage["instruction_tokens"] if usage["cache_hit"] else 0
    one = calc_price(
        Usage(input_tokens=prompt, cache_read_tokens=cached or None, output_tokens=usage["output_tokens"]),
        model,
        provider_id=provider,
        genai_request_timestamp=datetime(day.year, day.month, day.day, 12, 30, tzinfo=UTC),
    )
    return one.total_price * usage["queries_per_day"]


def test_200_random_models_and_usages_cost_what_the_library_says_to_the_cent(catalog, day):
    usages = list(random_usages())
    rows = pl.DataFrame(
        [{**BARE, **usage, "active_from_utc_hour": 12, "active_to_utc_hour": 13} for usage in usages]
    )
    costed = cost_frame(rows, catalog, as_of=day)
    for usage, month in zip(usages, costed["monthly_prompting_usd"].to_list(), strict=True):
        ours = Decimal(month / (365 / 12))
        theirs = library_total(usage, day)
        assert abs(ours - theirs) < max(Decimal("0.005"), theirs * Decimal("1e-12")), usage


def test_unknown_is_an_error_and_not_zero(catalog, day):
    with pytest.raises(AdvisorError, match="no price is known"):
        project({**SUPPORT_BOT, "model": "gpt-7-imaginary"}, catalog, as_of=day)


def test_a_name_that_several_offer_must_be_made_plain(catalog, day):
    with pytest.raises(AdvisorError, match="offered by") as caught:
        project({**SUPPORT_BOT, "model": "gpt-oss-20b"}, catalog, as_of=day)
    assert "groq:gpt-oss-20b" in caught.value.remedy


def test_a_model_past_its_retirement_is_refused(catalog):
    with pytest.raises(AdvisorError, match="shut down on 2027-01-14"):
        project(SUPPORT_BOT, catalog, as_of=date(2027, 1, 14))
    project(SUPPORT_BOT, catalog, as_of=date(2027, 1, 13), draws=5)


def test_the_curve_ends_on_the_day_of_retirement(catalog, day):
    projection = project(SUPPORT_BOT, catalog, as_of=day, draws=20)
    few_shot = projection.strategies["few_shot"]
    assert few_shot.ends_on == date(2027, 1, 14)
    assert projection.curves["few_shot"].months[-1] == pytest.approx(53 / (365 / 12))
    assert any("2027-01-14" in warning for warning in projection.warnings)


def test_a_promotion_that_ends_changes_the_curve_on_its_day(catalog, day):
    answers = {
        **SUPPORT_BOT,
        "model": "gemini-3.8-flash",
        "growth_per_month": 0,
        "tuning_route": "together:qwen3.5-9b",
    }
    curve = project(answers, catalog, as_of=day, draws=5).curves["prompting"]
    at = 40 / (365 / 12)  # from 2026-11-22 to 2027-01-01
    assert any(month == pytest.approx(at) for month in curve.months)
    slopes = [
        (end - start) / (until - since)
        for since, until, start, end in zip(
            curve.months, curve.months[1:], curve.expected, curve.expected[1:], strict=False
        )
    ]
    index = next(i for i, month in enumerate(curve.months) if month == pytest.approx(at))
    assert slopes[index] == pytest.approx(2 * slopes[index - 1])


def test_prices_of_the_past_are_those_of_the_past(catalog):
    old = library_quote("openai", "o3", date(2025, 6, 9), batch=False, hours=(12,))
    new = library_quote("openai", "o3", date(2025, 6, 11), batch=False, hours=(12,))
    assert (old.tiers[0].input, new.tiers[0].input) == (10, 2)


def test_prices_by_the_clock_are_averaged_over_the_hours_of_traffic(catalog, day):
    offer = find_offer("deepseek-flash", catalog.market)
    night = quote(offer, catalog.market, day, hours=hours_between(12, 20)).tiers[0].input
    peak = quote(offer, catalog.market, day, hours=hours_between(6, 10)).tiers[0].input
    whole = quote(offer, catalog.market, day).tiers[0].input
    assert (night, peak) == (0.15, 0.30)
    assert whole == pytest.approx((17 * 0.15 + 7 * 0.30) / 24)
    assert hours_between(22, 2) == (22, 23, 0, 1)


def test_long_prompts_pay_the_price_of_their_tier(catalog, day):
    rows = pl.DataFrame(
        [
            {
                **BARE,
                "model": "claude-haiku-5-5",
                "queries_per_day": 1,
                "query_tokens": tokens,
                "output_tokens": 1000,
            }
            for tokens in (100_000, 100_001)
        ]
    )
    short, long = cost_frame(rows, catalog, as_of=day)["monthly_prompting_usd"].to_list()
    assert long / short == pytest.approx(5, rel=1e-4)


def test_a_batch_price_that_is_missing_is_said_and_not_invented(catalog, day):
    half = project({**SUPPORT_BOT, "batch": True}, catalog, as_of=day, cache_hit=0.0, draws=5)
    assert half.strategies["prompting"].per_day == pytest.approx(8.25)
    same = project(
        {**SUPPORT_BOT, "model": "together:qwen3.5-9b", "batch": True}, catalog, as_of=day, draws=5
    )
    assert any("No batch price" in warning for warning in same.warnings)


def overlay(tmp_path, text):
    (tmp_path / "market").mkdir()
    (tmp_path / "market" / "negotiated.yaml").write_text(text, encoding="utf-8")
    return load_catalog(tmp_path)


def negotiated(price):
    return (
        "prices:\n  openai:gpt-4o-mini:\n    - {from: 2026-01-01, "
        f"input_usd_per_mtok: {price}, output_usd_per_mtok: 0.5, cache_read_usd_per_mtok: 0.05, sources: [cost-judgement], "
        "checked: 2026-11-01, review_by: 2027-05-01}\n"
    )


def test_an_overlay_brings_negotiated_prices(tmp_path, day):
    catalog = overlay(tmp_path, negotiated(0.10))
    projection = project({**SUPPORT_BOT, "few_shot_examples": 0}, catalog, as_of=day, cache_hit=0.0, draws=5)
    assert projection.strategies["prompting"].per_day == pytest.approx((500 * 0.10 + 150 * 0.5) * 0.1)
    assert "market" in projection.price_origin


def test_a_negotiated_base_price_leaves_the_tuned_price_alone_and_the_other_way_round(tmp_path, day):
    answers = {**SUPPORT_BOT, "retrains_per_year": 0, "tuning_route": "openai:gpt-4o-mini"}
    catalog = overlay(tmp_path, negotiated(0.10))
    costs = project(answers, catalog, as_of=day, cache_hit=0.0, draws=5).strategies
    assert costs["fine_tuning"].per_day == pytest.approx(33.00)
    (tmp_path / "market" / "negotiated.yaml").write_text(
        negotiated(0.10).replace("prices:", "tuned_prices:", 1)
    )
    costs = project(answers, load_catalog(tmp_path), as_of=day, cache_hit=0.0, draws=5).strategies
    assert costs["prompting"].per_day == pytest.approx(16.50)
    assert costs["fine_tuning"].per_day == pytest.approx((500 * 0.10 + 150 * 0.5) * 0.1)


def test_a_price_per_1k_is_outside_the_bounds_of_a_price_per_1m(tmp_path):
    catalog = overlay(tmp_path, negotiated(0.00015))
    with pytest.raises(AdvisorError, match="input_usd_per_mtok"):
        catalog.market  # noqa: B018


@pytest.mark.parametrize(("model", "price"), [("gpt-4o-mini", 150), ("gpt-5.5", 0.005)])
def test_a_price_in_the_wrong_unit_is_refused_against_the_library(tmp_path, day, model, price):
    catalog = overlay(tmp_path, negotiated(price).replace("gpt-4o-mini", model))
    with pytest.raises(AdvisorError, match="per 1M") as caught:
        project({**SUPPORT_BOT, "model": f"openai:{model}"}, catalog, as_of=day)
    assert "multiply" in caught.value.remedy


def test_a_link_that_leads_nowhere_in_the_market_is_refused(tmp_path):
    catalog = overlay(tmp_path, negotiated(0.1).replace("openai:gpt", "opnai:gpt"))
    with pytest.raises(AdvisorError, match="opnai:gpt-4o-mini"):
        catalog.market  # noqa: B018


def test_every_source_of_the_market_is_in_the_bibliography(catalog):
    cited = set(catalog.market.model_dump_json().split('"')) & set(catalog.sources)
    named = set()

    def walk(value):
        if isinstance(value, dict):
            named.update(value.get("sources", ()))
            for item in value.values():
                walk(item)
        elif isinstance(value, list | tuple):
            for item in value:
                walk(item)

    walk(catalog.market.model_dump())
    assert named
    assert named <= set(catalog.sources)
    assert named == cited & named


def test_the_shortlist_has_25_models_that_answer_today(catalog, day):
    rows = price_rows(catalog, day)
    assert len([row for row in rows if row.input is not None and not row.retired]) >= 25
    assert all(row.output is not None for row in rows)


def test_openai_is_closing_and_then_closed(catalog):
    market: Market = catalog.market
    days = {
        date(2026, 5, 6): "open",
        date(2026, 5, 7): "gated",
        date(2026, 11, 22): "closing",
        date(2027, 1, 6): "closed",
    }
    assert {day: market.status("openai", day).status for day in days} == days
    assert market.status("cohere", date(2026, 1, 1)).status == "closed"


def test_a_model_of_a_closed_backend_is_costed_elsewhere_and_that_is_said(catalog):
    projection = project({**SUPPORT_BOT, "model": "gpt-4.1-mini"}, catalog, as_of=date(2027, 1, 8), draws=5)
    assert projection.tuning_route == "azure:gpt-4.1-mini"


def test_a_model_that_cannot_be_tuned_gets_another_route_and_that_is_said(catalog, day):
    projection = project({**SUPPORT_BOT, "model": "claude-haiku-5-5"}, catalog, as_of=day, draws=5)
    route = catalog.market.tuning[projection.tuning_route]
    assert catalog.market.route_state(route, day).status == "open"
    assert any("cannot be tuned" in warning for warning in projection.warnings)


def test_a_rate_that_changed_keeps_its_past(catalog):
    rates = catalog.market.tuning["fireworks:gpt-oss-20b"].hosting_usd_per_hour
    assert in_force(rates, date(2026, 8, 31)).number == 7
    assert in_force(rates, date(2026, 9, 1)).number == 8


def test_the_check_names_what_the_library_does_not_have(catalog, day):
    found = {(item.entry, item.what) for item in price_differences(catalog, day)}
    assert ("openai:gpt-4o-mini", "cache read") in found
    assert not [item for item in found if item[1] in {"input", "output", "any price"}]


def test_entries_past_their_review_are_listed(catalog, day):
    assert {item.entry for item in overdue(catalog, day)} == {
        f"currencies.{name}" for name in ("CHF", "EUR", "GBP", "JPY")
    }
    assert len(overdue(catalog, date(2030, 1, 1))) > 50


def test_a_price_sheet_tells_what_is_to_come(catalog, day):
    sheet = price_sheet("gemini-3.8-flash", catalog, day)
    assert sheet.changes["2027-01-01"][0]["input"] == 1.5
    assert price_sheet("gpt-4o-mini", catalog, day).cache["minimum_tokens"] == 1024
    assert {row.status for row in price_sheet("gpt-4o-mini", catalog, day).tuning} == {"closing", "open"}


def test_every_market_file_fits_the_schema_that_editors_use():
    import jsonschema
    from pydantic import TypeAdapter

    from advisor.catalog.market import MarketFile

    schema = TypeAdapter(MarketFile).json_schema()
    files = load_catalog().files("market")
    assert len(files) >= 7
    for located in files:
        jsonschema.validate(located.value, schema)
