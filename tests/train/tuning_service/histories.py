"""A job's events and checkpoints in the API's shapes, read from the run folder."""

from __future__ import annotations

import hashlib

from advisor.train.trainer.checkpoints import step_of, whole_checkpoints
from advisor.train.trainer.progress import ProgressLine, curve, read_progress
from tests.train.tuning_service.answers import Object
from tests.train.tuning_service.tuning_jobs import TuningJobs, tuned_name


def events_of(jobs: TuningJobs, job_id: str) -> list[Object]:
    """List what happened, newest first, each with an id that stays the same from look to look."""
    _, created_at = jobs.record(job_id)
    events = [_event(job_id, "created", created_at, f"Created fine-tuning job: {job_id}")]
    run = jobs.run_folder(job_id)
    events.extend(
        _from_progress(job_id, record) for record in (read_progress(run) if run is not None else [])
    )
    return events[::-1]


def _from_progress(job_id: str, record: ProgressLine) -> Object:
    metrics = {
        name: value
        for name, value in (("train_loss", record.loss), ("valid_loss", record.eval_loss))
        if value is not None
    }
    message = record.message or f"Step {record.step}/{record.max_steps}: " + ", ".join(
        f"{name}={value:.4f}" for name, value in metrics.items()
    )
    identity = f"{record.kind}-{record.step}-{record.at}"
    event = _event(job_id, identity, int(record.at), message)
    if metrics:
        event |= {
            "type": "metrics",
            "data": {"step": record.step, "total_steps": record.max_steps, **metrics},
        }
    return event


def _event(job_id: str, identity: str, at: int, message: str) -> Object:
    digest = hashlib.sha256(f"{job_id}:{identity}".encode()).hexdigest()[:24]
    return {
        "id": f"ftevent-{digest}",
        "object": "fine_tuning.job.event",
        "created_at": at,
        "level": "info",
        "message": message,
        "type": "message",
        "data": None,
    }


def checkpoints_of(jobs: TuningJobs, job_id: str) -> list[Object]:
    """List the checkpoints that lie whole on the disk, newest first."""
    request, _ = jobs.record(job_id)
    run = jobs.run_folder(job_id)
    if run is None:
        return []
    records = read_progress(run)
    losses, evals = dict(curve(records, "loss")), dict(curve(records, "eval_loss"))
    found = []
    for path in reversed(whole_checkpoints(run)):
        step = step_of(path)
        metrics = {"step": step, "train_loss": losses.get(step), "valid_loss": evals.get(step)}
        found.append(
            {
                "id": f"ftckpt-{job_id[6:]}-{step}",
                "object": "fine_tuning.job.checkpoint",
                "created_at": int(path.stat().st_mtime),
                "fine_tuned_model_checkpoint": f"{tuned_name(request, job_id)}:ckpt-step-{step}",
                "fine_tuning_job_id": job_id,
                "step_number": step,
                "metrics": {name: value for name, value in metrics.items() if value is not None},
            }
        )
    return found
