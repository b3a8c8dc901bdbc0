"""Loss curves and the newest figures of a job, whoever trains it: the trainer's progress file, or a provider's events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from advisor.train.jobs import JobStore
from advisor.train.records import Job
from advisor.train.trainer.progress import curve, read_progress, summary

Points = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class JobCurves:
    """What can be drawn and said of a job at this moment."""

    loss: Points = field(default_factory=list)
    """Training loss by step."""
    eval_loss: Points = field(default_factory=list)
    """Loss on held-out rows by step."""
    latest: dict[str, Any] = field(default_factory=dict)
    """Newest value of each figure: step, loss, tokens_per_second, memory_gib, seconds_left …"""


def curves_of(store: JobStore, job: Job) -> JobCurves:
    """Read the curves of `job` without asking its provider."""
    records = read_progress(store.folder_of(job.id) / "run")
    if records:
        return JobCurves(curve(records, "loss"), curve(records, "eval_loss"), summary(records))
    return JobCurves(_from_events(job, "loss"), _from_events(job, "eval_loss"), _latest(job))


def _from_events(job: Job, name: str) -> Points:
    points = []
    for event in job.events:
        step, value = event.values.get("step"), event.values.get(name)
        if isinstance(step, int) and isinstance(value, int | float):
            points.append((step, float(value)))
    return sorted(points)


def _latest(job: Job) -> dict[str, Any]:
    newest: dict[str, Any] = {}
    for event in job.events:
        newest |= {name: value for name, value in event.values.items() if value is not None}
    return newest
