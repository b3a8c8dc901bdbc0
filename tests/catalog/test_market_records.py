"""A record of the market that cannot be right is refused, and says why."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from advisor.catalog import load_catalog
from advisor.catalog.dated_numbers import DatedNumber, Parameter, in_force
from advisor.catalog.market_records import TokenPrice, TuningRoute
from advisor.catalog.open_models import find_model
from advisor.catalog.price_bounds import PerMtok
from advisor.catalog.records import Fact, Rule
from advisor.catalog.strict_json import deeper_than, read_json_object
from advisor.errors import AdvisorError

SEEN = {"sources": ["judgement"], "checked": "2026-01-01", "review_by": "2027-01-01"}
PRICE = {"from": "2026-01-01", "input_usd_per_mtok": 1, "output_usd_per_mtok": 2, **SEEN}
ROUTE = {"label": "A route", "backend": "together", "base": "openai:gpt-4o-mini", **SEEN}
NUMBER = {"from": "2026-01-01", "value": 3, **SEEN}
RULE = {
    "id": "a-rule", "title": "T", "consideration": "c", "when": {}, "because": "b", "unless": "u",
    "evidence": [{"source": "s", "says": "x", "supports": "direct"}], "reviewed": "2026-01-01",
    "review_by": "2027-01-01", "advise": ["t"],
    "examples": [{"name": "a", "facts": {}, "fires": True}, {"name": "b", "facts": {}, "fires": False}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "content", "words"),
    [
        (TokenPrice, {**PRICE, "until": "2026-01-01"}, "until must come after from"),
        (TokenPrice, {**PRICE, "from": 3}, "a day is written YYYY-MM-DD"),
        (TokenPrice, {**PRICE, "input_usd_per_mtok": True}, "this must be a number"),
        (TuningRoute, {**ROUTE, "serving": "tuned_price"}, "needs tuned_prices"),
        (TuningRoute, {**ROUTE, "serving": "dedicated"}, "needs hosting_usd_per_hour"),
        (
            TuningRoute,
            {**ROUTE, "serving": "base_price", "training_usd_per_hour": [NUMBER]},
            "needs training_tokens_per_second",
        ),
        (DatedNumber, {**NUMBER, "low": 1, "expected": 2, "high": 3}, "give either value"),
        (DatedNumber, {**NUMBER, "value": None}, "give either value"),
        (DatedNumber, {**NUMBER, "value": None, "low": 3, "expected": 2, "high": 4}, "must not fall"),
        (Parameter, {"title": "T", "unit": "usd", "values": [NUMBER, NUMBER]}, "oldest first"),
        (Fact, {"type": "choice", "question": "Q?"}, "needs options"),
        (
            Fact,
            {"type": "number", "question": "Q?", "options": [{"id": "a", "label": "A"}]},
            "takes no options",
        ),
        (
            Fact,
            {"type": "choice", "question": "Q?", "options": [{"id": "a", "label": "A"}] * 2},
            "an option is listed twice",
        ),
        (Rule, {**RULE, "advise": []}, "needs an effect"),
        (
            Rule,
            {**RULE, "examples": [RULE["examples"][0]] * 2},
            "an example that fires and one that does not",
        ),
        (Rule, {**RULE, "review_by": "2026-01-01"}, "review_by must come after reviewed"),
    ],
)
def test_a_record_that_cannot_be_right_says_why(record, content, words):
    with pytest.raises(ValidationError, match=words):
        record.model_validate(content)


def test_the_records_that_these_were_made_from_are_right():
    assert TokenPrice.model_validate(PRICE).until is None
    assert DatedNumber.model_validate(NUMBER).range == (3, 3, 3)
    assert Rule.model_validate(RULE).advise == ("t",)


@pytest.mark.parametrize(("value", "fits"), [(0, True), (0.5, True), (4000, False), (0.0001, False)])
def test_a_price_in_another_unit_is_caught_by_its_bounds(value, fits):
    check = TypeAdapter(PerMtok).validate_python
    values = ({**NUMBER, "value": value},)

    if fits:
        assert check(values)[0].number == value
    else:
        with pytest.raises(ValidationError, match="check the unit"):
            check(values)


def test_a_promotion_ends_and_the_price_before_it_returns():
    before = TokenPrice.model_validate(PRICE)
    promotion = TokenPrice.model_validate({**PRICE, "from": "2026-02-01", "until": "2026-03-01"})

    assert in_force((before, promotion), date(2026, 2, 10)) is promotion
    assert in_force((before, promotion), date(2026, 3, 1)) is before
    assert in_force((before, promotion), date(2025, 1, 1)) is None


def overlay(folder, path, text):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")
    return folder


def read_all(folder):
    made = load_catalog(folder)
    # The market and the models are read when somebody asks.
    return made.market, made.models


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("market/x.yaml", "modles: {}", "no section 'modles'"),
        ("market/x.yaml", "models: [a]", "models is not a mapping"),
        ("market/x.yaml", "[models]", "the file is not a mapping"),
        ("market/x.yaml", "differences: {}", "differences is not a list"),
        ("models/x.yaml", "[a]", "mapping"),
    ],
)
def test_an_overlay_is_refused_with_its_file(path, text, words, tmp_path):
    with pytest.raises(AdvisorError, match=words) as caught:
        read_all(overlay(tmp_path, path, text))

    assert path.rpartition("/")[2] in caught.value.place


def test_a_backend_nobody_lists_names_its_neighbour(catalog, day):
    with pytest.raises(AdvisorError, match="no training backend 'togehter'") as caught:
        catalog.market.status("togehter", day)

    assert "together" in caught.value.remedy


def test_a_route_ends_with_its_base_model(catalog):
    route, model = next(
        (route, catalog.market.models[route.base])
        for route in catalog.market.tuning.values()
        if catalog.market.models[route.base].retires
    )
    gone = catalog.market.route_state(route, model.retires.on)

    assert gone.status == "closed"
    assert gone.says.startswith("Ended on")


def test_an_open_model_is_found_by_any_of_its_names(catalog):
    key, model = next(iter(catalog.models.items()))

    assert find_model(catalog.models, f" {key.upper()} ") is model
    assert find_model(catalog.models, model.name.rpartition("/")[2]) is model
    with pytest.raises(AdvisorError, match="no open model 'quen'"):
        find_model(catalog.models, "quen")


def test_only_an_object_is_read_as_one(tmp_path):
    (tmp_path / "a.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "b.json").write_text('{"a": 1}', encoding="utf-8")

    with pytest.raises(AdvisorError, match="not a JSON object"):
        read_json_object(tmp_path / "a.json")
    assert read_json_object(tmp_path / "b.json") == {"a": 1}


@pytest.mark.parametrize("as_is", [str, str.encode])
def test_depth_is_counted_outside_of_strings(as_is):
    assert deeper_than(as_is("[[[1]]]"), 2)
    assert not deeper_than(as_is("[[[1]]]"), 3)
    assert not deeper_than(as_is('["[[[[", "\\"[["]'), 2)
