"""Jobs of the backend that trains here, with real trainer processes over the tiny model."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train import job_verbs
from advisor.train.jobs import JobStore
from advisor.train.records import Job
from advisor.train.trainer.progress import curve, read_progress
from advisor.train.trainer.run_lock import holder

pytest.importorskip("trl")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
OPTIONS = {"max_steps": 8, "eval_every_steps": 2, "threads": 1}


@pytest.fixture
def tiny_plan(make_plan, tiny_model: Path):
    def make(**changes):
        options = OPTIONS | changes.pop("options", {})
        values = {
            "base_model": str(tiny_model),
            "rank": 4,
            "seq_len": 128,
            "micro_batch": 2,
            "options": options,
        }
        return make_plan("trl", **(values | changes))

    return make


def wait_for(store: JobStore, job: Job, *states: str, seconds: float = 600) -> Job:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = job_verbs.refresh(store, job.id)
        if job.state in states:
            return job
        time.sleep(0.1)
    log = (store.folder_of(job.id) / "run" / "log.txt").read_text()
    raise AssertionError(f"still {job.state}: {log[-2000:]}")


def test_a_job_trains_and_ends_with_artefacts_that_match_their_hashes(store: JobStore, tiny_plan) -> None:
    plan, bundle = tiny_plan()
    job = job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    assert job.state == "running"
    done = wait_for(store, job, "succeeded")
    assert {artefact.kind for artefact in done.artefacts} == {
        "adapter",
        "merged",
        "model-card",
        "metrics",
        "log",
    }
    assert all((store.folder_of(job.id) / artefact.location).exists() for artefact in done.artefacts)
    assert [event.values["step"] for event in done.events if event.kind == "metric"] == [0, 2, 4, 6, 8]
    assert job_verbs.refresh(store, job.id) == done


def test_submitting_the_same_plan_again_neither_starts_nor_makes_another(store: JobStore, tiny_plan) -> None:
    plan, bundle = tiny_plan(options={"max_steps": 200})
    first = job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    second = job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    assert first.id == second.id
    assert first.provider_id == second.provider_id
    assert len(store.ids()) == 1
    job_verbs.cancel(store, first.id)
    assert wait_for(store, first, "cancelled").artefacts


def test_a_killed_trainer_is_seen_and_resumes_to_the_same_losses(store: JobStore, tiny_plan) -> None:
    whole = job_verbs.submit(store, *tiny_plan(), catalog=load_catalog())
    wait_for(store, whole, "succeeded")
    plan, bundle = tiny_plan(options={"max_steps": 8, "merge": False})
    job = job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    run = store.folder_of(job.id) / "run"
    while not any(record.kind == "checkpoint" for record in read_progress(run)):
        time.sleep(0.005)
    os.kill(int(job.provider_id), signal.SIGKILL)
    while holder(run) is not None:
        time.sleep(0.01)
    job = job_verbs.refresh(store, job.id)
    if job.state == "queued":  # otherwise it was done before the kill came
        assert "resume" in job.events[-1].message
        job = job_verbs.resume(store, job.id)
    wait_for(store, job, "succeeded")
    for name in ("loss", "eval_loss"):
        assert curve(read_progress(run), name) == curve(
            read_progress(store.folder_of(whole.id) / "run"), name
        )


def test_a_job_that_was_saved_but_never_started_is_started_by_the_next_submit(
    store: JobStore, tiny_plan
) -> None:
    plan, bundle = tiny_plan()
    saved = store.add(plan, bundle)  # where a kill right after saving leaves it
    assert job_verbs.refresh(store, saved.id).state == "queued"
    job = job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    assert job.id == saved.id
    wait_for(store, job, "succeeded")


def test_cancelling_a_job_that_nobody_is_at_ends_it(store: JobStore, tiny_plan) -> None:
    saved = store.add(*tiny_plan())
    assert job_verbs.cancel(store, saved.id).state == "cancelled"
    assert job_verbs.resume(store, saved.id).state == "cancelled"


def test_a_trainer_that_fails_leaves_its_reason(
    store: JobStore, tiny_plan, tiny_model: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(tiny_model, damaged)
    (damaged / "model.safetensors").write_bytes(b"not safetensors at all")
    plan, bundle = tiny_plan(base_model=str(damaged))
    job = wait_for(store, job_verbs.submit(store, plan, bundle, catalog=load_catalog()), "failed")
    assert job.error
    assert "damaged" in job.error or "header" in job.error.lower()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base_model": "/nowhere/at/all"}, "no such model folder"),
        ({"objective": "dpo"}, "supervised fine-tuning only"),
    ],
)
def test_what_cannot_be_trained_is_refused_and_leaves_no_job(
    store: JobStore, tiny_plan, changes, words
) -> None:
    plan, bundle = tiny_plan(**changes)
    with pytest.raises(AdvisorError, match=words):
        job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    assert store.ids() == []


def test_a_disk_too_small_is_refused_before_the_start(store: JobStore, tiny_plan, monkeypatch) -> None:
    plan, bundle = tiny_plan()
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(
        "advisor.train.backends.local_runs.shutil.disk_usage", lambda _: usage._replace(free=1000)
    )
    with pytest.raises(AdvisorError, match="GB free"):
        job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    assert store.ids() == []


def test_rows_without_an_answer_are_refused_before_the_start(store: JobStore, tiny_plan) -> None:
    plan, bundle = tiny_plan()
    (bundle / "data" / "train.jsonl").write_text('{"messages": [{"role": "user", "content": "Hello?"}]}\n')
    with pytest.raises(AdvisorError, match="no row leaves a token to train on"):
        job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    assert store.ids() == []
