"""The clients of Together and Fireworks against stateful stand-ins with their routes and shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train import job_verbs
from advisor.train.backends.hosted_jobs import Hosted
from advisor.train.backends.services import Patience
from advisor.train.jobs import JobStore

KEY = "secret-key-of-the-test"


class StandIn:
    """Files and jobs in memory; the first answers of an order can be lost after the order was taken."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.orders: list[dict[str, Any]] = []
        self.lost_answers = 0
        self.polls = 0

    def answer_order(self, answer: dict[str, Any]) -> Response:
        if self.lost_answers:
            self.lost_answers -= 1
            return Response("upstream went away", status_code=502)
        return JSONResponse(answer)


def refused_without_key(request: Request) -> Response | None:
    if request.headers.get("authorization") == f"Bearer {KEY}":
        return None
    return JSONResponse(
        {"error": {"message": f"bad key {request.headers.get('authorization')}"}}, status_code=401
    )


def together(state: StandIn) -> Starlette:  # noqa: C901  # one small route after the other
    async def files(request: Request) -> Response:
        if refusal := refused_without_key(request):
            return refusal
        if request.method == "GET":
            return JSONResponse({"data": list(state.files.values())})
        form = await request.form()
        file_id = f"file-{len(state.files)}"
        state.files[file_id] = {"id": file_id, "filename": form["file_name"], "bytes": 0, "processed": False}
        store = str(request.url.replace(path=f"/store/{file_id}", query=""))
        return Response(status_code=302, headers={"location": store, "x-together-file-id": file_id})

    async def store(request: Request) -> Response:
        assert "authorization" not in request.headers  # the store is somebody else; our key is not theirs
        state.files[request.path_params["name"]]["bytes"] = len(await request.body())
        return Response()

    async def preprocess(request: Request) -> Response:
        state.files[request.path_params["name"]]["processed"] = True
        return JSONResponse({"id": request.path_params["name"]})

    async def tunes(request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse({"data": list(state.jobs.values())})
        body = json.loads(await request.body())
        state.orders.append(body)
        job_id = f"ft-{len(state.jobs)}"
        state.jobs[job_id] = {
            "id": job_id,
            "status": "pending",
            "created_at": "2026-11-22T12:00:00Z",
            "suffix": body["suffix"],
            "model_output_name": f"me/{body['model']}-{body['suffix']}",
        }
        return state.answer_order(state.jobs[job_id])

    async def one(request: Request) -> Response:
        job = state.jobs[request.path_params["name"]]
        state.polls += 1
        job["status"] = {1: "running", 2: "compressing"}.get(state.polls, "completed")
        return JSONResponse(job)

    async def events(request: Request) -> Response:
        made = [
            {
                "object": "fine-tune-event",
                "created_at": f"2026-11-22T12:0{n}:00Z",
                "type": kind,
                "message": kind,
                "step": n,
            }
            for n, kind in enumerate(("job_start", "checkpoint_save", "job_complete"))
        ]
        return JSONResponse({"data": made[: state.polls]})

    async def checkpoints(request: Request) -> Response:
        return JSONResponse({"data": [{"step": 3, "object_name": "me/checkpoint-3"}]})

    async def cancel(request: Request) -> Response:
        job = state.jobs[request.path_params["name"]]
        job["status"] = "cancelled"
        return JSONResponse(job)

    return Starlette(
        routes=[
            Route("/v1/files", files, methods=["GET", "POST"]),
            Route("/store/{name}", store, methods=["PUT"]),
            Route("/v1/files/{name}/preprocess", preprocess, methods=["POST"]),
            Route("/v1/fine-tunes", tunes, methods=["GET", "POST"]),
            Route("/v1/fine-tunes/{name}", one),
            Route("/v1/fine-tunes/{name}/events", events),
            Route("/v1/fine-tunes/{name}/checkpoints", checkpoints),
            Route("/v1/fine-tunes/{name}/cancel", cancel, methods=["POST"]),
        ]
    )


def fireworks(state: StandIn) -> Starlette:  # noqa: C901  # one small route after the other
    account = "/v1/accounts/me"

    async def new_dataset(request: Request) -> Response:
        body = json.loads(await request.body())
        name = body["datasetId"]
        state.files[name] = {"name": f"accounts/me/datasets/{name}", "state": "UPLOADING", **body["dataset"]}
        return JSONResponse(state.files[name])

    async def dataset(request: Request) -> Response:
        name, _, verb = request.path_params["name"].partition(":")
        if name not in state.files:
            return JSONResponse({"error": {"message": "not there"}}, status_code=404)
        if verb == "upload":
            form = await request.form()
            state.files[name]["content"] = len(await form["file"].read())
        elif verb == "validateUpload":
            state.files[name]["state"] = "READY"
        return JSONResponse(state.files[name])

    async def new_job(request: Request) -> Response:
        job_id = request.query_params["supervisedFineTuningJobId"]
        if job_id in state.jobs:
            return JSONResponse({"error": {"message": "already there"}}, status_code=409)
        body = json.loads(await request.body())
        state.orders.append(body)
        name = f"accounts/me/supervisedFineTuningJobs/{job_id}"
        state.jobs[job_id] = {
            "name": name,
            "state": "JOB_STATE_CREATING",
            "createTime": "2026-11-22T12:00:00Z",
            "outputModel": "accounts/me/models/tuned",
        }
        return state.answer_order(state.jobs[job_id])

    async def job(request: Request) -> Response:
        name, _, verb = request.path_params["name"].partition(":")
        if name not in state.jobs:
            return JSONResponse({"error": {"message": "not there"}}, status_code=404)
        found = state.jobs[name]
        if verb == "cancel":
            found["state"] = "JOB_STATE_CANCELLED"
        elif found["state"] != "JOB_STATE_CANCELLED":
            state.polls += 1
            found["state"] = "JOB_STATE_RUNNING" if state.polls < 4 else "JOB_STATE_COMPLETED"
            found["jobProgress"] = {"percent": min(100, 25 * state.polls)}
        return JSONResponse(found)

    return Starlette(
        routes=[
            Route(f"{account}/datasets", new_dataset, methods=["POST"]),
            Route(f"{account}/datasets/{{name}}", dataset, methods=["GET", "POST"]),
            Route(f"{account}/supervisedFineTuningJobs", new_job, methods=["POST"]),
            Route(f"{account}/supervisedFineTuningJobs/{{name}}", job, methods=["GET", "POST"]),
        ]
    )


@pytest.fixture(params=["together", "fireworks"])
def service(request, monkeypatch, running) -> Iterator[tuple[str, StandIn, str]]:
    """One of the two services, with its backend made impatient."""
    import importlib

    name, state = request.param, StandIn()
    module = importlib.import_module(f"advisor.train.backends.{name}")
    quick = Hosted(module.BACKEND.vendor, lambda: Patience(pause=lambda _: None))
    monkeypatch.setattr(module, "BACKEND", quick)
    monkeypatch.setenv(f"{name.upper()}_API_KEY", KEY)
    monkeypatch.setenv("FIREWORKS_ACCOUNT_ID", "me")
    app = {"together": together, "fireworks": fireworks}[name](state)
    with running(app) as base:
        yield name, state, f"{base}/v1" if name == "together" else base


def test_a_job_goes_from_upload_to_a_tuned_model(store: JobStore, make_plan, service) -> None:
    name, state, base_url = service
    job = job_verbs.submit(store, *make_plan(name, options={"base_url": base_url}), catalog=load_catalog())
    assert len(state.files) == 2
    for _ in range(8):
        job = job_verbs.refresh(store, job.id)
    assert job.state == "succeeded"
    assert job.tuned_model
    identities = [event.provider_id for event in job.events if event.provider_id]
    assert len(identities) >= 2
    assert len(identities) == len(set(identities))
    assert KEY not in (store.folder_of(job.id) / "job.json").read_text()


def test_an_order_whose_answer_is_lost_is_found_and_not_repeated(store: JobStore, make_plan, service) -> None:
    name, state, base_url = service
    state.lost_answers = 1
    job = job_verbs.submit(store, *make_plan(name, options={"base_url": base_url}), catalog=load_catalog())
    assert job.provider_id
    assert len(state.orders) == len(state.jobs) == 1


def test_the_order_says_what_the_plan_says(store: JobStore, make_plan, service) -> None:
    name, state, base_url = service
    job_verbs.submit(
        store, *make_plan(name, rank=8, epochs=2, options={"base_url": base_url}), catalog=load_catalog()
    )
    order = state.orders[0]
    if name == "together":
        assert order["training_type"]["lora_r"] == 8
        assert order["training_method"] == {"method": "sft", "train_on_inputs": False}
        assert order["learning_rate"] == 2e-4
        assert order["n_epochs"] == 2
    else:
        assert (order["loraRank"], order["epochs"], order["learningRate"]) == (8, 2, 2e-4)


def test_cancelling_stops_the_job_there(store: JobStore, make_plan, service) -> None:
    name, state, base_url = service
    job = job_verbs.submit(store, *make_plan(name, options={"base_url": base_url}), catalog=load_catalog())
    assert job_verbs.cancel(store, job.id).state == "cancelled"
    assert "CANCELLED" in str(next(iter(state.jobs.values()))).upper()


def test_a_wrong_key_is_said_without_the_key(
    store: JobStore, make_plan, service, monkeypatch, tmp_path: Path
) -> None:
    name, _, base_url = service
    if name != "together":
        pytest.skip("only this stand-in looks at keys")
    monkeypatch.setenv("TOGETHER_API_KEY", "a-wrong-key")
    with pytest.raises(AdvisorError, match="does not accept the key") as refusal:
        job_verbs.submit(store, *make_plan(name, options={"base_url": base_url}), catalog=load_catalog())
    assert "a-wrong-key" not in str(refusal.value)
