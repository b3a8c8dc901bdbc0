"""YAML is read strictly, and every defect names its line and what to do."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.strict_yaml import parse_yaml, read_yaml
from advisor.errors import AdvisorError


def test_words_that_other_readers_turn_into_values_stay_text():
    text = "a: yes\nb: 12:30\nc: 2026-11-22\nd: 0123\ne: 'null'\nf: on\ng: 1.2.3"

    assert parse_yaml(text, place="x").value == {
        "a": "yes", "b": "12:30", "c": "2026-11-22", "d": "0123", "e": "null", "f": "on", "g": "1.2.3",
    }  # fmt: skip


def test_numbers_truth_and_null_are_read():
    assert parse_yaml("[1, -2, 1_000, 2.5, 1e3, true, false, null, ~]", place="x").value == [
        1, -2, 1000, 2.5, 1000.0, True, False, None, None,
    ]  # fmt: skip


def test_every_value_knows_its_line():
    located = parse_yaml("a:\n  b:\n    - 1\n    - 2\n", place="x")

    assert located.line(("a", "b", 1)) == 4
    assert located.at(("a", "b", "nowhere")) == "x:2"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3", ["x:3", "'a' occurs twice", "line 1"]),
        ("a: &one 1\nb: *one", ["x:1", "anchors and aliases"]),
        ("a: .nan", ["x:1", "not a number", "leave it out"]),
        ("a: -.inf", ["x:1", "not a number"]),
        ("a: !!python/object:os.system ls", ["x:1", "tag"]),
        ("a:\n\t- 1", ["x:2", "tab", "spaces"]),
        ("a: [1, 2", ["x:", "not YAML"]),
        ("? [a, b]\n: 1", ["x:1", "key must be a word"]),
        ("[" * 5000, ["nesting is deeper", "Flatten"]),
        ("{a: " * 300, ["nesting is deeper"]),
        ("- " * 5000 + "1", ["nesting is deeper"]),
        ("\n".join(" " * depth + "a:" for depth in range(60)), ["nesting is deeper"]),
    ],
)
def test_a_defect_is_named_with_its_line_and_a_remedy(text, words):
    with pytest.raises(AdvisorError) as caught:
        parse_yaml(text, place="x")

    for word in words:
        assert word in str(caught.value)


def test_aliases_that_would_explode_are_refused_before_they_do():
    bomb = "a: &a [1,1,1,1]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)},*{chr(97 + i)}]\n" for i in range(20)
    )

    with pytest.raises(AdvisorError, match="aliases"):
        parse_yaml(bomb, place="x")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: 1\n" * 1_000_000)

    with pytest.raises(AdvisorError, match="larger than 4 MB"):
        read_yaml(path)


@pytest.mark.parametrize(("content", "word"), [(b"\xff\xfe\x00a", "UTF-8"), (b"a: \x00", "binary")])
def test_a_file_that_is_not_text_is_named_as_such(tmp_path, content, word):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)

    with pytest.raises(AdvisorError, match=word):
        read_yaml(path)


def test_a_folder_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(AdvisorError, match="folder"):
        read_yaml(tmp_path)
    with pytest.raises(AdvisorError, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")


OPENINGS = ["? ", "- ", "[", "{a: ", "[? ", "- ? ", "{? ", "- - ", "? - ", "- a: ["]


@given(st.lists(st.sampled_from(OPENINGS), min_size=25, max_size=60))
def test_no_way_to_nest_gets_below_the_limit(openings):
    with pytest.raises(AdvisorError):
        parse_yaml("".join(openings) + "1", place="x")


@pytest.mark.parametrize("opening", OPENINGS)
def test_no_file_can_crash_the_process(opening, tmp_path):
    """In a process of its own: what is feared is a fault of the C stack, which takes its process along."""
    path = tmp_path / "deep.yaml"
    path.write_text((opening * 100_000)[:3_900_000])

    done = subprocess.run(
        [sys.executable, "-c", READING, str(path)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "refused")


READING = """
import sys, pathlib
from advisor.catalog.strict_yaml import read_yaml
from advisor.errors import AdvisorError
try:
    read_yaml(pathlib.Path(sys.argv[1]))
except AdvisorError:
    print("refused", end="")
"""


@pytest.mark.parametrize("text", ['a: "b\\0c"', '"a\\0": 1', 'a: "\\ud800"', "a: 1\n---\nb: 2", "!x a: 1"])
def test_what_cannot_be_stored_and_what_is_not_one_document_is_refused(text):
    with pytest.raises(AdvisorError):
        parse_yaml(text, place="x")


def test_text_that_is_tagged_as_text_is_text():
    assert parse_yaml("a: !!str 12", place="x").value == {"a": "12"}
