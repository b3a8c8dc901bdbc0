"""The web application: routes, and the one task that starts waiting jobs one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from advisor.train.jobs import JobStore
from advisor.train.loopback import LoopbackOnly
from advisor.train.packaged_model import PACKAGED_MODEL
from tests.train.tuning_service.answers import Refused, not_found, page, refused
from tests.train.tuning_service.histories import checkpoints_of, events_of
from tests.train.tuning_service.requests import parse_create
from tests.train.tuning_service.tuning_jobs import TuningJobs, described
from tests.train.tuning_service.uploads import LARGEST_FILE_BYTES, Uploads

SECONDS_BETWEEN_LOOKS = 0.5


def service_app(store: JobStore, models: dict[str, str] | None = None) -> Starlette:
    """Make the application over the jobs in `store`.

    Args:
        store: Where jobs are kept; a restarted service finds them all again and goes on with what was cut off.
        models: Names that clients may ask for, with the folder or name of the base model behind each.
    """
    uploads = Uploads(store.folder / ".service" / "files", store.clock)
    jobs = TuningJobs(store, uploads, models or {PACKAGED_MODEL: PACKAGED_MODEL})
    routes = [*_file_routes(uploads), *_job_routes(jobs), Route("/v1/models", _models(jobs))]
    return Starlette(
        routes=routes,
        middleware=[Middleware(LoopbackOnly)],
        exception_handlers={Refused: refused},
        lifespan=_starting_jobs(jobs),
    )


def _starting_jobs(jobs: TuningJobs) -> Any:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_start_one_after_the_other(jobs))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return lifespan


async def _start_one_after_the_other(jobs: TuningJobs) -> None:
    while True:
        await run_in_threadpool(start_next, jobs)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def start_next(jobs: TuningJobs) -> str | None:
    """Start the oldest waiting job unless one is running; give its id."""
    found = {job_id: jobs.find(job_id) for job_id in jobs.ids()}
    if any(job is not None and job.state == "running" for job in found.values()):
        return None
    for job_id in found:
        if jobs.waiting(job_id):
            jobs.start(job_id)
            return job_id
    return None


def _file_routes(uploads: Uploads) -> list[Route]:
    async def create(request: Request) -> Response:
        if int(request.headers.get("content-length", 0)) > LARGEST_FILE_BYTES + 10_000:
            raise Refused("The file is larger than 512 MB", status=413, param="file", code="file_too_large")
        async with request.form(max_files=1, max_fields=10) as form:
            upload = form.get("file")
            if upload is None or isinstance(upload, str):
                raise Refused("'file' is missing", param="file", code="missing_required_parameter")
            content = await upload.read()
            purpose = str(form.get("purpose", ""))
            return JSONResponse(
                await run_in_threadpool(uploads.add, upload.filename or "file", purpose, content)
            )

    async def listing(request: Request) -> Response:
        return page(request, uploads.all(), default=100)

    async def one(request: Request) -> Response:
        return JSONResponse(uploads.get(request.path_params["file_id"]))

    async def remove(request: Request) -> Response:
        return JSONResponse(uploads.remove(request.path_params["file_id"]))

    async def content(request: Request) -> Response:
        file_id = request.path_params["file_id"]
        uploads.get(file_id)
        return FileResponse(uploads.path(file_id), media_type="application/octet-stream")

    return [
        Route("/v1/files", create, methods=["POST"]),
        Route("/v1/files", listing),
        Route("/v1/files/{file_id}", one),
        Route("/v1/files/{file_id}", remove, methods=["DELETE"]),
        Route("/v1/files/{file_id}/content", content),
    ]


def _job_routes(jobs: TuningJobs) -> list[Route]:
    async def create(request: Request) -> Response:
        wanted = parse_create(await _json(request))
        job_id = await run_in_threadpool(jobs.create, wanted, request.headers.get("idempotency-key"))
        return JSONResponse(await run_in_threadpool(described, jobs, job_id))

    async def listing(request: Request) -> Response:
        shown = await run_in_threadpool(lambda: [described(jobs, job_id) for job_id in reversed(jobs.ids())])
        return page(request, [job for job in shown if _has_metadata(request, job)])

    async def one(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(described, jobs, request.path_params["job_id"]))

    async def cancel(request: Request) -> Response:
        job_id = request.path_params["job_id"]
        status = (await run_in_threadpool(described, jobs, job_id))["status"]
        if status in {"succeeded", "failed", "cancelled"}:
            raise Refused(f"The job has {status} already", code="invalid_state")
        await run_in_threadpool(jobs.cancel, job_id)
        return JSONResponse(await run_in_threadpool(described, jobs, job_id))

    async def events(request: Request) -> Response:
        return page(request, await run_in_threadpool(events_of, jobs, request.path_params["job_id"]))

    async def checkpoints(request: Request) -> Response:
        return page(
            request, await run_in_threadpool(checkpoints_of, jobs, request.path_params["job_id"]), default=10
        )

    return [
        Route("/v1/fine_tuning/jobs", create, methods=["POST"]),
        Route("/v1/fine_tuning/jobs", listing),
        Route("/v1/fine_tuning/jobs/{job_id}", one),
        Route("/v1/fine_tuning/jobs/{job_id}/cancel", cancel, methods=["POST"]),
        Route("/v1/fine_tuning/jobs/{job_id}/events", events),
        Route("/v1/fine_tuning/jobs/{job_id}/checkpoints", checkpoints),
    ]


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        raise Refused("The body is not JSON", code="invalid_json") from None


def _has_metadata(request: Request, job: dict[str, Any]) -> bool:
    wanted = {
        name[9:-1]: value
        for name, value in request.query_params.items()
        if name.startswith("metadata[") and name.endswith("]")
    }
    return all((job["metadata"] or {}).get(name) == value for name, value in wanted.items())


def _models(jobs: TuningJobs) -> Any:
    async def models(request: Request) -> Response:
        if request.method != "GET":
            raise not_found("route", request.method)
        tuned = await run_in_threadpool(lambda: [described(jobs, job_id) for job_id in jobs.ids()])
        names = [*jobs.models, *(job["fine_tuned_model"] for job in tuned if job["fine_tuned_model"])]
        listing = [{"id": name, "object": "model", "created": 0, "owned_by": "local"} for name in names]
        return JSONResponse({"object": "list", "data": listing})

    return models
