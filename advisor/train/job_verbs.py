"""What can be done with jobs, the same for the shell, the app and the local service: submit, refresh, cancel, resume."""

from __future__ import annotations

from pathlib import Path

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.train.availability import require_open
from advisor.train.bundle_check import read_bundle
from advisor.train.jobs import BUNDLE, JobStore
from advisor.train.records import Job, TrainingPlan
from advisor.train.table import load_backend


def submit(  # noqa: PLR0913 - keyword-only beyond what is submitted
    store: JobStore,
    plan: TrainingPlan,
    bundle: Path,
    *,
    catalog: Catalog,
    attempt: int = 1,
    from_elsewhere: bool = False,
) -> Job:
    """Save a job for `plan` and start it; the same plan again finds the same job and goes on with it.

    Args:
        store: Where jobs are kept.
        plan: What to do.
        bundle: The plan's files.
        catalog: Which backends are open on a day.
        attempt: Which attempt at this plan.
        from_elsewhere: Check the files once more after they were copied: they may change under our hands.

    Raises:
        AdvisorError: The backend is closed today or refuses. Where nothing had been started yet, no job is left behind.
    """
    if not store.known(plan, attempt=attempt):
        require_open(catalog, plan.backend, store.clock().date())
    saved = store.add(plan, bundle, attempt=attempt)
    with store.locked(saved.id) as job:
        if job.ended:
            return job
        try:
            if from_elsewhere:
                # What is carried out is the job's own copy, so it is that which must be the plan's.
                read_bundle(store.folder_of(job.id) / BUNDLE)
            return _started(store, plan, job)
        except AdvisorError:
            untouched = (
                store.load(job.id) == job and job.provider_id is None and job.created_at == job.updated_at
            )
            if untouched:
                store.discard(job.id)
            raise


def _started(store: JobStore, plan: TrainingPlan, job: Job) -> Job:
    started = load_backend(job.backend).submit(plan, job, store.context(job.id))
    store.save(started)
    return started


def resume(store: JobStore, job_id: str) -> Job:
    """Resume a job that no process works on: from its last checkpoint, or by finding it at its provider."""
    with store.locked(job_id) as job:
        if job.ended:
            return job
        return _started(store, store.plan(job.id), job)


def refresh(store: JobStore, job_id: str) -> Job:
    """Ask the backend for a job's status and save the answer."""
    with store.locked(job_id) as job:
        if job.ended:
            return job
        refreshed = load_backend(job.backend).refresh(job, store.context(job.id))
        if refreshed != job:
            store.save(refreshed)
        return refreshed


def cancel(store: JobStore, job_id: str) -> Job:
    """Stop a job; stopping an ended one changes nothing."""
    with store.locked(job_id) as job:
        if job.ended:
            return job
        stopped = load_backend(job.backend).cancel(job, store.context(job.id))
        store.save(stopped)
        return stopped
