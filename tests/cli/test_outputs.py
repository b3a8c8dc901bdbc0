"""What ``--json`` prints: every command has a published schema, and what it really prints is valid by it."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
import typer.main
from jsonschema import Draft202012Validator

from advisor.doors.cli import build
from advisor.doors.cli.outputs import file_name, outputs
from tests.command_line import advisor
from tests.mcp.conversing import answers_file, references_file, training_file

DAY = ("--as-of", "2026-11-22")
# They start training or a server, or ask an endpoint; what they print is checked where those are tested.
NOT_RUN_HERE = {
    *("train submit", "train status", "train watch", "train resume", "train cancel", "train run-model"),
    *("augment", "brief"),
    "bakeoff",  # checked in tests/bakeoff/test_killed.py
}


def schema(command: str) -> dict:
    return json.loads(files("advisor").joinpath("schemas", file_name(command)).read_text(encoding="utf-8"))


def with_json(command, words=()):
    """Walk the commands and return the words of each that takes --json."""
    found = []
    for name, inner in getattr(command, "commands", {}).items():
        found += with_json(inner, (*words, name))
    if any("--json" in option.opts for option in command.params):
        found.append(" ".join(words))
    return found


def test_every_command_with_json_has_a_schema_and_every_schema_a_command():
    commands = set(with_json(typer.main.get_command(build())))
    variants = {"decide table", "bakeoff --plan", "cost --compare", "augment --dry-run", "error"}

    assert set(outputs()) - variants == commands


@pytest.mark.parametrize("command", sorted(outputs()))
def test_a_schema_is_one(command):
    Draft202012Validator.check_schema(schema(command))
    assert schema(command)["type"] == "object"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files for every command, and a library and jobs of their own."""
    place = tmp_path_factory.mktemp("outputs")
    training_file(place)
    answers_file(place, "a.jsonl", 30)
    answers_file(place, "b.jsonl", 20)
    references_file(place)
    answers = {"knowledge_gap": "main", "knowledge_change": "daily", "queries_per_day": 5000}
    (place / "answers.json").write_text(json.dumps({"title": "Ours", "answers": answers}), encoding="utf-8")
    (place / "table.csv").write_text("title,knowledge_gap\nA,main\nB,none\n", encoding="utf-8")
    return place


@pytest.fixture(autouse=True)
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ADVISOR_DATA", str(folder / "data"))


ARMS = ("--arm", "a=a.jsonl", "--arm", "b=b.jsonl", "--references", "references.jsonl")
CALLS = [
    ("decide", ("decide", "answers.json", *DAY)),
    ("decide table", ("decide", "table.csv", "-o", "out.csv", "--samples", "8", *DAY)),
    ("map", ("map", "answers.json", "--x", "knowledge_change", "--y", "knowledge_gap", *DAY)),
    ("cost", ("cost", "answers.json", "--draws", "20", *DAY)),
    ("cost --compare", ("cost", "answers.json", "--compare", *DAY)),
    ("prices list", ("prices", "list", *DAY)),
    ("prices show", ("prices", "show", "openai:gpt-4o-mini", *DAY)),
    ("prices check", ("prices", "check", *DAY)),
    ("prices overdue", ("prices", "overdue", "--as-of", "2028-01-01")),
    ("report", ("report", "answers.json", "-o", "saved.json", *DAY)),
    ("recheck", ("recheck", "saved.json", "nowhere.json", *DAY)),
    ("rules check", ("rules", "check", "--samples", "1000", *DAY)),
    ("rules list", ("rules", "list")),
    ("rules show", ("rules", "show", "a-thousand-examples-favour-tuning")),
    ("rules overdue", ("rules", "overdue", "--as-of", "2028-01-01")),
    ("audit", ("audit", "train.jsonl", "--write-baseline", "known.json")),
    ("audit", ("audit", "train.jsonl", "--baseline", "known.json")),
    ("fix", ("fix", "train.jsonl", "-o", "fixed.jsonl")),
    ("split", ("split", "train.jsonl", "-o", "sides")),
    (
        "augment --dry-run",
        ("augment", "train.jsonl", "-o", "more.jsonl", "--model", "gpt-4o-mini", "--dry-run"),
    ),
    ("size", ("size", "--model", "llama-3.1-8b", "--serve", "4", *DAY)),
    ("plan", ("plan", "answers.json", "--data", "train.jsonl", "--model", "qwen3-8b", *DAY)),
    ("train list", ("train", "list")),
    ("evaluate", ("evaluate", *ARMS, *DAY)),
    ("bakeoff --plan", ("bakeoff", "--demo", "--plan", "-o", "run", *DAY)),
    ("diagnose", ("diagnose", "--train", "train.jsonl", "--production", "train.jsonl")),
    ("library save", ("library", "save", "answers.json", *DAY)),
    ("library list", ("library", "list")),
    ("library export", ("library", "export", "library.json")),
    ("library import", ("library", "import", "library.json")),
    ("error", ("decide", "nowhere.json")),
    ("error", ("audit", "nowhere.jsonl")),
]


@pytest.mark.parametrize(
    ("command", "call"), CALLS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_a_command_prints_is_valid_by_its_schema(command, call):
    done = advisor(*call, "--json")

    Draft202012Validator(schema(command)).validate(json.loads(done.stdout))


def test_what_the_library_prints_about_one_assessment_is_valid():
    saved = json.loads(advisor("library", "save", "answers.json", *DAY, "--json").stdout)["id"]
    calls = {
        "library show": (saved,),
        "library history": (saved,),
        "library restore": (saved, "1"),
        "library archive": (saved,),
    }
    for command, rest in calls.items():
        done = advisor(*command.split(), *rest, "--json")
        Draft202012Validator(schema(command)).validate(json.loads(done.stdout))


def test_every_output_is_tried_here_or_said_not_to_be():
    library = {"library show", "library history", "library restore", "library archive"}

    assert {command for command, _ in CALLS} | library | NOT_RUN_HERE == set(outputs())
