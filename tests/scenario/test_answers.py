"""Answers files are checked against the questions; what is wrong is named and nothing is guessed."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.scenario import parse_situation, read_situation


def test_yaml_and_json_give_the_same_situation(catalog):
    yaml = "title: Bot\nanswers:\n  knowledge_gap: main\n  labelled_examples: 120\n  behaviors: [tone, reasoning]\n"
    as_json = json.dumps(
        {
            "title": "Bot",
            "answers": {
                "knowledge_gap": "main",
                "labelled_examples": 120,
                "behaviors": ["reasoning", "tone"],
            },
        }
    )

    assert parse_situation(yaml, catalog, place="a") == parse_situation(as_json, catalog, place="b")


def test_null_means_unknown(catalog):
    assert parse_situation("answers: {knowledge_gap: null}", catalog, place="x").answers == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("answers: {knowlege_gap: main}", ["x:1", "no fact 'knowlege_gap'", "'knowledge_gap'"]),
        ("answers:\n  knowledge_gap: mostly", ["x:2", "no option 'mostly'"]),
        ("answers:\n  labelled_examples: -5", ["x:2", "from 0"]),
        ("answers:\n  labelled_examples: .nan", ["x:2", "not a number"]),
        ('{"answers": {"labelled_examples": NaN}}', ["x", "not a number"]),
        ('{"answers": {"labelled_examples": 1e999}}', ["x", "labelled_examples"]),
        ('{"answers": {"labelled_examples": ' + "9" * 5000 + "}}", ["x"]),
        ("answers:\n  labelled_examples: many", ["x:2", "Give a number"]),
        ("answers:\n  needs_citations: maybe", ["x:2", "true or false"]),
        ("answers:\n  behaviors: [tone, charm]", ["x:2", "no option 'charm'"]),
        ("answers:\n  knowledge_fits_prompt: true", ["x:2", "computed, not answered"]),
        ("answers: [1, 2]", ["x:1", "answers"]),
        ("knowledge_gap: main", ["x:1", "Put it under 'answers:'"]),
        ("answer: {}", ["x:1", "'answers'"]),
        ("title: [a]\nanswers: {}", ["x:1", "'title' is not text"]),
        ("title: " + "a" * 400, ["x:1", "400 characters"]),
        ('{"answers": {}, "answers": {}}', ["occurs twice"]),
        ('{"answers": ' + "[" * 100_000, ["x"]),
        ('{"title": "a\\ud800"}', ["x: title", "cannot be stored"]),
        ('{"title": "a\\u0000"}', ["x: title", "cannot be stored"]),
        ('{"answers": {"model": "a\\u0000"}}', ["x: answers.model", "cannot be stored"]),
        ('title: "a\\0"', ["x:1", "NUL"]),
        ("just text", ["x:1", "answers file"]),
        ("", ["x:1", "answers file"]),
    ],
)
def test_a_mistake_is_named_with_place_and_remedy(text, words, catalog):
    with pytest.raises(AdvisorError) as caught:
        parse_situation(text, catalog, place="x")

    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_an_answers_file_of_50_mb_is_refused_unread(tmp_path, catalog):
    path = tmp_path / "big.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)

    with pytest.raises(AdvisorError, match="larger than 1 MB"):
        read_situation(path, catalog)


def test_a_folder_and_a_binary_are_refused(tmp_path, catalog):
    binary = tmp_path / "x.yaml"
    binary.write_bytes(bytes(range(256)))

    with pytest.raises(AdvisorError, match="UTF-8"):
        read_situation(binary, catalog)
    with pytest.raises(AdvisorError, match="folder"):
        read_situation(tmp_path, catalog)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_but_never_crashes(text):
    from advisor.catalog import load_catalog

    with contextlib.suppress(AdvisorError):
        parse_situation(text, load_catalog(), place="x")
