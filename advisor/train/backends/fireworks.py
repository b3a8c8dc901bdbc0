"""Fireworks' fine-tuning service, through its own API: we choose the ids, so an order repeated is the same order."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError
from advisor.net import check_address, find_key
from advisor.train.backends.hosted_jobs import Hosted, HostedService
from advisor.train.backends.hosted_plans import OPENAI_TEXT, hosted_plan
from advisor.train.backends.json_client import JsonClient
from advisor.train.backends.services import Order, RemoteJob, Service, ServiceError, ServiceLimits
from advisor.train.records import Artefact, JobEvent, JobState, Option

LIMITS = ServiceLimits(
    upload_bytes=150_000_000, fewest_rows=3, source="the upload route's limit, from memory"
)
STATES: dict[str, JobState] = {
    "CREATING": "queued",
    "PENDING": "queued",
    "VALIDATING": "queued",
    "CREATING_INPUT_DATASET": "queued",
    "RE_QUEUEING": "queued",
    "PAUSED": "queued",
    "IDLE": "queued",
    "UNSPECIFIED": "queued",
    "RUNNING": "running",
    "WRITING_RESULTS": "running",
    "CANCELLING": "running",
    "COMPLETED": "succeeded",
    "EARLY_STOPPED": "succeeded",
    "FAILED": "failed",
    "EXPIRED": "failed",
    "CANCELLED": "cancelled",
    "DELETING": "cancelled",
    "DELETING_CLEANING_UP": "cancelled",
}


class Fireworks:
    """One account at Fireworks."""

    def __init__(self, base_url: str, account: str, key: str) -> None:
        self._api = JsonClient(base_url, key)
        self._account = f"/v1/accounts/{account}"

    def find_upload(self, name: str, size_bytes: int) -> str | None:
        """Ask for the dataset that this file would have become; its id follows from the content."""
        del size_bytes  # the id names the content, so the size adds nothing
        dataset = self._if_there(f"{self._account}/datasets/{dataset_id(name)}")
        return str(dataset["name"]) if dataset.get("state") == "READY" else None

    def upload(self, path: Path, name: str) -> str:
        """Make a dataset and fill it."""
        chosen = dataset_id(name)
        rows = sum(1 for line in path.read_bytes().splitlines() if line.strip())
        if not self._if_there(f"{self._account}/datasets/{chosen}"):
            dataset = {"displayName": name, "exampleCount": str(rows), "userUploaded": {}, "format": "CHAT"}
            self._api.call(
                "POST", f"{self._account}/datasets", body={"dataset": dataset, "datasetId": chosen}
            )
        with path.open("rb") as stream:
            self._api.call(
                "POST", f"{self._account}/datasets/{chosen}:upload", files={"file": (name, stream)}
            )
        self._api.call("POST", f"{self._account}/datasets/{chosen}:validateUpload", body={})
        return f"accounts/{self._account.rpartition('/')[2]}/datasets/{chosen}"

    def find_jobs(self, key: str) -> list[RemoteJob]:
        """Ask for the job of the id that an order with this key has."""
        found = self._if_there(self._path(job_id_of(key)))
        return [_remote(found)] if found else []

    def create(self, order: Order) -> RemoteJob:
        """Order the job under an id of our choice; a second order is refused by the service."""
        path = f"{self._account}/supervisedFineTuningJobs"
        wanted = {"supervisedFineTuningJobId": job_id_of(order.key)}
        return _remote(
            self._api.call("POST", path, ordering=True, params=wanted, body=request_body(order)),
            ordering=True,
        )

    def job(self, job_id: str) -> RemoteJob:
        """Ask for the job's status."""
        return _remote(self._api.call("GET", self._path(job_id)))

    def events(self, job_id: str, known: frozenset[str]) -> list[JobEvent]:
        """Make an event of the job's state and progress, as the service lists none."""
        item = self._api.call("GET", self._path(job_id))
        percent = (item.get("jobProgress") or {}).get("percent")
        identity = f"{item.get('state')}/{percent}"
        if identity in known:
            return []
        at = _time(item.get("updateTime") or item.get("createTime"))
        words = str(item.get("state", "")).removeprefix("JOB_STATE_").lower().replace("_", " ")
        values: dict[str, float | int | str | None] = {} if percent is None else {"percent": percent}
        message = words if percent is None else f"{words}, {percent}%"
        return [JobEvent(at=at, kind="log", message=message, values=values, provider_id=identity)]

    def checkpoints(self, job_id: str) -> list[Artefact]:
        """The service promotes none by itself."""
        del job_id
        return []

    def cancel(self, job_id: str) -> RemoteJob:
        """Stop the job."""
        self._api.call("POST", f"{self._path(job_id)}:cancel", body={})
        return self.job(job_id)

    def _path(self, job_id: str) -> str:
        return f"{self._account}/supervisedFineTuningJobs/{job_id.rpartition('/')[2]}"

    def _if_there(self, path: str) -> dict[str, Any]:
        try:
            return self._api.call("GET", path)
        except ServiceError as error:
            if str(error).startswith("404"):
                return {}
            raise


def dataset_id(name: str) -> str:
    """Return the dataset's id: lower case letters, digits and hyphens."""
    return name.removesuffix(".jsonl")


def job_id_of(key: str) -> str:
    """Return the job's id at the service, from our key alone."""
    return f"advisor-{key}"


def request_body(order: Order) -> dict[str, Any]:
    """Write the request."""
    spec = order.spec
    body: dict[str, Any] = {
        "dataset": order.train_file,
        "baseModel": spec.base_model,
        "displayName": f"advisor {order.key[:8]}",
        "epochs": max(1, round(spec.epochs)),
        "learningRate": spec.learning_rate,
        "loraRank": 0 if spec.method == "full" else spec.rank,
        "maxContextLength": spec.seq_len,
        "batchSizeSamples": spec.micro_batch * spec.gradient_accumulation * spec.n_gpus,
    }
    if order.eval_file is not None:
        body["evaluationDataset"] = order.eval_file
    return body


def _remote(item: dict[str, Any], *, ordering: bool = False) -> RemoteJob:
    state = str(item.get("state", "JOB_STATE_CREATING")).removeprefix("JOB_STATE_")
    name = item.get("name")
    if not isinstance(name, str) or state not in STATES:
        raise ServiceError("the service's answer is not a job", again=True, done=ordering)
    ours = STATES[state]
    return RemoteJob(
        id=name,
        state=ours,
        created_at=_time(item.get("createTime")).timestamp(),
        tuned_model=item.get("outputModel") if ours == "succeeded" else None,
        error=str((item.get("status") or {}).get("message") or "the service gave no reason")
        if ours == "failed"
        else None,
    )


def _time(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def connect(options: dict[str, Option]) -> Service:
    """Open the account that FIREWORKS_ACCOUNT_ID and FIREWORKS_API_KEY name."""
    account = str(options.get("account") or os.environ.get("FIREWORKS_ACCOUNT_ID") or "")
    if not account:
        raise AdvisorError(
            "there is no account for Fireworks",
            place="FIREWORKS_ACCOUNT_ID",
            remedy="Set it to your account's id, or give the option account.",
        )
    address = str(
        options.get("base_url") or os.environ.get("FIREWORKS_BASE_URL") or "https://api.fireworks.ai"
    )
    return Fireworks(check_address(address, "base_url"), account, find_key("FIREWORKS_API_KEY", "Fireworks"))


BACKEND = Hosted(
    HostedService(
        "fireworks",
        "Fireworks",
        LIMITS,
        connect,
        hosted_plan("Fireworks AI", "https://api.fireworks.ai", carries=OPENAI_TEXT),
    )
)
