"""Train an arm's own model on this machine, from the rows that every arm sees; a run that was killed finds its job again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.arms.contract import Material, question_of, with_passages
from advisor.evaluate.bakeoff.records import Cancelled, Shown, Turn
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


class Setting(NamedTuple):
    """Where a run trains, from what, and who wants to know."""

    folder: Path
    """Rows, bundles and jobs, one folder for each kind of rows."""
    material: Material
    catalog: Catalog
    day: date
    """The day of the plan."""
    tell: Callable[[str], None]
    """Receives the state of training."""
    stopped: Callable[[], bool]
    """Whether the run is cancelled; the trainer is stopped then."""


def train_here(setting: Setting, kind: str) -> Path:
    """Train on ``rows`` or ``rows with passages`` and return the folder of the training run.

    Raises:
        AdvisorError: Training fails.
        Cancelled: Somebody asked to stop; the trainer is stopped, too.
    """
    folder = setting.folder / kind.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    store = JobStore(folder / "jobs")
    job = _followed(store, _submitted(store, folder, setting, kind), setting)
    if job.state != "succeeded":
        raise AdvisorError(
            f"training is {job.state}: {job.error or 'see its log'}",
            place=str(store.folder_of(job.id)),
            remedy="Correct the cause, delete this folder and run the same command again.",
        )
    return store.folder_of(job.id) / "run"


def _followed(store: JobStore, job: Job, setting: Setting) -> Job:
    resumed = 0
    while not job.ended:
        if setting.stopped():
            job_verbs.cancel(store, job.id)
            raise Cancelled
        setting.tell(_standing(store, job))
        time.sleep(1)
        job = job_verbs.refresh(store, job.id)
        if job.state == "queued" and resumed < RESUMES:
            job, resumed = job_verbs.resume(store, job.id), resumed + 1
    return job


def _submitted(store: JobStore, folder: Path, setting: Setting, kind: str) -> Job:
    jobs = [job_verbs.refresh(store, one) for one in store.ids()]
    found = next((one for one in jobs if one.state != "cancelled"), None)
    if found is not None:
        return found if found.ended or found.state == "running" else job_verbs.resume(store, found.id)
    rows, options = folder / "train.jsonl", setting.material.options
    with replacing(rows, binary=True) as stream:
        stream.writelines(orjson.dumps(row) + b"\n" for row in training_rows(setting.material, kind))
    values = {**SETTINGS, **options.training}
    spec = TrainingSpec(
        backend="trl", base_model=options.model, train_path=rows, eval_share=0.0, seed=options.seed,
        as_of=setting.day, **values,
    )  # fmt: skip
    catalog = setting.catalog
    plan = plan_spec(spec, catalog)
    bundle = write_bundle(plan, folder / "bundle")
    # A cancelled job keeps the half-trained adapter it has; what goes on is another attempt.
    return job_verbs.submit(store, plan, bundle, catalog=catalog, attempt=len(jobs) + 1)


def _standing(store: JobStore, job: Job) -> str:
    steps = list(read_progress(store.folder_of(job.id) / "run"))
    last = steps[-1] if steps else None
    if last is None or not getattr(last, "max_steps", None):
        return "training: preparing the model"
    return f"training: step {last.step} of {last.max_steps}"
