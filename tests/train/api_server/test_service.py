"""The official client trains for real on this machine: files, jobs, events, checkpoints, and what is refused."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from loopback_service import HYPERPARAMETERS

from advisor.train.jobs import JobStore
from tests.train.tuning_service import service_app

openai = pytest.importorskip("openai")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
METHOD = {"type": "supervised", "supervised": {"hyperparameters": HYPERPARAMETERS}}


def uploaded(client: Any, rows: dict[str, Path]) -> dict[str, str]:
    files = {
        part: client.files.create(file=path.open("rb"), purpose="fine-tune").id for part, path in rows.items()
    }
    return {"training_file": files["train"], "validation_file": files["eval"]}


def ended(client: Any, job_id: str, seconds: float = 600) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = client.fine_tuning.jobs.retrieve(job_id)
        if job.status in {"succeeded", "failed", "cancelled"}:
            return job
        time.sleep(0.2)
    raise AssertionError(job.status)


def test_the_official_client_trains_and_finds_events_and_real_checkpoints(
    client, rows, service_store
) -> None:
    job = client.fine_tuning.jobs.create(model="tiny", method=METHOD, suffix="sea", **uploaded(client, rows))
    assert job.status == "queued"
    done = ended(client, job.id)
    assert done.status == "succeeded", done.error
    assert done.fine_tuned_model == f"ft:tiny:local:sea:{job.id[6:14]}"
    assert done.trained_tokens > 0
    events = list(client.fine_tuning.jobs.list_events(job.id, limit=5))
    losses = [
        event.data["train_loss"] for event in events if event.type == "metrics" and "train_loss" in event.data
    ]
    assert len(losses) == 6
    assert len({event.id for event in events}) == len(events)
    checkpoints = list(client.fine_tuning.jobs.checkpoints.list(job.id))
    assert [checkpoint.step_number for checkpoint in checkpoints] == [6, 4, 2]
    local = service_store.all()[0]
    folder = service_store.folder_of(local.id) / "run" / "checkpoints"
    assert (folder / "checkpoint-4" / "adapter_model.safetensors").exists()
    assert done.fine_tuned_model in [model.id for model in client.models.list()]


def test_a_key_given_twice_is_one_job_and_two_without_are_two(client, rows) -> None:
    files = uploaded(client, rows)
    wanted = {"model": "tiny", "method": METHOD, **files}
    jobs = client.fine_tuning.jobs
    same = [jobs.create(**wanted, extra_headers={"Idempotency-Key": "k"}).id for _ in range(2)]
    same.append(jobs.create(**wanted, metadata={"idempotency_key": "k"}).id)
    assert len(set(same)) == 1
    others = {jobs.create(**wanted).id for _ in range(2)}
    assert len(others) == 2
    assert {job.id for job in jobs.list()} == {same[0], *others}
    for job_id in (same[0], *others):
        jobs.cancel(job_id)


def test_jobs_wait_for_one_another_and_a_waiting_one_can_be_cancelled(client, rows) -> None:
    files = uploaded(client, rows)
    long = {"type": "supervised", "supervised": {"hyperparameters": HYPERPARAMETERS | {"max_steps": 5000}}}
    first = client.fine_tuning.jobs.create(model="tiny", method=long, **files)
    second = client.fine_tuning.jobs.create(model="tiny", method=METHOD, **files)
    while client.fine_tuning.jobs.retrieve(first.id).status == "queued":
        time.sleep(0.1)
    assert client.fine_tuning.jobs.retrieve(second.id).status == "queued"
    assert client.fine_tuning.jobs.cancel(second.id).status == "cancelled"
    client.fine_tuning.jobs.cancel(first.id)
    assert ended(client, first.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="already"):
        client.fine_tuning.jobs.cancel(first.id)


def test_lists_are_cut_into_pages_that_the_client_joins(client, rows) -> None:
    ids = [client.files.create(file=("n.jsonl", f"{n}".encode()), purpose="fine-tune").id for n in range(7)]
    assert {item.id for item in client.files.list(limit=3)} == set(ids)
    with pytest.raises(openai.BadRequestError, match="no item"):
        client.files.list(after="file-unknown")
    with pytest.raises(openai.BadRequestError, match="limit"):
        client.files.list(limit=0)


def test_files_come_back_byte_for_byte_and_can_be_deleted(client) -> None:
    content = '{"ä": 1}\n'.encode()
    item = client.files.create(file=("../../rows.jsonl", content), purpose="fine-tune")
    assert item.filename == "rows.jsonl"
    assert client.files.content(item.id).read() == content
    assert client.files.delete(item.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(item.id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "gpt-9"}, "no model 'gpt-9' here"),
        ({"training_file": "file-none"}, "no file 'file-none'"),
        ({"suffix": "x" * 65}, "suffix"),
        ({"method": {"type": "dpo"}}, "method"),
        ({"hyperparameters": {"n_epoch": 3}, "method": None}, "n_epoch"),
    ],
)
def test_what_cannot_be_trained_is_a_400_that_names_the_field(client, rows, changes, words) -> None:
    wanted = {"model": "tiny", "method": METHOD, **uploaded(client, rows)} | changes
    with pytest.raises(openai.BadRequestError, match=words):
        client.fine_tuning.jobs.create(**wanted)
    assert list(client.fine_tuning.jobs.list()) == []


def test_rows_that_teach_nothing_are_refused_when_the_job_is_created(client) -> None:
    for content in (b"not json\n", b'{"messages": [{"role": "user", "content": "Hi"}]}\n', b""):
        item = client.files.create(file=("rows.jsonl", content), purpose="fine-tune")
        with pytest.raises(openai.BadRequestError, match=r"token|JSON|no rows"):
            client.fine_tuning.jobs.create(model="tiny", training_file=item.id)


def test_another_purpose_and_paths_as_ids_are_refused(client) -> None:
    with pytest.raises(openai.BadRequestError, match="purpose"):
        client.files.create(file=("rows.jsonl", b"{}"), purpose="assistants")
    for name in ("..%2F..%2Fetc", "file-..", "%2e%2e"):
        with pytest.raises((openai.NotFoundError, openai.APIStatusError)):
            client.files.retrieve(name)
    with pytest.raises(openai.NotFoundError):
        client.fine_tuning.jobs.retrieve("ftjob-none")


def test_a_restarted_service_knows_its_jobs_and_goes_on_with_them(
    client, rows, service_store, tiny_model, running
) -> None:
    job = client.fine_tuning.jobs.create(model="tiny", method=METHOD, **uploaded(client, rows))
    with running(service_app(JobStore(service_store.folder), {"tiny": str(tiny_model)})) as address:
        again = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
        assert ended(again, job.id).status == "succeeded"
    assert len(service_store.ids()) == 1
