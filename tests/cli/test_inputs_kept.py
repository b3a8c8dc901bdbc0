"""No command overwrites what it reads: whatever is named as its output, its inputs are the same bytes afterwards."""

from __future__ import annotations

import json
import os
import shutil

import pytest
import typer.main

from advisor.doors.cli import build
from advisor.doors.cli.inputs import OUTPUTS
from tests.command_line import advisor
from tests.mcp.conversing import answers_file, references_file, training_file

ANSWERS = "title: Support\nanswers: {behavior_gap: main, behaviors: [tone], knowledge_gap: none}\n"
# FILE stands for an output that is one of the inputs; each line names the inputs that it may be.
VERBS = {
    "fix": [
        (("fix", "train.jsonl", "-o", "FILE"), ("train.jsonl",)),
        (("fix", "train.jsonl", "--system-prompt", "prompt.txt", "-o", "FILE"), ("train.jsonl", "prompt.txt")),
        # Written beside the output: its name is what makes the input one of them.
        (("fix", "new.quarantine.jsonl", "-o", "new.jsonl"), ("new.quarantine.jsonl",)),
        (("fix", "new.diff.jsonl", "-o", "new.jsonl"), ("new.diff.jsonl",)),
        (("fix", "folder", "-o", "FILE"), ("folder/train.jsonl",)),
    ],
    "split": [
        (("split", "train.jsonl", "-o", "."), ("train.jsonl",)),
        (("split", "eval.jsonl", "-o", "."), ("eval.jsonl",)),
        (("split", "folder", "-o", "folder"), ("folder/train.jsonl",)),
    ],
    "augment": [
        (("augment", "train.jsonl", "-o", "FILE", "--model", "m", "--dry-run"), ("train.jsonl",)),
    ],
    "decide": [
        (("decide", "table.csv", "-o", "FILE"), ("table.csv",)),
        (("decide", "table.csv", "-o", "FILE", "--rules", "rules"), ("table.csv",)),
    ],
    "report": [
        (("report", "advice.json", "-o", "FILE", "--format", "json"), ("advice.json",)),
        (("report", "answers.yaml", "-o", "FILE", "--format", "html"), ("answers.yaml",)),
    ],
    "brief": [(("brief", "brief.txt", "-o", "FILE", "--yes"), ("brief.txt",))],
    "audit": [
        (("audit", "train.jsonl", "--write-baseline", "FILE"), ("train.jsonl",)),
        (("audit", "train.jsonl", "--eval", "eval.jsonl", "--write-baseline", "FILE"), ("eval.jsonl",)),
        (("audit", "train.jsonl", "--write-answers", "FILE"), ("train.jsonl",)),
    ],
    "plan": [
        (("plan", "answers.yaml", "--data", "train.jsonl", "--model", "smollm2-135m", "-o", "FILE"),
         ("train.jsonl", "answers.yaml", ".")),
    ],
    "evaluate": [
        (("evaluate", "--arm", "one=a.jsonl", "--arm", "two=b.jsonl", "--references", "references.jsonl", "--write-answers", "FILE"),
         ("a.jsonl", "references.jsonl")),
    ],
    "diagnose": [
        (("diagnose", "--train", "train.jsonl", "--patch", "FILE"), ("train.jsonl",)),
        (("diagnose", "--train", "train.jsonl", "--report", "FILE"), ("train.jsonl",)),
        (("diagnose", "--train", "train.jsonl", "--apply", "FILE"), ("train.jsonl",)),
    ],
    "library export": [(("library", "export", "FILE"), ("library.sqlite3",))],
}  # fmt: skip

# It keeps a copy of its rows in a folder of the run's own and writes beside that folder.
NEVER_BESIDE_ITS_ROWS = {"bakeoff"}


def writing_verbs(command, words=()):
    """Walk the commands and return the words of each that has a parameter for an output."""
    found = []
    for name, inner in getattr(command, "commands", {}).items():
        found += writing_verbs(inner, (*words, name))
    if any(option.name in OUTPUTS for option in command.params):
        found.append(" ".join(words))
    return found


def test_every_verb_that_writes_is_tried_here():
    assert set(writing_verbs(typer.main.get_command(build()))) == set(VERBS) | NEVER_BESIDE_ITS_ROWS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADVISOR_DATA", str(tmp_path))
    monkeypatch.delenv("ADVISOR_DATABASE_URL", raising=False)
    training_file(tmp_path)
    answers_file(tmp_path, "a.jsonl", 30)
    answers_file(tmp_path, "b.jsonl", 20)
    references_file(tmp_path)
    (tmp_path / "folder").mkdir()
    for name in (
        "eval.jsonl",
        "new.quarantine.jsonl",
        "new.diff.jsonl",
        "folder/train.jsonl",
        "folder/eval.jsonl",
    ):
        shutil.copy(tmp_path / "train.jsonl", tmp_path / name)
    (tmp_path / "prompt.txt").write_text("Answer in one sentence.")
    (tmp_path / "brief.txt").write_text("We answer support requests by mail.")
    (tmp_path / "answers.yaml").write_text(ANSWERS)
    (tmp_path / "table.csv").write_text("behavior_gap,knowledge_gap\nmain,none\nnone,main\n")
    (tmp_path / "rules").mkdir()
    assert advisor("report", "answers.yaml", "-o", "advice.json", "--as-of", "2026-11-22").returncode == 0
    assert advisor("library", "save", "answers.yaml").returncode == 0
    return tmp_path


def contents(folder):
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    # SQLite writes its own file whenever it likes; that it is a database still is what counts.
    own = {name: files.pop(name)[:15] for name in list(files) if name.startswith("library.sqlite3")}
    return files | {"library": own.get("library.sqlite3", b"")}


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [(arguments, one) for tries in VERBS.values() for arguments, inputs in tries for one in inputs],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_verb_whose_output_is_its_input_refuses_and_changes_nothing(folder, arguments, kept):
    before = contents(folder)

    done = advisor(*(kept if word == "FILE" else word for word in arguments), "--json")

    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1
    assert all(error[part] for part in ("problem", "place", "remedy"))
    assert contents(folder) == before


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_another_name_of_the_input_is_the_input(folder, link):
    link(folder / "train.jsonl", folder / "other.jsonl")
    before = contents(folder)

    done = advisor("fix", "train.jsonl", "-o", "other.jsonl", "--json")

    assert json.loads(done.stdout)["error"]["problem"] == "the output would overwrite an input"
    assert contents(folder) == before
    assert (folder / "other.jsonl").samefile(folder / "train.jsonl")


def test_what_is_no_input_may_be_replaced(folder):
    (folder / "fixed.jsonl").write_text("of yesterday")
    (folder / "base.json").write_text("{}")

    assert advisor("fix", "train.jsonl", "-o", "fixed.jsonl").returncode == 0
    assert advisor("split", "train.jsonl", "-o", "folder").returncode == 0
    assert advisor("library", "export", "base.json").returncode == 0


def test_a_file_that_is_to_be_brought_up_to_date_is_both_read_and_written(folder):
    assert advisor("audit", "train.jsonl", "--write-baseline", "base.json").returncode == 0

    done = advisor("audit", "train.jsonl", "--baseline", "base.json", "--write-baseline", "base.json")

    assert done.returncode == 0


def test_an_interview_goes_on_in_the_file_that_it_was_begun_in(folder):
    assert advisor("ask", "answers.yaml", stdin="stop\n").returncode == 0
