"""Vertex's client against a service of a few lines on loopback that keeps objects and tuning jobs."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from advisor.errors import AdvisorError
from advisor.train.backends.vertex import display_name
from advisor.train.bundle import write_bundle
from advisor.train.records import Job, JobContext, TrainingSpec, idempotency_key
from advisor.train.table import load_backend
from tests.train.planned import planned

pytest.importorskip("httpx2")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Service(BaseHTTPRequestHandler):
    """Objects by name, jobs in order; one wrong answer may be asked for."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = unquote(urlsplit(self.path).path)
        state = self.server.state
        if "/o/" in path:
            name = path.partition("/o/")[2]
            return self.answer(200 if name in state.objects else 404, {"name": name})
        if path.endswith("/tuningJobs"):
            return self.answer(200, {"tuningJobs": state.jobs})
        return self.answer(200, next(job for job in state.jobs if path.endswith(job["name"])))

    def do_POST(self):
        parts = urlsplit(self.path)
        state = self.server.state
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        state.tokens.add(self.headers.get("Authorization"))
        if parts.path.startswith("/upload/"):
            state.objects[parse_qs(parts.query)["name"][0]] = body
            return self.answer(200, {})
        if parts.path.endswith(":cancel"):
            state.jobs[-1]["state"] = "JOB_STATE_CANCELLED"
            return self.answer(200, {})
        name = f"projects/p/locations/us-central1/tuningJobs/{len(state.jobs) + 1}"
        state.jobs.append({**json.loads(body), "name": name, "state": "JOB_STATE_PENDING"})
        if state.lose_answer:
            state.lose_answer = False
            return self.answer(503, {"error": {"message": "try again"}})
        return self.answer(200, state.jobs[-1])

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.state = SimpleNamespace(objects={}, jobs=[], tokens=set(), lose_answer=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def prepared(service, tmp_path, monkeypatch):
    monkeypatch.setenv("VERTEX_ACCESS_TOKEN", "token")
    monkeypatch.setattr("time.sleep", lambda _: None)
    rows = tmp_path / "rows.jsonl"
    lines = [
        {"messages": [{"role": "user", "content": f"Q {n}"}, {"role": "assistant", "content": f"A {n}"}]}
        for n in range(40)
    ]
    rows.write_text("".join(json.dumps(line) + "\n" for line in lines))
    address = f"http://127.0.0.1:{service.server_address[1]}"
    spec = TrainingSpec(
        backend="vertex",
        base_model="gemini-3.5-flash",
        train_path=rows,
        rank=8,
        options={"project": "p", "bucket": "rows", "base_url": address},
        as_of=date(2026, 11, 22),
    )
    plan = planned(spec)
    write_bundle(plan, tmp_path / "job" / "bundle")
    job = Job(
        id="job",
        backend="vertex",
        state="queued",
        plan_sha256=plan.sha256,
        idempotency_key=idempotency_key(plan, "job"),
        base_model=spec.base_model,
        created_at=NOON,
        updated_at=NOON,
        options=spec.options,
    )
    context = JobContext(folder=tmp_path / "job", now=lambda: NOON, save=lambda _job: None)
    return SimpleNamespace(backend=load_backend("vertex"), plan=plan, job=job, context=context, spec=spec)


def test_rows_go_to_the_bucket_in_vertexs_shape_and_the_job_is_ordered_once(prepared, service):
    job = prepared.backend.submit(prepared.plan, prepared.job, prepared.context)
    assert job.state == "queued"
    (ordered,) = service.state.jobs
    assert ordered["tunedModelDisplayName"] == display_name(job.idempotency_key)
    assert ordered["supervisedTuningSpec"]["hyperParameters"]["adapterSize"] == "ADAPTER_SIZE_EIGHT"
    sent = service.state.objects[
        ordered["supervisedTuningSpec"]["trainingDatasetUri"].removeprefix("gs://rows/")
    ]
    assert json.loads(sent.splitlines()[0])["contents"][1]["role"] == "model"
    assert service.state.tokens == {"Bearer token"}


def test_a_lost_answer_does_not_make_a_second_job(prepared, service):
    service.state.lose_answer = True
    job = prepared.backend.submit(prepared.plan, prepared.job, prepared.context)
    assert len(service.state.jobs) == 1
    assert job.provider_id == service.state.jobs[0]["name"]


def test_success_gives_the_endpoint_and_failure_its_reason(prepared, service):
    job = prepared.backend.submit(prepared.plan, prepared.job, prepared.context)
    service.state.jobs[0] |= {"state": "JOB_STATE_SUCCEEDED", "tunedModel": {"endpoint": "endpoints/7"}}
    assert prepared.backend.refresh(job, prepared.context).tuned_model == "endpoints/7"
    service.state.jobs[0] |= {"state": "JOB_STATE_FAILED", "error": {"message": "rows too long"}}
    assert prepared.backend.refresh(job, prepared.context).error == "rows too long"


def test_a_job_can_be_stopped(prepared):
    job = prepared.backend.submit(prepared.plan, prepared.job, prepared.context)
    assert prepared.backend.cancel(job, prepared.context).state == "cancelled"


def test_a_rank_that_vertex_lacks_is_refused_when_planning(prepared):
    with pytest.raises(AdvisorError, match="rank 6"):
        planned(prepared.spec.model_copy(update={"rank": 6}))


def test_a_missing_project_is_named(prepared):
    job = prepared.job.model_copy(update={"options": {"bucket": "rows"}})
    with pytest.raises(AdvisorError, match="project"):
        prepared.backend.submit(prepared.plan, job, prepared.context)
