"""The report command: the ending chooses the format, a JSON report is rendered again, mistakes write nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.doors.cli import build
from advisor.errors import AdvisorError

ANSWERS = {"title": "Wiki", "answers": {"knowledge_gap": "main", "knowledge_change": "weekly"}}


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(ANSWERS), encoding="utf-8")
    return path


def run(*words: object):
    return CliRunner().invoke(
        build(), ["report", *map(str, words), "--as-of", "2026-11-22"], catch_exceptions=True
    )


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("md", b"# Wiki"),
        ("html", b"<!doctype html>"),
        ("pdf", b"%PDF"),
        ("json", b"{"),
        ("adr.md", b"# Wiki: "),
    ],
)
def test_the_ending_chooses_the_format(ending: str, start: bytes, answers: Path, tmp_path: Path) -> None:
    out = tmp_path / f"out.{ending}"
    assert run(answers, "-o", out).exit_code == 0
    assert out.read_bytes().startswith(start)


def test_a_json_report_is_rendered_again_as_it_was_decided(answers: Path, tmp_path: Path) -> None:
    report, first, again = tmp_path / "r.json", tmp_path / "a.pdf", tmp_path / "b.pdf"
    assert run(answers, "-o", report).exit_code == 0
    assert run(answers, "-o", first).exit_code == 0
    assert run(report, "-o", again).exit_code == 0
    assert first.read_bytes() == again.read_bytes()


def test_an_unknown_ending_names_the_endings_and_writes_nothing(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.docx"
    result = run(answers, "-o", out)
    assert isinstance(result.exception, AdvisorError)
    assert ".pdf" in result.exception.remedy
    assert not out.exists()


def test_with_json_only_one_object_is_printed(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.md"
    told = json.loads(run(answers, "-o", out, "--json").stdout)
    assert told == {"written": str(out), "format": "md", "bytes": out.stat().st_size}
    assert json.loads(run(answers, "--json").stdout)["format"] == "advisor-advice/1"
