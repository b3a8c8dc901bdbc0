from __future__ import annotations

import json

import pytest

from advisor.share.report import render
from tests.brief.endpoint_server import proposals, serving
from tests.command_line import advisor
from tests.store.test_recheck import OVERLAY_RULE, overlay

ANSWERS = {"title": "Bot [bold]", "answers": {"knowledge_gap": "main", "knowledge_change": "daily"}}
DAY = ("--as-of", "2026-11-22")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def command(*arguments, code=0, **variables):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in ({"ADVISOR_DATA": str(tmp_path / "data")} | variables).items():
                patch.setenv(name, value)
            done = advisor(*map(str, arguments))
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return command


@pytest.fixture
def answers_file(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(ANSWERS))
    return path


def test_a_library_is_kept_listed_exported_and_brought_back(run, answers_file, tmp_path):
    saved = json.loads(run("library", "save", answers_file, "--tag", "pilot", *DAY, "--json").stdout)
    assert saved["revision"] == 1
    again = run("library", "save", answers_file, "--id", saved["id"], "--base", 1, *DAY)
    assert "revision 2" in again.stderr
    told = run("library", "save", answers_file, "--id", saved["id"], "--base", 1, *DAY, code=1)
    assert "as a copy" in told.stderr
    listed = run("library", "list", "bot", "--tag", "pilot").stdout
    assert saved["id"] in listed
    assert "Bot [bold]" in listed
    assert "rag" in run("library", "show", saved["id"], "--json").stdout
    assert "Bot [bold]" in run("library", "show", saved["id"], "--revision", 1).stdout
    assert json.loads(run("library", "restore", saved["id"], 1, "--json").stdout)["revision"] == 3
    assert "restored from 1" in run("library", "history", saved["id"]).stdout
    run("library", "export", "out.json")
    exported = (tmp_path / "out.json").read_bytes()
    assert run("library", "export", "-").stdout.encode() == exported
    elsewhere = {"ADVISOR_DATA": str(tmp_path / "elsewhere")}
    assert json.loads(run("library", "import", "out.json", "--json", **elsewhere).stdout)["added"] == 1
    assert run("library", "export", "-", **elsewhere).stdout.encode() == exported
    run("library", "archive", saved["id"])
    assert json.loads(run("library", "list", "--json").stdout)["assessments"] == []
    run("library", "archive", saved["id"], "--undo")
    assert len(json.loads(run("library", "list", "--json").stdout)["assessments"]) == 1


def test_mistakes_are_three_parts_and_exit_code_one(run, tmp_path):
    assert "there is no assessment" in run("library", "show", "nothing", code=1).stderr
    (tmp_path / "x.json").write_text("{}")
    assert "Nothing was imported" in run("library", "import", "x.json", code=1).stderr
    assert "cannot be read" in run("library", "import", tmp_path, code=1).stderr
    assert "cannot be written" in run("library", "export", tmp_path, code=1).stderr
    assert "what to check is not clear" in run("recheck", code=1).stderr
    secret = {"ADVISOR_DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/x"}
    refused = run("library", "list", "--json", code=1, **secret)
    assert json.loads(refused.stdout)["error"]["place"] == "postgresql://127.0.0.1:1/x"
    assert "geheim" not in refused.stdout + refused.stderr


def test_recheck_exits_with_three_when_a_verdict_changed(run, answers_file, tmp_path):
    saved = json.loads(run("library", "save", answers_file, *DAY, "--json").stdout)
    same = json.loads(run("recheck", "--all", *DAY, "--json").stdout)
    assert (same["changed"], len(same["checked"])) == (0, 1)
    assert "nothing has moved" in run("recheck", saved["id"], *DAY).stdout
    rules = overlay(tmp_path / "ours", "decision/daily-knowledge-favours-training.yaml", OVERLAY_RULE)
    moved = run("recheck", saved["id"], *DAY, "--rules", rules, code=3)
    assert "daily-knowledge-favours-training: fires now" in moved.stdout
    assert "1 with another verdict" in moved.stdout
    as_json = json.loads(run("recheck", "--all", *DAY, "--rules", rules, "--json", code=3).stdout)
    assert as_json["checked"][0]["recommended"]["before"] == "rag"
    run("library", "archive", saved["id"])
    assert json.loads(run("recheck", "--all", *DAY, "--rules", rules, "--json").stdout)["checked"] == []


def test_recheck_reads_reports_without_a_library(run, advice, catalog, tmp_path):
    content = render(advice, catalog, "json")
    (tmp_path / "report.json").write_bytes(content)
    assert "nothing has moved" in run("recheck", "report.json", *DAY).stdout
    assert not (tmp_path / "data").exists()


def test_the_brief_is_sent_only_after_saying_so(run, tmp_path):
    (tmp_path / "brief.txt").write_text("Our catalogue changes every day. We have \x1b[2J plans.")
    assert "no endpoint is configured" in run("brief", "brief.txt", "--yes", code=1).stderr
    with serving() as server:
        server.replies = [
            proposals(
                {"fact": "knowledge_change", "value": "daily", "quote": "changes every day"},
                {"fact": "\x1b[2J", "value": 1, "quote": "x"},
            )
        ]
        settings = {
            "ADVISOR_LLM_BASE_URL": server.url,
            "ADVISOR_LLM_MODEL": "m",
            "ADVISOR_LLM_API_KEY": "geheim",
        }
        refused = run("brief", "brief.txt", code=1, **settings)
        assert "will be sent to 127.0.0.1" in refused.stderr
        assert "Nothing was sent" in refused.stderr
        assert server.requests == []
        shown = run(
            "brief", "brief.txt", "--yes", "-o", "out.json", "--accept", "knowledge_change", **settings
        )
        assert "changes every day" in shown.stdout
        assert "\x1b" not in shown.stdout
        assert json.loads((tmp_path / "out.json").read_text())["answers"] == {"knowledge_change": "daily"}
        printed = json.loads(run("brief", "brief.txt", "--yes", "--json", **settings).stdout)
        assert printed["accepted"] == []
        assert [item["fact"] for item in printed["proposals"]] == ["knowledge_change"]
        assert "geheim" not in shown.stdout + shown.stderr + json.dumps(printed)
