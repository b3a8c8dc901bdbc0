"""What files hold is shown, and never steers the terminal, whatever command shows it."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.panel import Panel
from rich.table import Table

import advisor.doors.cli as command_line
from advisor.doors.cli.terminal import _Terminal, in_escapes, tame
from tests.command_line import advisor

HOSTILE = [
    "\x1b]0;title\x07",
    "\x1b[31mred",
    "\x9b2J",
    "back\x08\x08\x08",
    "over\rwritten",
    "\u202eelif.exe",
    "\u2066iso\u2069",
    "a\u200bb",
    "line\u2028line",
    "\U000e0041tag",
]
STEERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


@given(st.text())
def test_tamed_text_has_nothing_that_steers_and_keeps_what_is_written(text):
    tamed = tame(text)

    assert len(tamed) == len(text)
    assert not STEERS.search(tamed)
    for before, after in zip(text, tamed, strict=True):
        assert before == after or unicodedata.category(before)[0] in "CZ"


@pytest.mark.parametrize(
    "text", ["日本語 العربية\u3000मानक", "क्\u200dष نمی\u200cخواهم", "👩\u200d🚀 é ñ", "a\tb\nc", "50\u00a0%"]
)
def test_writing_of_all_the_world_is_left_as_it_is(text):
    assert tame(text) == text


@given(st.text(), st.sampled_from([Panel, str, lambda text: Table(text, title=text)]))
def test_no_way_to_print_lets_it_through(text, around):
    written = io.StringIO()
    console = _Terminal(file=written, force_terminal=False, width=80)
    console.print(around(text))

    assert not STEERS.search(written.getvalue())


@given(st.dictionaries(st.text(), st.text()))
def test_json_means_the_same_and_steers_nothing(value):
    text = in_escapes(json.dumps(value, ensure_ascii=False))

    assert json.loads(text) == value
    assert not STEERS.search(text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_title_and_a_file_name_steer_nothing_in_any_command(hostile, tmp_path, monkeypatch):
    monkeypatch.setenv("ADVISOR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ADVISOR_JOBS", str(tmp_path / "jobs"))
    answers = tmp_path / f"{hostile}.json"
    answers.write_text(json.dumps({"title": hostile, "answers": {"knowledge_gap": "main"}}))
    rows = tmp_path / f"{hostile}.jsonl"
    row = {"messages": [{"role": "user", "content": hostile}, {"role": "assistant", "content": hostile}]}
    rows.write_text("".join(json.dumps(row | {hostile: hostile}) + "\n" for _ in range(12)))
    for arguments in (
        ["decide", str(answers)],
        ["decide", str(answers), "--json"],
        ["cost", str(answers)],
        ["audit", str(rows)],
        ["audit", str(rows), "--json"],
        ["fix", str(rows), "-o", str(tmp_path / "fixed.jsonl")],
        ["split", str(rows), "-o", str(tmp_path / hostile)],
        ["plan", str(answers), "--data", str(rows), "--model", hostile],
        ["library", "save", str(answers), "--tag", hostile],
        ["library", "import", str(answers)],
        ["library", "list"],
        ["train", "status", hostile],
        ["rules", "show", hostile],
        ["size", "--model", hostile],
        ["decide", hostile],
    ):
        done = advisor(*arguments)
        assert not STEERS.search(done.stdout + done.stderr), arguments
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["x[/bold]", "[red]", "[link=http://x]y", "a\\", "[/", "[bold"])
def test_a_name_that_looks_like_markup_is_shown_as_it_is(name, tmp_path):
    folder = tmp_path / name
    folder.mkdir(parents=True)
    rows = folder / "rows[x].jsonl"
    row = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    rows.write_text("".join(json.dumps(row) + "\n" for _ in range(12)))

    assert str(rows) in advisor("audit", str(rows)).stdout
    missing = advisor("audit", str(folder / "none"))
    assert str(folder / "none") in missing.stderr


def test_there_is_one_way_to_the_terminal():
    """Whoever prints past it prints untamed text."""
    folder = Path(command_line.__file__).parent
    past = re.compile(
        r"typer\.(?:echo|secho|confirm|prompt)\(|\bConsole\(|^\s*print\(|sys\.std(?:out|err)\.write",
        re.MULTILINE,
    )
    found = {
        path.name: past.findall(path.read_text(encoding="utf-8"))
        for path in folder.glob("*.py")
        if path.name != "terminal.py"
    }

    assert {name: what for name, what in found.items() if what} == {
        "__init__.py": ["typer.echo("]
    }  # the version
