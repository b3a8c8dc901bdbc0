"""Bedrock's client against moto's server on loopback: bucket, order, state, cancel, and no second order."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from advisor.errors import AdvisorError
from advisor.train.backends.bedrock import job_name
from advisor.train.bundle import write_bundle
from advisor.train.records import Job, JobContext, TrainingSpec, idempotency_key
from advisor.train.table import load_backend
from tests.train.planned import planned

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("boto3")
    moto = pytest.importorskip("moto.server")
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def aws(server, monkeypatch):
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    clients = {
        name: boto3.client(name, region_name="us-east-1", endpoint_url=server) for name in ("s3", "bedrock")
    }
    clients["s3"].create_bucket(Bucket="rows")
    return SimpleNamespace(url=server, **clients)


@pytest.fixture
def prepared(aws, tmp_path):
    rows = tmp_path / "rows.jsonl"
    lines = [
        {"messages": [{"role": "user", "content": f"Q {n}"}, {"role": "assistant", "content": f"A {n}"}]}
        for n in range(40)
    ]
    rows.write_text("".join(json.dumps(line) + "\n" for line in lines))
    spec = TrainingSpec(
        backend="bedrock",
        base_model="amazon.nova-lite-v1:0",
        train_path=rows,
        options={
            "bucket": "rows",
            "role_arn": "arn:aws:iam::123456789012:role/tune",
            "endpoint_url": aws.url,
        },
        as_of=date(2026, 11, 22),
    )
    backend = load_backend("bedrock")
    plan = planned(spec)
    job_id = f"job-{tmp_path.name}"
    write_bundle(plan, tmp_path / job_id / "bundle")
    job = Job(
        id=job_id,
        backend="bedrock",
        state="queued",
        plan_sha256=plan.sha256,
        idempotency_key=idempotency_key(plan, job_id),
        base_model=spec.base_model,
        created_at=NOON,
        updated_at=NOON,
        options=spec.options,
    )
    saved = []
    context = JobContext(folder=tmp_path / job_id, now=lambda: NOON, save=saved.append)
    return SimpleNamespace(backend=backend, plan=plan, job=job, context=context, saved=saved)


def test_rows_go_to_the_bucket_in_bedrocks_shape_and_the_job_runs(prepared, aws):
    job = prepared.backend.submit(prepared.plan, prepared.job, prepared.context)
    assert job.state == "running"
    found = aws.bedrock.get_model_customization_job(jobIdentifier=job.provider_id)
    assert found["jobName"] == job_name(job.idempotency_key)
    assert found["hyperParameters"]["epochCount"] == "3"
    bucket, _, key = found["trainingDataConfig"]["s3Uri"].removeprefix("s3://").partition("/")
    sent = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()
    assert len(sent) == 36
    assert json.loads(sent[0])["schemaVersion"] == "bedrock-conversation-2024"


def test_a_repeat_after_a_crash_finds_the_job_and_orders_no_second(prepared, aws):
    prepared.backend.submit(prepared.plan, prepared.job, prepared.context)
    before_the_answer = next(
        job for job in prepared.saved if job.options.get("create_sent") and not job.provider_id
    )
    again = prepared.backend.submit(prepared.plan, before_the_answer, prepared.context)
    named = aws.bedrock.list_model_customization_jobs(nameContains=job_name(again.idempotency_key))
    assert len(named["modelCustomizationJobSummaries"]) == 1
    assert again.provider_id == named["modelCustomizationJobSummaries"][0]["jobName"]


def test_a_job_can_be_stopped(prepared):
    job = prepared.backend.submit(prepared.plan, prepared.job, prepared.context)
    stopped = prepared.backend.cancel(job, prepared.context)
    assert stopped.state == "cancelled"
    assert prepared.backend.refresh(stopped, prepared.context).state == "cancelled"


def test_a_bucket_that_is_not_there_is_an_error_before_anything_is_ordered(prepared, aws):
    job = prepared.job.model_copy(update={"options": {**prepared.job.options, "bucket": "elsewhere"}})
    with pytest.raises(AdvisorError, match="bucket"):
        prepared.backend.submit(prepared.plan, job, prepared.context)
    named = aws.bedrock.list_model_customization_jobs(nameContains=job_name(job.idempotency_key))
    assert named["modelCustomizationJobSummaries"] == []


def test_a_missing_role_is_named_before_anything_is_sent(prepared):
    job = prepared.job.model_copy(update={"options": {"bucket": "rows"}})
    with pytest.raises(AdvisorError, match="role_arn"):
        prepared.backend.submit(prepared.plan, job, prepared.context)
    assert prepared.saved == []
