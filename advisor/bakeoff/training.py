"""Train an arm's own model on this machine, from the rows that every arm sees; a run that was killed finds its job again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from advisor.bakeoff.arms.contract import Material, question_of, with_passages
from advisor.bakeoff.records import Shown, Turn
from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.files import replacing
from advisor.train import job_verbs
from advisor.train.bundle import write_bundle
from advisor.train.jobs import JobStore
from advisor.train.planning import plan_spec
from advisor.train.records import Job, TrainingSpec
from advisor.train.trainer.progress import read_progress

SETTINGS: dict[str, Any] = {
    "learning_rate": 1e-3, "micro_batch": 4, "gradient_accumulation": 1, "checkpointing": False, "seq_len": 512,
    "options": {"last_layers": 12, "max_steps": 60, "merge": False},
}  # fmt: skip
"""For the packaged small model: enough to teach it a form and to copy from passages, in minutes on two cores."""
RESUMES = 3


def training_rows(material: Material, kind: str) -> list[dict[str, list[Turn]]]:
    """Return the rows that a model is trained on; with passages, they are those that retrieval finds, distractors included.

    Where retrieval misses the passage that a row names, that passage takes the place of the last one found: a row
    whose answer is nowhere would teach to make answers up.
    """
    return [
        {"messages": [*_asked(material, one, kind), {"role": "assistant", "content": one.answer}]}
        for one in material.train
    ]


def _asked(material: Material, one: Shown, kind: str) -> tuple[Turn, ...]:
    if kind == "rows":
        return one.example.turns
    library = material.library
    assert library is not None
    found = library.search(question_of(one.example), material.options.passages)
    named = library.named(one.example.passages)
    if named and not set(named) & set(found):
        found = [*found[:-1], named[0]]
    return with_passages(one.example.turns, [library.text(passage) for passage in found])


def train_here(
    folder: Path,
    material: Material,
    kind: str,
    day: date,
    *,
    tell: Callable[[str], None],
    stopped: Callable[[], bool],
) -> Path:
    """Train on the rows and return the folder with the adapter.

    Args:
        folder: Where rows, bundle and job are kept.
        material: Rows and documents.
        kind: ``rows`` or ``rows with passages``.
        day: The day of the plan.
        tell: Is told how it stands.
        stopped: Whether the run is cancelled; the trainer is stopped then.

    Raises:
        AdvisorError: Training is cancelled or fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = folder / "train.jsonl"
    with replacing(rows, binary=True) as stream:
        stream.writelines(orjson.dumps(row) + b"\n" for row in training_rows(material, kind))
    store = JobStore(folder / "jobs")
    job = _submitted(store, rows, folder, material, day)
    resumed = 0
    while not job.ended:
        if stopped():
            job_verbs.cancel(store, job.id)
            raise AdvisorError(
                "the run was cancelled", place=str(folder), remedy="Run the same command to go on."
            )
        tell(_standing(store, job))
        time.sleep(1)
        job = job_verbs.refresh(store, job.id)
        if job.state == "queued" and resumed < RESUMES:
            job, resumed = job_verbs.resume(store, job.id), resumed + 1
    if job.state != "succeeded":
        raise AdvisorError(
            f"training is {job.state}: {job.error or 'see its log'}",
            place=str(store.folder_of(job.id)),
            remedy="Correct the cause, delete this folder and run the same command again.",
        )
    return store.folder_of(job.id) / "run"


def _submitted(store: JobStore, rows: Path, folder: Path, material: Material, day: date) -> Job:
    jobs = [job_verbs.refresh(store, one) for one in store.ids()]
    found = next((one for one in jobs if one.state != "cancelled"), None)
    if found is not None:
        return found if found.ended or found.state == "running" else job_verbs.resume(store, found.id)
    values = {**SETTINGS, **material.options.training}
    spec = TrainingSpec(
        backend="trl", base_model=material.options.model, train_path=rows, eval_share=0.0, seed=material.options.seed,
        as_of=day, **values,
    )  # fmt: skip
    catalog = load_catalog()
    plan = plan_spec(spec, catalog)
    bundle = write_bundle(plan, folder / "bundle")
    # A cancelled job keeps the half-trained adapter it has; what goes on is another attempt.
    return job_verbs.submit(store, plan, bundle, catalog=catalog, attempt=len(jobs) + 1)


def _standing(store: JobStore, job: Job) -> str:
    steps = [one for one in read_progress(store.folder_of(job.id) / "run")]
    last = steps[-1] if steps else None
    if last is None or not getattr(last, "max_steps", None):
        return "training: preparing the model"
    return f"training: step {last.step} of {last.max_steps}"
