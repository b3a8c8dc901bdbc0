"""Gates in pipelines: what they found as SARIF, JUnit and workflow commands, with the exit codes of the plain output."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from advisor.share.report.gates import GateFinding, GateReport, gate_text
from tests.command_line import advisor

PUBLISHED = json.loads(Path(__file__).with_name("sarif-2.1.0.json").read_text(encoding="utf-8"))
ROW = '{"messages":[{"role":"user","content":"Where is it?"},{"role":"assistant","content":"%s"}]}\n'


def check_sarif(text: str) -> dict:
    value = json.loads(text)
    validator_for(PUBLISHED)(PUBLISHED).validate(value)
    return value


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A file with an empty second line and a broken fourth, in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.jsonl").write_text(ROW % "Here." + "\n" + ROW % "There." + "broken\n", encoding="utf-8")
    return "rows.jsonl"


def test_an_audit_as_sarif_is_valid_and_names_the_line_of_the_file(broken):
    done = advisor("audit", broken, "--format", "sarif", "--fail-on", "error")
    results = check_sarif(done.stdout)["runs"][0]["results"]
    places = [
        (result["ruleId"], result["locations"][0]["physicalLocation"])
        for result in results
        if result["ruleId"] == "broken-line"
    ]

    assert done.returncode == 1
    assert places == [
        ("broken-line", {"artifactLocation": {"uri": "rows.jsonl"}, "region": {"startLine": 4}})
    ]


def test_with_a_baseline_only_what_got_worse_is_reported(broken):
    advisor("audit", broken, "--write-baseline", "known.json")
    done = advisor("audit", broken, "--baseline", "known.json", "--format", "sarif")

    assert done.returncode == 0
    assert check_sarif(done.stdout)["runs"][0]["results"] == []


def test_junit_counts_as_failures_what_makes_the_gate_fail(broken):
    done = advisor("audit", broken, "--format", "junit", "--fail-on", "error")
    suite = ET.fromstring(done.stdout).find("testsuite")
    failures = suite.findall("testcase/failure")

    assert int(suite.get("failures")) == len(failures) > 0
    assert int(suite.get("tests")) == len(suite.findall("testcase"))
    assert {failure.get("type") for failure in failures} == {"error"}


def test_without_a_gate_nothing_fails(broken):
    done = advisor("audit", broken, "--format", "junit")

    assert done.returncode == 0
    assert ET.fromstring(done.stdout).get("failures") == "0"


def test_workflow_commands_name_file_and_line(broken):
    lines = advisor("audit", broken, "--format", "github").stdout.splitlines()

    assert any(line.startswith("::error file=rows.jsonl,line=4,title=") for line in lines)


def test_a_check_of_sound_rules_is_a_valid_report_in_each_form():
    done = advisor("rules", "check", "--samples", "1000", "--format", "sarif")

    check_sarif(done.stdout)
    assert done.returncode == 0


@pytest.fixture
def report(tmp_path, monkeypatch):
    """A saved report in the working directory, and an overlay that turns its verdict."""
    from tests.store.test_recheck import OVERLAY_RULE

    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers.yaml").write_text(
        "title: Prices\nanswers: {knowledge_gap: main, knowledge_change: daily}\n", encoding="utf-8"
    )
    advisor("report", "answers.yaml", "-o", "saved.json", "--as-of", "2026-11-22")
    (tmp_path / "ours" / "decision").mkdir(parents=True)
    overlay = tmp_path / "ours" / "decision" / "daily-knowledge-favours-training.yaml"
    overlay.write_text(OVERLAY_RULE, encoding="utf-8")
    return "saved.json"


def test_a_recheck_fails_in_each_form_where_the_verdict_changed(report):
    options = ("recheck", report, "--rules", "ours", "--as-of", "2026-11-22", "--format")
    sarif, junit, github = (advisor(*options, form) for form in ("sarif", "junit", "github"))
    (result,) = check_sarif(sarif.stdout)["runs"][0]["results"]

    assert {done.returncode for done in (sarif, junit, github)} == {3}
    assert result["ruleId"] == "verdict-changed"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "saved.json"
    assert ET.fromstring(junit.stdout).get("failures") == "1"
    assert github.stdout.startswith("::error file=saved.json,title=The verdict")


def test_a_recheck_with_nothing_moved_reports_nothing(report):
    done = advisor("recheck", report, "--as-of", "2026-11-22", "--format", "sarif")

    assert done.returncode == 0
    assert check_sarif(done.stdout)["runs"][0]["results"] == []


def test_an_unknown_format_names_the_nearest(broken):
    done = advisor("audit", broken, "--format", "sarife")

    assert done.returncode == 1
    assert "Did you mean 'sarif'?" in done.stderr


words = st.text(max_size=60)
findings = st.builds(
    GateFinding,
    check=st.sampled_from(["one", "two"]),
    severity=st.sampled_from(["error", "warning", "note"]),
    fails=st.booleans(),
    message=words,
    path=words,
    line=st.none() | st.integers(1, 10**6),
)


@given(st.lists(findings, max_size=5), words)
def test_whatever_a_file_says_each_form_stays_well_formed(listed, title):
    report = GateReport(
        command="audit", titles={"one": title, "two": "Two"}, helps={"one": title}, findings=tuple(listed)
    )

    check_sarif(gate_text(report, "sarif"))
    cases = ET.fromstring(gate_text(report, "junit")).iter("testcase")
    commands = gate_text(report, "github").split("\n")

    assert len(list(cases)) == max(len(listed), 1)
    assert len(commands) == len(listed) + 1
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in commands[:-1])
