"""Jobs as the API knows them, each over a job of the local store; saved first, started after."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.files import write_text
from advisor.train import job_verbs
from advisor.train.bundle import write_bundle
from advisor.train.jobs import JobStore
from advisor.train.planning import plan_spec
from advisor.train.records import Job, Option, TrainingPlan, TrainingSpec
from tests.train.tuning_service.answers import Object, Refused, not_found
from tests.train.tuning_service.requests import CreateJob
from tests.train.tuning_service.uploads import Uploads

BASE_LEARNING_RATE = 2e-4
EPOCHS = 3
BATCH_SIZE = 8
SEQ_LEN = 1024
_ID = re.compile(r"^ftjob-[0-9a-f]{24}$")


class TuningJobs:
    """The jobs of one service."""

    def __init__(self, store: JobStore, uploads: Uploads, models: dict[str, str]) -> None:
        self.store = store
        self.uploads = uploads
        self.models = models
        self._folder = store.folder / ".service" / "jobs"

    def create(self, request: CreateJob, idempotency_key: str | None) -> str:
        """Save a job and give its id; the same key gives the same job, whatever became of the first answer."""
        if request.model not in self.models:
            known = ", ".join(sorted(self.models))
            raise Refused(
                f"There is no model '{request.model}' here; known: {known}",
                param="model",
                code="model_not_found",
            )
        key = idempotency_key or (request.metadata or {}).get("idempotency_key")
        digits = hashlib.sha256(key.encode()).hexdigest()[:24] if key else secrets.token_hex(12)
        job_id = f"ftjob-{digits}"
        if (self._folder / job_id / "request.json").exists():
            return job_id
        self._copy_files(job_id, request)
        record = {
            "request": request.model_dump(mode="json"),
            "created_at": int(self.store.clock().timestamp()),
            "ordered_at": self.store.clock().timestamp(),
        }
        write_text(self._folder / job_id / "request.json", json.dumps(record))
        return job_id

    def _copy_files(self, job_id: str, request: CreateJob) -> None:
        # the job owns its rows, so that deleting an upload later does not change what it trains on
        files = {"train": request.training_file, "eval": request.validation_file}
        paths = {
            part: self.uploads.checked(file_id, "training_file" if part == "train" else "validation_file")
            for part, file_id in files.items()
            if file_id is not None
        }
        for part, path in paths.items():
            write_text(self._folder / job_id / f"{part}.jsonl", path.read_text(encoding="utf-8-sig"))

    def ids(self) -> list[str]:
        """Name all jobs, oldest first."""
        found = [path.parent for path in self._folder.glob("ftjob-*/request.json")]
        return [
            path.name for path in sorted(found, key=lambda path: (self._ordered_at(path.name), path.name))
        ]

    def record(self, job_id: str) -> tuple[CreateJob, int]:
        """Give what was asked for, and when."""
        path = self._folder / job_id / "request.json"
        if not _ID.match(job_id) or not path.exists():
            raise not_found("fine-tuning job", job_id)
        record = json.loads(path.read_bytes())
        return CreateJob.model_validate(record["request"]), record["created_at"]

    def _ordered_at(self, job_id: str) -> float:
        # The API's own time is in whole seconds, too coarse to say which of two jobs came first.
        record = json.loads((self._folder / job_id / "request.json").read_bytes())
        return float(record.get("ordered_at", record["created_at"]))

    def find(self, job_id: str) -> Job | None:
        """Give the local job, as it stands; none while it waits for its turn."""
        self.record(job_id)
        local = self._local_id(job_id)
        return job_verbs.refresh(self.store, local) if local in self.store.ids() else None

    def _local_id(self, job_id: str) -> str:
        path = self._folder / job_id / "local-id"
        return path.read_text() if path.exists() else ""

    def start(self, job_id: str) -> Job | None:
        """Start or go on with a job; a plan that cannot be started is kept as the job's failure."""
        try:
            plan = self._plan(job_id)
            bundle = self._folder / job_id / "bundle"
            if not bundle.exists():
                write_bundle(plan, bundle)
            # known before it is made: the id follows from the plan, so a crash in between loses nothing
            write_text(self._folder / job_id / "local-id", self.store.id_for(plan))
            return job_verbs.submit(self.store, plan, bundle, catalog=load_catalog())
        except AdvisorError as error:
            write_text(self._folder / job_id / "refused", str(error))
            return None

    def refusal(self, job_id: str) -> str | None:
        """Say why a job could not be started."""
        path = self._folder / job_id / "refused"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def cancel(self, job_id: str) -> None:
        """Stop a job, also one that waits for its turn."""
        job = self.find(job_id)
        if job is None:
            write_text(self._folder / job_id / "cancelled", "")
        else:
            job_verbs.cancel(self.store, job.id)

    def withdrawn(self, job_id: str) -> bool:
        """Whether the job was cancelled before its turn came."""
        return (self._folder / job_id / "cancelled").exists()

    def waiting(self, job_id: str) -> bool:
        """Whether the job is still to be started, or was cut off and is to be gone on with."""
        if self.withdrawn(job_id) or self.refusal(job_id) is not None:
            return False
        job = self.find(job_id)
        return job is None or job.state == "queued"

    def run_folder(self, job_id: str) -> Path | None:
        """Where the trainer works, once the job has been started."""
        local = self._local_id(job_id)
        return self.store.folder_of(local) / "run" if local in self.store.ids() else None

    def _plan(self, job_id: str) -> TrainingPlan:
        request, created_at = self.record(job_id)
        return plan_spec(self._spec(job_id, request, created_at), load_catalog())

    def _spec(self, job_id: str, request: CreateJob, created_at: int) -> TrainingSpec:
        asked = request.settings
        eval_path = self._folder / job_id / "eval.jsonl"
        own: dict[str, Option] = {"merge": False, "threads": None}
        own |= asked.model_dump(
            include={"last_layers", "max_steps", "eval_every_steps", "patience"}, exclude_none=True
        )
        values: dict[str, Any] = {
            "backend": "trl",
            "base_model": self.models[request.model],
            "train_path": self._folder / job_id / "train.jsonl",
            "eval_path": eval_path if eval_path.exists() else None,
            "eval_share": 0.0,
            "rank": asked.lora_r or 16,
            "alpha": asked.lora_alpha or 2 * (asked.lora_r or 16),
            "seq_len": asked.context_length or SEQ_LEN,
            "epochs": _or(asked.n_epochs, EPOCHS),
            "micro_batch": _or(asked.batch_size, BATCH_SIZE),
            "gradient_accumulation": 1,
            "learning_rate": BASE_LEARNING_RATE * _or(asked.learning_rate_multiplier, 1.0),
            "checkpointing": False,
            "seed": 42 if request.seed is None else request.seed,
            "options": {name: value for name, value in own.items() if value is not None},
            "as_of": datetime.fromtimestamp(created_at, self.store.clock().tzinfo).date(),
        }
        return TrainingSpec.model_validate(values)


def _or(value: Any, default: Any) -> Any:
    return default if value == "auto" else value


def described(jobs: TuningJobs, job_id: str) -> Object:
    """Give the API's job object."""
    request, created_at = jobs.record(job_id)
    job = jobs.find(job_id)
    asked = request.settings
    used = {
        "n_epochs": _or(asked.n_epochs, EPOCHS),
        "batch_size": _or(asked.batch_size, BATCH_SIZE),
        "learning_rate_multiplier": _or(asked.learning_rate_multiplier, 1.0),
    }
    status, error = _status(jobs, job_id, job)
    return {
        "id": job_id,
        "object": "fine_tuning.job",
        "model": request.model,
        "created_at": created_at,
        "finished_at": int(job.updated_at.timestamp()) if job is not None and job.ended else None,
        "fine_tuned_model": tuned_name(request, job_id) if status == "succeeded" else None,
        "organization_id": "org-local",
        "result_files": [],
        "status": status,
        "training_file": request.training_file,
        "validation_file": request.validation_file,
        "hyperparameters": used,
        "method": {"type": "supervised", "supervised": {"hyperparameters": used}},
        "trained_tokens": _trained_tokens(jobs, job_id) if status == "succeeded" else None,
        "error": None if error is None else {"code": "training_failed", "message": error, "param": None},
        "estimated_finish": None,
        "integrations": [],
        "seed": 42 if request.seed is None else request.seed,
        "metadata": request.metadata,
    }


def _status(jobs: TuningJobs, job_id: str, job: Job | None) -> tuple[str, str | None]:
    refusal = jobs.refusal(job_id)
    if refusal is not None:
        return "failed", refusal
    if job is None:
        return ("cancelled" if jobs.withdrawn(job_id) else "queued"), None
    return job.state, job.error


def tuned_name(request: CreateJob, job_id: str) -> str:
    """Name the tuned model as OpenAI does."""
    return f"ft:{request.model}:local:{request.suffix or ''}:{job_id[6:14]}"


def _trained_tokens(jobs: TuningJobs, job_id: str) -> int | None:
    from advisor.train.trainer.progress import read_progress, summary

    run = jobs.run_folder(job_id)
    return None if run is None else summary(read_progress(run)).get("tokens")
