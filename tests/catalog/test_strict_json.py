"""JSON is read strictly: whatever could crash, mislead or not be stored is refused with its place."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.strict_json import MAX_DEPTH, parse_json
from advisor.errors import AdvisorError

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_json_can_say_is_read_as_it_was_meant(value, escaped):
    assert parse_json(json.dumps(value, ensure_ascii=escaped), place="x").value == value


@given(st.lists(st.sampled_from(["[", '{"a": ', '[1, "]", ', '{"}": 1, "b": ']), min_size=MAX_DEPTH + 1))
def test_depth_is_refused_before_anything_is_parsed(openings):
    # Left open on purpose: a parser that saw it would complain of the end instead.
    with pytest.raises(AdvisorError, match="nested deeper"):
        parse_json("".join(openings), place="x")


def test_two_million_brackets_are_no_burden():
    with pytest.raises(AdvisorError, match="nested deeper"):
        parse_json("[" * 2_000_000, place="x")


@pytest.mark.parametrize(
    "word",
    ["NaN", "Infinity", "-Infinity", "1e999", "-1E+9999", "9" * 5_000, "9" * 350 + ".5", "9" * 300 + "e9"],
)
@pytest.mark.parametrize("around", ["{}", '{{"a": {}}}', "[1, [{}]]"])
def test_a_number_is_finite_and_of_a_length_to_work_with(word, around):
    with pytest.raises(AdvisorError, match="not a number to work with") as caught:
        parse_json(around.format(word), place="x")

    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("escape", ["\\ud800", "\\udfff", "\\uDC00\\uD800", "a\\ud83dz"])
@pytest.mark.parametrize("around", ['"{}"', '{{"a": ["{}"]}}', '{{"{}": 1}}'])
def test_halves_of_characters_are_refused_in_values_and_keys(escape, around):
    with pytest.raises(AdvisorError, match="cannot be stored"):
        parse_json(around.format(escape), place="x")


def test_a_pair_of_escapes_is_one_character():
    assert parse_json('"\\ud83d\\ude00"', place="x").value == "😀"


@given(st.dictionaries(TEXT, st.integers(), min_size=1), st.data())
def test_a_key_stands_once_at_any_depth(values, data):
    again = data.draw(st.sampled_from(sorted(values)))
    inner = json.dumps(values)[:-1] + f", {json.dumps(again)}: 0}}"

    with pytest.raises(AdvisorError, match="occurs twice"):
        parse_json(f'[{{"a": {inner}}}]', place="x")


@given(st.text(max_size=200))
def test_any_text_at_all_is_a_value_or_an_error_of_ours(text):
    try:
        value = parse_json(text, place="x").value
    except AdvisorError:
        return
    assert not isinstance(value, float) or math.isfinite(value)
