"""Jobs on disk: one folder each, saved whole before anything starts, not tied to a process.

A job's folder holds `job.json`, `plan.json`, the `bundle/` it carries out and whatever its backend writes.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import platformdirs
from filelock import FileLock
from pydantic import ValidationError

from advisor.errors import AdvisorError, did_you_mean
from advisor.files import PRIVATE_FOLDER, write_text
from advisor.train.records import Job, JobContext, TrainingPlan, idempotency_key

JOB_FILE = "job.json"
PLAN_FILE = "plan.json"
LOCK_FILE = "job.lock"
BUNDLE = "bundle"

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time that is written into jobs unless the caller brings a clock."""
    return datetime.now(UTC)


def jobs_folder() -> Path:
    """Return the folder of jobs: `ADVISOR_JOBS`, or one in the user's data folder."""
    chosen = os.environ.get("ADVISOR_JOBS")
    return Path(chosen) if chosen else platformdirs.user_data_path("advisor") / "jobs"


class JobStore:
    """The jobs in one folder; any process may open it, and locks are given back when their holder dies."""

    def __init__(self, folder: Path | None = None, clock: Clock = utc_now) -> None:
        self.folder = (folder or jobs_folder()).absolute()
        self.clock = clock

    def add(self, plan: TrainingPlan, bundle: Path, *, attempt: int = 1) -> Job:
        """Save a job for `plan`, or find the one that an earlier call saved.

        The id follows from the plan and the attempt, and the folder appears under its final name with everything in
        it, so a repeat after a crash finds the same job and never makes a second one.
        """
        job_id = self.id_for(plan, attempt=attempt)
        final = self.folder / job_id
        if not final.exists():
            self._write(final, plan, bundle)
        return self.load(job_id)

    def known(self, plan: TrainingPlan, *, attempt: int = 1) -> bool:
        """Return whether a job for `plan` is saved already, and is only to be found again."""
        return (self.folder / self.id_for(plan, attempt=attempt)).exists()

    @staticmethod
    def id_for(plan: TrainingPlan, *, attempt: int = 1) -> str:
        """Return the id that a job for `plan` has or would have."""
        return f"{plan.backend}-{plan.sha256[:10]}" + (f"-{attempt}" if attempt > 1 else "")

    def _write(self, final: Path, plan: TrainingPlan, bundle: Path) -> None:
        temporary = self.folder / f".new-{final.name}-{secrets.token_hex(4)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
            temporary.mkdir(mode=PRIVATE_FOLDER)
            # Links stay links, which the check before a start refuses: none is followed to what is not the bundle's.
            shutil.copytree(bundle, temporary / BUNDLE, symlinks=True)
            write_text(temporary / PLAN_FILE, plan.model_dump_json(indent=2) + "\n")
            write_text(temporary / JOB_FILE, self._new(plan, final.name).model_dump_json(indent=2) + "\n")
            temporary.rename(final)
        except OSError:
            if not (final / JOB_FILE).exists():  # otherwise another process was first, and its job is ours
                raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _new(self, plan: TrainingPlan, job_id: str) -> Job:
        now = self.clock()
        return Job(
            id=job_id,
            backend=plan.backend,
            state="queued",
            plan_sha256=plan.sha256,
            idempotency_key=idempotency_key(plan, job_id),
            base_model=plan.spec.base_model,
            created_at=now,
            updated_at=now,
            options=plan.spec.options,
        )

    def save(self, job: Job) -> None:
        """Write `job` over its file, whole or not at all."""
        write_text(self.folder / job.id / JOB_FILE, job.model_dump_json(indent=2) + "\n")

    def load(self, job_id: str) -> Job:
        """Read one job; the beginning of an id is enough where it is the only one."""
        path = self.folder / self._full_id(job_id) / JOB_FILE
        try:
            return Job.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise AdvisorError(
                f"the job's file cannot be read ({error.error_count()} errors)",
                place=str(path),
                remedy="Another version wrote it, or it was edited. Move its folder away to continue.",
            ) from None

    def plan(self, job_id: str) -> TrainingPlan:
        """Read the plan that a job carries out."""
        return TrainingPlan.model_validate_json((self.folder_of(job_id) / PLAN_FILE).read_bytes())

    def _full_id(self, job_id: str) -> str:
        ids = self.ids()
        matches = [known for known in ids if known.startswith(job_id)]
        if job_id in ids or len(matches) == 1:
            return job_id if job_id in ids else matches[0]
        problem = f"'{job_id}' fits {len(matches)} jobs" if matches else f"there is no job '{job_id}'"
        raise AdvisorError(problem, place="job", remedy=did_you_mean(job_id, matches or ids))

    def ids(self) -> list[str]:
        """Return the ids of all jobs."""
        return sorted(
            path.parent.name for path in self.folder.glob(f"*/{JOB_FILE}") if path.parent.name[0] != "."
        )

    def all(self) -> list[Job]:
        """Read all jobs that can be read, newest first; one that cannot does not hide the others."""
        found = []
        for job_id in self.ids():
            with suppress(AdvisorError):
                found.append(self.load(job_id))
        return sorted(found, key=lambda job: job.created_at, reverse=True)

    def folder_of(self, job_id: str) -> Path:
        """Return a job's folder."""
        return self.folder / self._full_id(job_id)

    def discard(self, job_id: str) -> None:
        """Remove a job for which nothing has been started, sent or spent."""
        shutil.rmtree(self.folder_of(job_id))

    def context(self, job_id: str) -> JobContext:
        """Return what a backend needs beside the job."""
        return JobContext(folder=self.folder_of(job_id), now=self.clock, save=self.save)

    @contextmanager
    def locked(self, job_id: str) -> Iterator[Job]:
        """Lock a job against every other process and return its newest state."""
        folder = self.folder_of(job_id)
        with FileLock(folder / LOCK_FILE):
            yield self.load(folder.name)
