"""``advisor train`` as a person and a script see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.doors.cli import build
from advisor.errors import AdvisorError
from advisor.train.bundle import write_bundle
from advisor.train.jobs import JobStore
from advisor.train.records import TrainingSpec
from tests.train.planned import planned


@pytest.fixture(autouse=True)
def own_jobs(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ADVISOR_JOBS", str(tmp_path / "jobs"))


@pytest.fixture
def advisor():
    def run(*arguments: str):
        return CliRunner().invoke(build(), ["train", *arguments], catch_exceptions=True)

    return run


@pytest.fixture
def bundle(tmp_path: Path, support_rows, tiny_model: Path) -> Path:
    from datetime import date

    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in support_rows))
    spec = TrainingSpec(
        backend="trl",
        base_model=str(tiny_model),
        train_path=rows,
        rank=4,
        seq_len=128,
        options={"max_steps": 2, "eval_every_steps": 1, "merge": False, "threads": 1},
        as_of=date(2026, 11, 22),
    )
    return write_bundle(planned(spec), tmp_path / "bundle")


def test_without_jobs_the_list_says_how_to_start_one(advisor) -> None:
    assert "advisor train submit" in advisor("list").stdout
    assert json.loads(advisor("list", "--json").stdout) == {"jobs": []}


@pytest.mark.slow
def test_a_bundle_is_submitted_watched_and_listed(advisor, bundle: Path) -> None:
    pytest.importorskip("trl")
    submitted = json.loads(advisor("submit", str(bundle), "--json").stdout)
    watched = advisor("watch", submitted["id"], "--json", "--every", "0.2")
    done = json.loads(watched.stdout)
    assert done["state"] == "succeeded"
    assert done["progress"]["step"] == 2
    assert [job["state"] for job in json.loads(advisor("list", "--json").stdout)["jobs"]] == ["succeeded"]
    again = json.loads(advisor("submit", str(bundle), "--json").stdout)
    assert again["id"] == submitted["id"]


def test_a_changed_bundle_is_refused_by_the_name_of_the_file(advisor, bundle: Path) -> None:
    with (bundle / "data" / "train.jsonl").open("a") as stream:
        stream.write("{}\n")
    refused = advisor("submit", str(bundle))
    assert isinstance(refused.exception, AdvisorError)
    assert "train.jsonl" in str(refused.exception)
    assert JobStore().ids() == []


@pytest.mark.parametrize("verb", ["status", "watch", "cancel", "resume", "logs"])
def test_a_job_that_is_not_there_is_named(advisor, verb: str) -> None:
    refused = advisor(verb, "trl-none")
    assert isinstance(refused.exception, AdvisorError)
    assert "there is no job 'trl-none'" in str(refused.exception)


@pytest.mark.parametrize("command", [("run-model", "some-job")])
def test_servers_listen_on_this_machine_only(advisor, command) -> None:
    refused = advisor(*command, "--host", "0.0.0.0")
    assert isinstance(refused.exception, AdvisorError)
    assert "not this machine" in str(refused.exception)
