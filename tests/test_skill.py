"""The skill for agents: in the open format, and every command in it runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from tests.command_line import advisor
from tests.mcp.conversing import answers_file, references_file, training_file

SKILL = Path(__file__).resolve().parent.parent / "skills" / "llm-adaptation" / "SKILL.md"
TEXT = SKILL.read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines() if line
]


def test_the_skill_keeps_the_open_format():
    head = yaml.safe_load(TEXT.split("---")[1])

    assert head["name"] == SKILL.parent.name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", head["name"])
    assert len(head["name"]) <= 64
    assert 0 < len(head["description"]) <= 1024
    assert len(head["compatibility"]) <= 500
    assert set(head) <= {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
    assert len(TEXT.splitlines()) < 500


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files that the skill's commands name; the answers are the skill's own."""
    place = tmp_path_factory.mktemp("skill")
    (place / "answers.yaml").write_text(re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)[1], encoding="utf-8")
    training_file(place)
    answers_file(place, "a.jsonl", 30)
    answers_file(place, "b.jsonl", 20)
    references_file(place)
    return place


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_the_skill_runs(folder, monkeypatch, command):
    monkeypatch.chdir(folder)
    words = shlex.split(command)
    done = advisor(*words[1:])

    assert words[0] == "advisor"
    assert done.returncode == 0, done.stdout + done.stderr
    if "--json" in words:
        assert json.loads(done.stdout)


def test_every_field_that_the_skill_names_is_in_a_decision(folder):
    decided = json.loads(advisor("decide", str(folder / "answers.yaml"), "--json").stdout)
    named = set(re.findall(r"^- `(\w+)`", TEXT, re.MULTILINE)) - {"null"}

    assert {"robustness", "start_with"} <= named
    assert named <= set(decided)
    assert "stop_when" in decided["start_with"]


def test_the_skill_tries_every_verb_that_it_promises():
    promised = set(re.findall(r"\*\*(\w+)\*\*", TEXT))

    assert promised == {"decide", "cost", "audit", "size", "evaluate"}
    assert promised <= {command.split()[1] for command in COMMANDS}
