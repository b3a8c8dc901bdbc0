"""Together's fine-tuning service, through its own API.

Its client package is not used: it wants an older `rich` than this project, and repeats an order whose answer was lost.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advisor.net import check_address, find_key
from advisor.train.backends.hosted_jobs import Hosted, HostedService
from advisor.train.backends.hosted_plans import OPENAI_TEXT, hosted_plan
from advisor.train.backends.json_client import JsonClient
from advisor.train.backends.services import Order, RemoteJob, Service, ServiceError, ServiceLimits
from advisor.train.records import Artefact, JobEvent, JobState, Option

LIMITS = ServiceLimits(upload_bytes=50_100_000_000, source="together 3.1.1, constants")
SUFFIX_CHARACTERS = 40
STATES: dict[str, JobState] = {
    "pending": "queued",
    "queued": "queued",
    "running": "running",
    "compressing": "running",
    "uploading": "running",
    "cancel_requested": "running",
    "cancelled": "cancelled",
    "error": "failed",
    "completed": "succeeded",
}


class Together:
    """One account at Together."""

    def __init__(self, base_url: str, key: str) -> None:
        self._api = JsonClient(base_url, key)

    def find_upload(self, name: str, size_bytes: int) -> str | None:
        """Look through the account's files; the service gives them all at once."""
        for item in _listed(self._api.call("GET", "/files")):
            if (
                item.get("filename") == name
                and item.get("bytes") == size_bytes
                and item.get("processed", True)
            ):
                return str(item["id"])
        return None

    def upload(self, path: Path, name: str) -> str:
        """Ask where the file is to go, send it there, and have the service look at it."""
        wanted = {"purpose": "fine-tune", "file_name": name, "file_type": "jsonl"}
        answer = self._api.send("POST", "/files", data=wanted)
        store, file_id = answer.headers.get("location"), answer.headers.get("x-together-file-id")
        if not store or not file_id:
            raise ServiceError("the service named no place for the file", again=True)
        self._api.put_elsewhere(check_address(store, "upload"), path.read_bytes())
        self._api.call("POST", f"/files/{file_id}/preprocess")
        return str(file_id)

    def find_jobs(self, key: str) -> list[RemoteJob]:
        """Look for jobs whose suffix carries the key."""
        return [
            _remote(item)
            for item in _listed(self._api.call("GET", "/fine-tunes"))
            if item.get("suffix") == suffix(key)
        ]

    def create(self, order: Order) -> RemoteJob:
        """Order the job."""
        return _remote(
            self._api.call("POST", "/fine-tunes", ordering=True, body=request_body(order)), ordering=True
        )

    def job(self, job_id: str) -> RemoteJob:
        """Ask for the job's status."""
        return _remote(self._api.call("GET", f"/fine-tunes/{job_id}"))

    def events(self, job_id: str, known: frozenset[str]) -> list[JobEvent]:
        """Return the events that are not known; the service gives them all at once, without ids."""
        items = _listed(self._api.call("GET", f"/fine-tunes/{job_id}/events"))
        events = [_event(item) for item in items]
        return sorted(
            (event for event in events if event.provider_id not in known), key=lambda event: event.at
        )

    def checkpoints(self, job_id: str) -> list[Artefact]:
        """Return the checkpoints by their names in the service's registry."""
        items = _listed(self._api.call("GET", f"/fine-tunes/{job_id}/checkpoints"))
        names = (item.get("object_name") or f"{job_id}:{item.get('step')}" for item in items)
        return [Artefact(kind="checkpoint", location=str(name), sha256=None) for name in names]

    def cancel(self, job_id: str) -> RemoteJob:
        """Stop the job; steps already trained are billed."""
        return _remote(self._api.call("POST", f"/fine-tunes/{job_id}/cancel"))


def suffix(key: str) -> str:
    """Return the part of the tuned model's name by which a job is found again."""
    return f"advisor-{key}"[:SUFFIX_CHARACTERS]


def request_body(order: Order) -> dict[str, Any]:
    """Write the request; the service's own learning rate of 1e-5 would be too low for LoRA."""
    spec = order.spec
    lora = {
        "type": "Lora",
        "lora_r": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        "lora_trainable_modules": ",".join(spec.targets),
    }
    body: dict[str, Any] = {
        "model": spec.base_model,
        "training_file": order.train_file,
        "n_epochs": max(1, round(spec.epochs)),
        "n_checkpoints": 1,
        "batch_size": spec.micro_batch * spec.gradient_accumulation * spec.n_gpus,
        "learning_rate": spec.learning_rate,
        "warmup_ratio": spec.warmup_ratio,
        "lr_scheduler": {
            "lr_scheduler_type": "cosine" if spec.scheduler == "cosine" else "linear",
            "lr_scheduler_args": {"min_lr_ratio": 0.0}
            | ({"num_cycles": 0.5} if spec.scheduler == "cosine" else {}),
        },
        "training_type": {"type": "Full"} if spec.method == "full" else lora,
        "training_method": {"method": "sft", "train_on_inputs": not spec.assistant_only},
        "random_seed": spec.seed,
        "suffix": suffix(order.key),
    }
    if order.eval_file is not None:
        body |= {"validation_file": order.eval_file, "n_evals": max(1, round(spec.epochs))}
    return body


def _listed(answer: dict[str, Any]) -> list[dict[str, Any]]:
    items = answer.get("data")
    if not isinstance(items, list):
        raise ServiceError("the service answered with something that is not a list", again=True)
    return [item for item in items if isinstance(item, dict)]


def _remote(item: dict[str, Any], *, ordering: bool = False) -> RemoteJob:
    status, job_id = item.get("status"), item.get("id")
    if not isinstance(job_id, str) or status not in STATES:
        raise ServiceError("the service's answer is not a job", again=True, done=ordering)
    state = STATES[status]
    return RemoteJob(
        id=job_id,
        state=state,
        created_at=_seconds(item.get("created_at")),
        tuned_model=item.get("model_output_name") if state == "succeeded" else None,
        error="the service reports an error; see the job's events" if state == "failed" else None,
    )


def _seconds(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0


def _event(item: dict[str, Any]) -> JobEvent:
    kind = str(item.get("type"))
    values = {
        name: item[name] for name in ("step", "total_steps", "token_count") if isinstance(item.get(name), int)
    }
    identity = f"{item.get('created_at')}/{kind}/{item.get('step')}"
    return JobEvent(
        at=datetime.fromtimestamp(_seconds(item.get("created_at")), UTC),
        kind="error" if kind == "job_error" else "checkpoint" if kind == "checkpoint_save" else "log",
        message=str(item.get("message") or kind),
        values=values,
        provider_id=identity,
    )


def connect(options: dict[str, Option]) -> Service:
    """Open the account that TOGETHER_API_KEY names."""
    address = str(
        options.get("base_url") or os.environ.get("TOGETHER_BASE_URL") or "https://api.together.xyz/v1"
    )
    return Together(check_address(address, "base_url"), find_key("TOGETHER_API_KEY", "Together"))


BACKEND = Hosted(
    HostedService(
        "together",
        "Together",
        LIMITS,
        connect,
        hosted_plan("Together AI", "https://api.together.xyz", carries=OPENAI_TEXT),
    )
)
