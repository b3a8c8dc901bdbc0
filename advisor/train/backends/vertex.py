"""Google Vertex AI's tuning jobs over REST: rows go to a bucket of the user's own project.

The project, region and bucket are named by options (`project`, `location`, `bucket`); the access token is taken
from `VERTEX_ACCESS_TOKEN` or the keyring, as `gcloud auth print-access-token` gives it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from advisor.errors import AdvisorError
from advisor.net import check_address, find_key
from advisor.train.backends.hosted_jobs import Hosted, HostedService
from advisor.train.backends.json_client import JsonClient
from advisor.train.backends.services import Order, RemoteJob, Service, ServiceError, ServiceLimits
from advisor.train.contract import PlanInputs
from advisor.train.plan_composing import compose, sent_name
from advisor.train.plan_parts import PlanParts
from advisor.train.records import Artefact, JobEvent, JobState, Option, Recipient, TrainingPlan, TrainingSpec
from advisor.train.row_shapes import Carries

LIMITS = ServiceLimits(upload_bytes=1_000_000_000, source="Vertex AI documentation, 2.5 Flash")
STATES: dict[str, JobState] = {
    "JOB_STATE_QUEUED": "queued",
    "JOB_STATE_PENDING": "queued",
    "JOB_STATE_RUNNING": "running",
    "JOB_STATE_CANCELLING": "running",
    "JOB_STATE_PARTIALLY_SUCCEEDED": "running",
    "JOB_STATE_SUCCEEDED": "succeeded",
    "JOB_STATE_FAILED": "failed",
    "JOB_STATE_EXPIRED": "failed",
    "JOB_STATE_CANCELLED": "cancelled",
}
ADAPTER_SIZES = {1: "ONE", 2: "TWO", 4: "FOUR", 8: "EIGHT", 16: "SIXTEEN", 32: "THIRTY_TWO"}


def plan(spec: TrainingSpec, given: PlanInputs) -> TrainingPlan:
    """Return what would be sent to the user's bucket, and what would be ordered."""
    adapter_size(spec)
    bucket = str(spec.options.get("bucket") or "a bucket of yours, to be named with --option bucket=NAME")
    where = f"Cloud Storage, {bucket}; {spec.options.get('location') or 'us-central1'}"
    parts = PlanParts(
        commands=("advisor train submit .",),
        recipients=(
            Recipient(name="Google Cloud", receives="all training and evaluation rows", where=where),
        ),
        carries=Carries(tools=False),
        sent_shape="vertex-contents",
        warnings=(
            "Vertex takes a multiplier of its own learning rate (1 here); the planned rate is not sent.",
            "Tuning at Vertex is not under its service-level agreement.",
        ),
    )
    return compose(spec, parts, given)


class Vertex:
    """One project in one region."""

    def __init__(self, options: dict[str, Option], token: str) -> None:
        self._bucket = _needed(options, "bucket")
        location = str(options.get("location") or "us-central1")
        self._parent = f"projects/{_needed(options, 'project')}/locations/{location}"
        address = str(options.get("base_url") or f"https://{location}-aiplatform.googleapis.com")
        storage = str(
            options.get("storage_url") or options.get("base_url") or "https://storage.googleapis.com"
        )
        self._api = JsonClient(f"{check_address(address, 'base_url')}/v1", token)
        self._storage = JsonClient(check_address(storage, "storage_url"), token, timeout=600)

    def find_upload(self, name: str, size_bytes: int) -> str | None:
        """Look whether the bucket has the object; the name holds the content's hash, and objects appear whole."""
        del size_bytes
        try:
            self._storage.call(
                "GET", f"/storage/v1/b/{quote(self._bucket, safe='')}/o/{quote(name, safe='')}"
            )
        except ServiceError as error:
            if error.again:
                raise
            return None
        return f"gs://{self._bucket}/{name}"

    def upload(self, path: Path, name: str) -> str:
        """Put the copy in Vertex's shape into the bucket."""
        self._storage.send(
            "POST",
            f"/upload/storage/v1/b/{quote(self._bucket, safe='')}/o",
            params={"uploadType": "media", "name": name},
            content=Path(sent_name(path.as_posix())).read_bytes(),
        )
        return f"gs://{self._bucket}/{name}"

    def find_jobs(self, key: str) -> list[RemoteJob]:
        """Look for jobs whose model's display name carries the key."""
        answer = self._api.call("GET", f"/{self._parent}/tuningJobs", params={"pageSize": 100})
        items = answer.get("tuningJobs", [])
        return [_remote(item) for item in items if item.get("tunedModelDisplayName") == display_name(key)]

    def create(self, order: Order) -> RemoteJob:
        """Order the job."""
        body = request_body(order)
        return _remote(
            self._api.call("POST", f"/{self._parent}/tuningJobs", ordering=True, body=body), ordering=True
        )

    def job(self, job_id: str) -> RemoteJob:
        """Ask for the job's status."""
        return _remote(self._api.call("GET", f"/{job_id}"))

    def events(self, job_id: str, known: frozenset[str]) -> list[JobEvent]:
        """Return nothing: Vertex shows its curves in the experiment that the job names."""
        del job_id, known
        return []

    def checkpoints(self, job_id: str) -> list[Artefact]:
        """Return the endpoints of the checkpoints."""
        tuned = self._api.call("GET", f"/{job_id}").get("tunedModel") or {}
        names = [checkpoint.get("endpoint") for checkpoint in tuned.get("checkpoints", [])]
        return [Artefact(kind="checkpoint", location=str(name), sha256=None) for name in names if name]

    def cancel(self, job_id: str) -> RemoteJob:
        """Stop the job."""
        self._api.call("POST", f"/{job_id}:cancel", body={})
        return self.job(job_id)


def display_name(key: str) -> str:
    """Name the tuned model after the attempt."""
    return f"advisor-{key}"


def adapter_size(spec: TrainingSpec) -> str:
    """Return Vertex's word for the rank; it has six."""
    if spec.rank not in ADAPTER_SIZES:
        raise AdvisorError(
            f"Vertex has no adapter of rank {spec.rank}", place="rank", remedy="Use 1, 2, 4, 8, 16 or 32."
        )
    return f"ADAPTER_SIZE_{ADAPTER_SIZES[spec.rank]}"


def request_body(order: Order) -> dict[str, Any]:
    """Write the order."""
    spec = order.spec
    tuning: dict[str, Any] = {
        "trainingDatasetUri": order.train_file,
        "hyperParameters": {
            "epochCount": str(max(1, round(spec.epochs))),
            "learningRateMultiplier": float(spec.options.get("learning_rate_multiplier") or 1.0),
            "adapterSize": adapter_size(spec),
        },
    }
    if order.eval_file is not None:
        tuning["validationDatasetUri"] = order.eval_file
    return {
        "baseModel": spec.base_model,
        "tunedModelDisplayName": display_name(order.key),
        "supervisedTuningSpec": tuning,
    }


def _remote(item: dict[str, Any], *, ordering: bool = False) -> RemoteJob:
    state, name = str(item.get("state", "JOB_STATE_PENDING")), item.get("name")
    if not isinstance(name, str) or state not in STATES:
        raise ServiceError("the service's answer is not a job", again=True, done=ordering)
    tuned = item.get("tunedModel") or {}
    return RemoteJob(
        id=name,
        state=STATES[state],
        created_at=_seconds(item.get("createTime")),
        tuned_model=(tuned.get("endpoint") or tuned.get("model")) if STATES[state] == "succeeded" else None,
        error=(item.get("error") or {}).get("message"),
    )


def _seconds(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0


def _needed(options: dict[str, Option], name: str) -> str:
    value = options.get(name)
    if not value:
        raise AdvisorError(
            f"Vertex needs '{name}'", place=f"options.{name}", remedy=f"Plan with --option {name}=VALUE."
        )
    return str(value)


def connect(options: dict[str, Option]) -> Service:
    """Open the project that the options name."""
    return Vertex(options, find_key("VERTEX_ACCESS_TOKEN", "Vertex AI"))


BACKEND = Hosted(HostedService("vertex", "Google Vertex AI", LIMITS, connect, plan))
