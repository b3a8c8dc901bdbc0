"""The shell steps of the GitHub actions and the pre-commit hooks, run as a runner would run them."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.test_gates import ROW, check_sarif
from tests.command_line import advisor
from tests.store.test_recheck import OVERLAY_RULE

ROOT = Path(__file__).resolve().parents[2]
ACTIONS = sorted((ROOT / "actions").glob("*/action.yml"))


@pytest.fixture
def runner(tmp_path):
    """A folder with an `advisor` on the PATH, and the environment of a step."""
    tools = tmp_path / "bin"
    tools.mkdir()
    shim = tools / "advisor"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m advisor "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }


def step(action, folder, env, **inputs):
    given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    script = ROOT / "actions" / action / "run.sh"
    return subprocess.run(
        ["bash", str(script)],
        cwd=folder,
        env={**env, **given},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def outputs(env):
    path = Path(env["GITHUB_OUTPUT"])
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines)


def test_the_audit_step_writes_sarif_and_fails_with_the_gate(tmp_path, runner):
    (tmp_path / "rows.jsonl").write_text(ROW % "Here." + "broken\n", encoding="utf-8")

    done = step("audit", tmp_path, runner, data="rows.jsonl", fail_on="error")

    assert done.returncode == 1, done.stderr
    check_sarif(Path(outputs(runner)["sarif"]).read_text(encoding="utf-8"))


def test_an_input_of_an_action_is_never_read_as_shell(tmp_path, runner):
    done = step(
        "audit", tmp_path, runner, data='$(touch ran); touch ran; "`touch ran`"', baseline="; touch ran"
    )

    assert done.returncode == 1
    assert not (tmp_path / "ran").exists()
    assert "sarif" not in outputs(runner)


def test_the_recheck_step_says_what_moved_and_fails_where_a_verdict_changed(tmp_path, runner):
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "title: Prices\nanswers: {knowledge_gap: main, knowledge_change: daily}\n", encoding="utf-8"
    )
    (tmp_path / "decisions").mkdir()
    advisor("report", str(answers), "-o", str(tmp_path / "decisions" / "saved.json"), "--as-of", "2026-11-22")
    (tmp_path / "ours" / "decision").mkdir(parents=True)
    overlay = tmp_path / "ours" / "decision" / "daily-knowledge-favours-training.yaml"
    overlay.write_text(OVERLAY_RULE, encoding="utf-8")

    done = step("recheck", tmp_path, runner, reports="decisions/*.json", rules="ours")

    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("::error file=decisions/saved.json")
    assert outputs(runner)["moved"] == "true"
    assert "Prices" in Path(outputs(runner)["said"]).read_text(encoding="utf-8")


def test_the_recheck_step_says_that_nothing_matches(tmp_path, runner):
    done = step("recheck", tmp_path, runner, reports="nowhere/*.json")

    assert done.returncode == 1
    assert "no report matches" in done.stdout


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.parent.name)
def test_an_action_hands_its_inputs_over_by_the_environment_only(path):
    action = yaml.safe_load(path.read_text(encoding="utf-8"))
    used = re.findall(r"inputs\.([a-z-]+)", path.read_text(encoding="utf-8"))

    assert set(used) == set(action["inputs"])
    assert all("${{" not in one.get("run", "") for one in action["runs"]["steps"])
    assert all(one.get("shell") == "bash" for one in action["runs"]["steps"] if "run" in one)


def test_every_pre_commit_hook_names_a_command_and_options_that_exist():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in hooks:
        words = shlex.split(hook["entry"])
        help_text = advisor(*[word for word in words[1:3] if not word.startswith("-")], "--help").stdout
        assert words[0] == "advisor"
        assert all(word in help_text for word in words if word.startswith("--")), hook["id"]
    assert (
        json.dumps([hook["id"] for hook in hooks]) == '["advisor-audit", "advisor-recheck", "advisor-rules"]'
    )
