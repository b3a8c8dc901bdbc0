"""The contract for hosted services: saved before it is sent, found again after a crash, never ordered twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError
from advisor.train.backends.services import (
    Order,
    Patience,
    RemoteJob,
    Service,
    ServiceError,
    ServiceLimits,
    as_user_error,
    first,
)
from advisor.train.contract import PlanInputs
from advisor.train.jobs import BUNDLE
from advisor.train.records import Artefact, Job, JobContext, JobEvent, Option, TrainingPlan, TrainingSpec
from advisor.train.trainer.rows import check_learnable, read_rows

SENT = "create_sent"
FINDING_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class HostedService:
    """What tells one hosted backend from another."""

    name: str
    """Name of the backend."""
    title: str
    """What a person reads."""
    limits: ServiceLimits
    """Limits of the service."""
    connect: Callable[[dict[str, Option]], Service]
    """Opens the account that the job's options and the environment name."""
    make_plan: Callable[[TrainingSpec, PlanInputs], TrainingPlan]
    """Returns the plan for a specification and its inputs."""


class Hosted:
    """One backend over one vendor."""

    def __init__(self, vendor: HostedService, patience: Callable[[], Patience] = Patience) -> None:
        self.name = vendor.name
        self.vendor = vendor
        self.patience = patience

    def plan(self, spec: TrainingSpec, given: PlanInputs) -> TrainingPlan:
        """Return what would be sent, ordered and paid; without network."""
        return self.vendor.make_plan(spec, given)

    def submit(self, plan: TrainingPlan, job: Job, context: JobContext) -> Job:
        """Upload and order, saving before and after each step; a repeat resumes where the last try ended."""
        if job.provider_id is not None:
            return self.refresh(job, context)
        _check_objective(plan)
        files = data_files(plan, context.folder / BUNDLE)
        check_files(files, self.vendor)
        service = self.vendor.connect(job.options)
        try:
            return self._ordered(service, plan, self._uploaded(service, files, job, context), context)
        except ServiceError as error:
            raise as_user_error(error, self.vendor.title) from None

    def _uploaded(self, service: Service, files: dict[str, Path], job: Job, context: JobContext) -> Job:
        for part, path in files.items():
            if f"{part}_file" in job.options:
                continue
            # marked first, so that a job that is cut off here counts as begun
            job = _saved(job, context, options={**job.options, "uploading": part})
            name, size = upload_name(path, part), path.stat().st_size
            found = self.patience().ask(lambda name=name, size=size: service.find_upload(name, size))  # type: ignore[misc]
            file_id = found or self.patience().ask(lambda path=path, name=name: service.upload(path, name))  # type: ignore[misc]
            job = _saved(job, context, options={**job.options, f"{part}_file": file_id})
        return job

    def _ordered(self, service: Service, plan: TrainingPlan, job: Job, context: JobContext) -> Job:
        order = Order(
            spec=plan.spec,
            key=job.idempotency_key,
            train_file=str(job.options["train_file"]),
            eval_file=None if "eval_file" not in job.options else str(job.options["eval_file"]),
        )
        remote = self._find(service, job) if job.options.get(SENT) else None
        if remote is None:
            job = _saved(job, context, options={**job.options, SENT: True})
            remote = self._create(service, order, job)
        message = f"{self.vendor.title} has the job as {remote.id}"
        event = JobEvent(at=context.now(), kind="state", message=message)
        return _saved(job, context, provider_id=remote.id, state=remote.state, events=(*job.events, event))

    def _create(self, service: Service, order: Order, job: Job) -> RemoteJob:
        """Order once; where the answer was lost, look for the job before ordering again."""
        patience = self.patience()
        for attempt in range(1, patience.attempts + 1):
            try:
                return service.create(order)
            except ServiceError as error:
                found = self._find(service, job) if error.done else None
                if found is not None:
                    return found
                if not error.again or attempt == patience.attempts:
                    raise
                patience.wait(attempt, error.after_seconds)
        raise AssertionError

    def _find(self, service: Service, job: Job) -> RemoteJob | None:
        """Look for the job by its key, more than once: a listing may lag behind an order."""
        patience = self.patience()
        for attempt in range(1, FINDING_ATTEMPTS + 1):
            found = first(patience.ask(lambda: service.find_jobs(job.idempotency_key)))
            if found is not None:
                return found
            patience.wait(attempt)
        return None

    def refresh(self, job: Job, context: JobContext) -> Job:
        """Ask for the job's status and the events since the last look. Never starts anything."""
        service = self.vendor.connect(job.options)
        try:
            if job.provider_id is not None:
                return self._looked_at(service, job, context)
            found = self._find(service, job) if job.options.get(SENT) else None
            return job if found is None else _saved(job, context, provider_id=found.id, state=found.state)
        except ServiceError as error:
            raise as_user_error(error, self.vendor.title) from None

    def _looked_at(self, service: Service, job: Job, context: JobContext) -> Job:
        assert job.provider_id is not None
        job_id, ask = job.provider_id, self.patience().ask
        remote = ask(lambda: service.job(job_id))
        known = frozenset(event.provider_id for event in job.events if event.provider_id is not None)
        events = ask(lambda: service.events(job_id, known))
        changes: dict[str, Any] = {
            "state": remote.state,
            "tuned_model": remote.tuned_model,
            "error": remote.error,
            "events": (*job.events, *(event for event in events if event.provider_id not in known)),
        }
        if remote.state == "succeeded":
            made = Artefact(kind="hosted-model", location=remote.tuned_model or job_id, sha256=None)
            changes["artefacts"] = (made, *ask(lambda: service.checkpoints(job_id)))
        newer = job.model_copy(update=changes)
        return newer if newer == job else newer.model_copy(update={"updated_at": context.now()})

    def cancel(self, job: Job, context: JobContext) -> Job:
        """Stop the job at the service, if it has one."""
        job = self.refresh(job, context)
        if job.provider_id is None:
            return job.model_copy(update={"state": "cancelled", "updated_at": context.now()})
        if job.ended:
            return job
        job_id, service = job.provider_id, self.vendor.connect(job.options)
        try:
            remote = self.patience().ask(lambda: service.cancel(job_id))
        except ServiceError as error:
            raise as_user_error(error, self.vendor.title) from None
        return job.model_copy(update={"state": remote.state, "updated_at": context.now()})


def _saved(job: Job, context: JobContext, **changes: Any) -> Job:
    newer = job.model_copy(update={**changes, "updated_at": context.now()})
    context.save(newer)
    return newer


def data_files(plan: TrainingPlan, bundle: Path) -> dict[str, Path]:
    """Find the rows of a bundle: `train`, and `eval` where there are held-out rows."""
    found = {
        part: bundle / file.path
        for part in ("train", "eval")
        for file in plan.files
        if file.copy_of is not None and Path(file.path).stem.startswith(part)
    }
    if "train" not in found:
        raise AdvisorError("the plan has no training file", place="plan", remedy="Make the plan again.")
    return found


def check_files(files: dict[str, Path], vendor: HostedService) -> None:
    """Refuse rows that teach nothing, too few of them, or too large a file, before anything is sent."""
    for path in files.values():
        size = path.stat().st_size
        if size > vendor.limits.upload_bytes:
            raise AdvisorError(
                f"the file has {size / 1e9:.2f} GB and {vendor.title} takes {vendor.limits.upload_bytes / 1e9:.2f} GB",
                place=str(path),
                remedy="Train on fewer rows, or shorten them.",
            )
    rows = read_rows(files["train"])
    check_learnable(files["train"], rows)
    if len(rows) < vendor.limits.fewest_rows:
        raise AdvisorError(
            f"{vendor.title} wants at least {vendor.limits.fewest_rows} rows and there are {len(rows)}",
            place=str(files["train"]),
            remedy="Collect more rows first.",
        )


def upload_name(path: Path, part: str) -> str:
    """Name an upload after its content, so that the same rows are found again and sent once."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return f"advisor-{digest[:24]}-{part}.jsonl"


def _check_objective(plan: TrainingPlan) -> None:
    if plan.spec.objective != "sft":
        raise AdvisorError(
            f"jobs ordered here are supervised; '{plan.spec.objective}' is not ordered",
            place="objective",
            remedy="Use objective 'sft', or a bundle backend.",
        )
