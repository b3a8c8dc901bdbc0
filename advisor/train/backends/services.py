"""What a hosted fine-tuning service can be asked, the errors it may answer with, and how often we ask again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from advisor.errors import AdvisorError
from advisor.train.records import Artefact, JobEvent, JobState, TrainingSpec

T = TypeVar("T")

MOST_PAGES = 50
ATTEMPTS = 6
LONGEST_PAUSE_SECONDS = 60.0


class ServiceError(Exception):
    """A service did not do what it was asked.

    Args:
        message: What it said, without secrets.
        again: Whether asking again later can help.
        done: Whether the request may have taken effect all the same: an answer that was lost is not a refusal.
        after_seconds: How long the service asks us to wait.
    """

    def __init__(
        self, message: str, *, again: bool = False, done: bool = False, after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.again = again
        self.done = done
        self.after_seconds = after_seconds


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A job as its service describes it."""

    id: str
    """Id of the job at the service."""
    state: JobState
    """State of the job, as one of our states."""
    created_at: float = 0
    """Seconds since 1970, to tell the first of two."""
    tuned_model: str | None = None
    """What to ask for when it has succeeded."""
    error: str | None = None
    """Why the job failed; null if it did not."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered: everything that a request to create a job is made of."""

    spec: TrainingSpec
    """Training settings."""
    key: str
    """Names this attempt; travels in the request so that the job can be found again."""
    train_file: str
    """The service's id of the uploaded rows."""
    eval_file: str | None
    """The same for held-out rows."""


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """What a service accepts, checked before anything is sent."""

    upload_bytes: int
    """Largest file accepted, in bytes."""
    fewest_rows: int = 1
    """Fewest training rows accepted."""
    source: str = ""
    """Where the figures are from."""


class Service(Protocol):
    """One account at one service; every method may raise `ServiceError`."""

    def find_upload(self, name: str, size_bytes: int) -> str | None:
        """Return the id of a file that was uploaded before under `name`."""

    def upload(self, path: Path, name: str) -> str:
        """Send a file and give its id."""

    def find_jobs(self, key: str) -> list[RemoteJob]:
        """Return the jobs that carry `key`."""

    def create(self, order: Order) -> RemoteJob:
        """Order a job, once: never repeats by itself."""

    def job(self, job_id: str) -> RemoteJob:
        """Ask for a job's status."""

    def events(self, job_id: str, known: frozenset[str]) -> list[JobEvent]:
        """Return events, oldest first, looking back no further than to those that are known."""

    def checkpoints(self, job_id: str) -> list[Artefact]:
        """Return the checkpoints that can be used."""

    def cancel(self, job_id: str) -> RemoteJob:
        """Stop a job."""


@dataclass(slots=True)
class Patience:
    """Asks again with growing pauses, as long as that can help."""

    pause: Callable[[float], None] = time.sleep
    """Waits; tests bring one that does not."""
    attempts: int = ATTEMPTS
    """How often to ask in all."""
    waited: list[float] = field(default_factory=list)
    """What was waited, for the log."""

    def ask(self, question: Callable[[], T]) -> T:
        """Call `question` until it answers, or until asking again cannot help; only for what may be repeated."""
        for attempt in range(1, self.attempts + 1):
            try:
                return question()
            except ServiceError as error:
                if not error.again or attempt == self.attempts:
                    raise
                self.wait(attempt, error.after_seconds)
        raise AssertionError

    def wait(self, attempt: int, asked_for: float | None = None) -> None:
        """Pause before another attempt: what the service asked for, or half a second doubled each time."""
        seconds = min(LONGEST_PAUSE_SECONDS, asked_for if asked_for is not None else 0.5 * 2 ** (attempt - 1))
        self.waited.append(seconds)
        self.pause(seconds)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    items: list[dict[str, object]]
    """The entries, each with an `id`."""
    has_more: bool
    """Whether the service says that there is another page."""


def all_items(fetch: Callable[[str | None], Page]) -> Iterator[dict[str, object]]:
    """Return the entries of a listing, page by page, and end where a page brings nothing new.

    A service that says `has_more` for ever, or repeats a cursor, would otherwise be asked for ever.
    """
    seen: set[object] = set()
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = fetch(cursor)
        fresh = [item for item in page.items if item.get("id") not in seen]
        yield from fresh
        if not page.has_more or not fresh:
            return
        seen.update(item.get("id") for item in fresh)
        cursor = str(page.items[-1].get("id"))


def first(jobs: Iterable[RemoteJob]) -> RemoteJob | None:
    """Return the job that was created first."""
    return min(jobs, key=lambda job: (job.created_at, job.id), default=None)


def as_user_error(error: ServiceError, service: str) -> AdvisorError:
    """Return what a service refused, as a mistake or a state that the user can do something about."""
    remedy = (
        "Submit again later; what was done so far is kept, and nothing is ordered twice."
        if error.again or error.done
        else "Correct it and submit again."
    )
    return AdvisorError(str(error).rstrip("."), place=service, remedy=remedy)


def event_time(seconds: float, fallback: datetime) -> datetime:
    """Turn seconds since 1970 into a time in the zone of `fallback`."""
    return datetime.fromtimestamp(seconds, fallback.tzinfo) if seconds else fallback
