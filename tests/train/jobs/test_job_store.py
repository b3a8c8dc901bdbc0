"""Jobs on disk: saved whole, found again, never doubled, never lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.train.jobs import JobStore


def test_the_same_plan_is_the_same_job_and_another_attempt_is_another(store: JobStore, make_plan) -> None:
    plan, bundle = make_plan()
    first, second = store.add(plan, bundle), store.add(plan, bundle)
    assert first == second
    again = store.add(plan, bundle, attempt=2)
    assert again.id == f"{first.id}-2"
    assert again.idempotency_key != first.idempotency_key
    assert [job.id for job in store.all()] == [again.id, first.id]


def test_a_job_holds_its_own_copy_of_the_bundle(store: JobStore, make_plan) -> None:
    plan, bundle = make_plan()
    job = store.add(plan, bundle)
    (bundle / "data" / "train.jsonl").unlink()
    assert (store.folder_of(job.id) / "bundle" / "data" / "train.jsonl").exists()
    assert store.plan(job.id) == plan


def test_two_processes_that_add_one_plan_at_once_get_one_job(store: JobStore, make_plan) -> None:
    plan, bundle = make_plan()
    jobs: list[str] = []
    threads = [threading.Thread(target=lambda: jobs.append(store.add(plan, bundle).id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs) == 8
    assert set(jobs) == set(store.ids())
    assert len(store.ids()) == 1


def test_the_beginning_of_an_id_is_enough_and_a_wrong_one_is_explained(store: JobStore, make_plan) -> None:
    plan, bundle = make_plan()
    job = store.add(plan, bundle)
    assert store.load(job.id[:6]) == job
    with pytest.raises(AdvisorError, match="there is no job 'tlr-1'"):
        store.load("tlr-1")
    other, _ = make_plan(seed=7)
    store.add(other, bundle)
    with pytest.raises(AdvisorError, match="fits 2 jobs"):
        store.load("trl")


def test_a_damaged_job_file_is_named(store: JobStore, make_plan) -> None:
    plan, bundle = make_plan()
    job = store.add(plan, bundle)
    (store.folder_of(job.id) / "job.json").write_text('{"id": "x"}')
    with pytest.raises(AdvisorError, match=r"job\.json"):
        store.load(job.id)


HOLD_LOCK = """
import sys, time
from pathlib import Path
from advisor.train.jobs import JobStore
with JobStore(Path(sys.argv[1])).locked(sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_is_given_back_when_its_holder_is_killed(store: JobStore, make_plan) -> None:
    plan, bundle = make_plan()
    job = store.add(plan, bundle)
    command = [sys.executable, "-c", HOLD_LOCK, str(store.folder), job.id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        os.kill(holder.pid, signal.SIGKILL)
    with store.locked(job.id) as again:
        assert again == job


def test_a_half_written_folder_of_a_killed_process_is_no_job(store: JobStore, make_plan) -> None:
    plan, bundle = make_plan()
    half = store.folder / ".new-trl-123-abcd"
    half.mkdir(parents=True)
    (half / "job.json").write_text("{}")
    assert store.ids() == []
    store.add(plan, bundle)
    assert len(store.ids()) == 1


def test_the_folder_can_be_chosen_by_the_environment(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ADVISOR_JOBS", str(tmp_path / "here"))
    assert JobStore().folder == tmp_path / "here"
