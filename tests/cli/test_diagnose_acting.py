"""The acting half of `advisor diagnose`: proof with a model on loopback, the patch, the mended rows, the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.command_line import advisor
from tests.diagnose.served import by_system_prompt, serving
from tests.diagnose.story import TRAINED, production_rows, training_rows


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    train, production = tmp_path / "train.jsonl", tmp_path / "production.jsonl"
    for path, rows in ((train, training_rows()), (production, production_rows())):
        path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return ["diagnose", "--train", str(train), "--production", str(production)]


def test_a_model_at_hand_turns_likely_into_shown_and_the_patch_says_what_to_serve_with(
    files: list[str], tmp_path: Path
) -> None:
    patch, report = tmp_path / "patch.json", tmp_path / "report.md"
    with serving(by_system_prompt) as (url, _):
        done = advisor(
            *files,
            "--model",
            url,
            "--patch",
            str(patch),
            "--report",
            str(report),
            "--json",
            "--as-of",
            "2026-11-26",
        )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    first = said["causes"][0]
    assert (first["cause"], first["state"], first["trial"]["state"]) == (
        "system-prompt-differs",
        "shown",
        "shown",
    )
    assert (
        said["patch"]["serve_with"] == json.loads(patch.read_text(encoding="utf-8"))["serve_with"] == TRAINED
    )
    assert "at most" in done.stderr
    assert "Shown: training and serving have different system prompts" in report.read_text(encoding="utf-8")


def test_the_mended_rows_go_to_a_new_file(files: list[str], tmp_path: Path) -> None:
    new = tmp_path / "mended.jsonl"
    done = advisor(*files, "--apply", str(new), "--json")
    assert done.returncode == 0, done.stderr
    applied = json.loads(done.stdout)["applied"]
    assert applied["rows"] == 40
    assert new.exists()
    assert Path(applied["fixed"]["diff"]).exists()


def test_what_was_measured_goes_into_an_answers_file(tmp_path: Path) -> None:
    train, evaluation, production, answers = (
        tmp_path / name for name in ("train.jsonl", "eval.jsonl", "production.jsonl", "answers.yaml")
    )
    asked = [
        {"prompt": f"lamp wont pair pls {at}", "completion": f"Sure thing, press {at}."} for at in range(60)
    ]
    polite = [
        {
            "prompt": f"Good morning, could you please tell me how to return item {at}?",
            "completion": f"By post, box {at}.",
        }
        for at in range(60)
    ]
    for path, rows in ((train, training_rows()), (evaluation, polite), (production, asked)):
        path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    answers.write_text("title: Desk\nanswers:\n  test_set: true\n", encoding="utf-8")
    done = advisor(
        "diagnose", "--train", str(train), "--eval", str(evaluation), "--production", str(production),
        "--write-answers", str(answers), "--as-of", "2026-11-27",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "measured facts of 2026-11-27" in done.stderr
    written = yaml.safe_load(answers.read_text(encoding="utf-8"))
    assert written["answers"]["test_set"] is False
    assert written["origins"]["test_set"] == "measured"
    assert "unlike production" in written["measured"][0]["facts"]["test_set"]["by"]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (["--base", "http://127.0.0.1:9/v1"], "--base needs --model"),
        (["--model", "http://127.0.0.1:9/v1", "--retrain"], "--retrain needs"),
        (["--max-usd", "1"], "--max-usd needs --usd-per-call"),
        (["--bundle", "b"], "--bundle needs --apply and --job"),
        (["--report", "x.docx"], "not a report format"),
        (["--model", "http://127.0.0.1:9/v1", "--usd-per-call", "0.1"], "was not confirmed"),
    ],
)
def test_what_does_not_go_together_is_said(files: list[str], more: list[str], problem: str) -> None:
    done = advisor(*files, *more)
    assert done.returncode == 1
    assert problem in done.stderr
