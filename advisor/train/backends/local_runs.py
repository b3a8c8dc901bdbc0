"""What the backends that train on this machine share: settings from a plan, checks before the start, job states."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError, missing_extra
from advisor.train.packaged_model import is_packaged
from advisor.train.records import Artefact, Job, JobContext, JobEvent, JobState, Option, TrainingPlan
from advisor.train.trainer.model_folder import check_base_model
from advisor.train.trainer.progress import ProgressLine, read_progress
from advisor.train.trainer.rows import check_learnable, read_rows
from advisor.train.trainer.run_files import (
    CANCEL_FILE,
    CARD_FILE,
    FAILURE_FILE,
    LOG_FILE,
    PROGRESS_FILE,
    RESULT_FILE,
)
from advisor.train.trainer.run_lock import run_state
from advisor.train.trainer.settings import RunSettings, settings_from

RUN = "run"


def run_folder(context: JobContext) -> Path:
    """Return the run folder of this job's trainer."""
    return context.folder / RUN


def settings_for(plan: TrainingPlan, bundle: Path) -> RunSettings:
    """Derive the trainer's settings from a plan whose bundle is in `bundle`."""
    spec = plan.spec
    # What only the figures of a plan need is not the trainer's.
    own = {name: value for name, value in spec.options.items() if name in RunSettings.model_fields}
    here = spec.base_model
    if not looks_like_packaged_or_hub(here):
        here = str(Path(here).expanduser().absolute())
    return settings_from(
        spec,
        **own,
        train_path=_data_file(plan, bundle, "train"),
        eval_path=_data_file(plan, bundle, "eval", required=False),
        base_model=here,
    )


def looks_like_packaged_or_hub(name: str) -> bool:
    """Return whether a base model's name means the same in every working directory."""
    return is_packaged(name) or not Path(name).expanduser().exists()


def _data_file(plan: TrainingPlan, bundle: Path, part: str, *, required: bool = True) -> Path | None:
    for file in plan.files:
        if file.copy_of is not None and Path(file.path).stem.startswith(part):
            return (bundle / file.path).absolute()
    if required:
        raise AdvisorError(f"the plan has no {part} file", place="plan", remedy="Make the plan again.")
    return None


def check_before_start(plan: TrainingPlan, settings: RunSettings, folder: Path) -> None:
    """Refuse what cannot be trained here, before a process is started.

    Raises:
        AdvisorError: Wrong objective, packages missing, no model, nothing to learn, or too small a disk.
    """
    if plan.spec.objective != "sft":
        raise AdvisorError(
            f"the local trainer does supervised fine-tuning only, not '{plan.spec.objective}'",
            place="objective",
            remedy="Run the bundle's train.sh, which TRL's own command carries out, or use objective 'sft'.",
        )
    _check_packages(settings)
    check_base_model(settings.base_model)
    check_learnable(settings.train_path, read_rows(settings.train_path))
    _check_disk(settings, folder)


def _check_packages(settings: RunSettings) -> None:
    from importlib.util import find_spec

    for package in ("torch", "transformers", "peft", "trl"):
        if find_spec(package) is None:
            raise missing_extra(package, "train", purpose="Training on this machine")
    if settings.method == "qlora" and find_spec("bitsandbytes") is None:
        raise missing_extra("bitsandbytes", "qlora", purpose="QLoRA")


def _check_disk(settings: RunSettings, folder: Path) -> None:
    needed = needed_bytes(settings)
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise AdvisorError(
            f"the disk has {free / 1e9:.1f} GB free and the run needs about {needed / 1e9:.1f} GB",
            place=str(existing),
            remedy="Free some space, choose another folder with ADVISOR_JOBS, or leave out the merged model.",
        )


def needed_bytes(settings: RunSettings) -> int:
    """Estimate what a run writes: up to four checkpoints with optimizer state, and the merged model."""
    model = _model_bytes(settings.base_model)
    if settings.method == "full":
        return 4 * 3 * model + model
    adapter_share = min(
        1.0, settings.rank / 400
    )  # rank 16 on all linear layers trains about 4 % of a small model
    return int(4 * 3 * adapter_share * model) + (model if settings.merge else 0)


def _model_bytes(name: str) -> int:
    if is_packaged(name):
        return 540_000_000
    folder = Path(name)
    sizes = [path.stat().st_size for path in folder.glob("*.safetensors")] if folder.is_dir() else []
    return sum(sizes) or 16_000_000_000  # a name at the hub: assume 8 billion parameters in 16 bits


def refreshed(job: Job, context: JobContext) -> Job:
    """Read the run folder and return the job with its current state."""
    run = run_folder(context)
    state, error = _state(run)
    changes: dict[str, Any] = {"state": state, "error": error, "events": _events(job, context, state)}
    if state in {"succeeded", "cancelled"}:
        changes["artefacts"] = tuple(_artefacts(run))
        changes["tuned_model"] = job.id if state == "succeeded" else None
    newer = job.model_copy(update=changes)
    return newer if newer == job else newer.model_copy(update={"updated_at": context.now()})


def _state(run: Path) -> tuple[JobState, str | None]:
    state = run_state(run)
    if state == "running":
        return "running", None
    if state == "succeeded":
        result = json.loads((run / RESULT_FILE).read_bytes())
        return ("cancelled" if result["state"] == "cancelled" else "succeeded"), None
    if (run / CANCEL_FILE).exists():
        return "cancelled", None
    if state == "failed":
        failure = json.loads((run / FAILURE_FILE).read_bytes())
        return "failed", f"{failure['place']}: {failure['problem']}. {failure['remedy']}"
    return "queued", None  # nobody is at it: not started yet, or stopped without an end; anyone may go on


def _events(job: Job, context: JobContext, state: JobState) -> tuple[JobEvent, ...]:
    known = {event.provider_id for event in job.events}
    fresh = [event for event in map(_event, read_progress(run_folder(context))) if event is not None]
    events = [*job.events, *(event for event in fresh if event.provider_id not in known)]
    if state != job.state:
        events.append(JobEvent(at=context.now(), kind="state", message=_sentence(state, job.state)))
    return tuple(events)


def _sentence(state: JobState, before: JobState) -> str:
    if state == "queued" and before == "running":
        return "The trainer stopped without an end; resume goes on from the last checkpoint"
    return f"The job is {state}"


def _event(record: ProgressLine) -> JobEvent | None:
    """Keep evaluations and checkpoints; the loss of each step stays in the progress file."""
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(record.at, UTC)
    if record.kind == "eval":
        values = {"step": record.step, "eval_loss": record.eval_loss}
        message = f"Step {record.step}: eval loss {record.eval_loss:.4f}"
        return JobEvent(
            at=at, kind="metric", message=message, values=values, provider_id=f"eval-{record.step}"
        )
    if record.kind == "checkpoint":
        message = f"Step {record.step}: checkpoint written"
        return JobEvent(
            at=at,
            kind="checkpoint",
            message=message,
            values={"step": record.step},
            provider_id=f"checkpoint-{record.step}",
        )
    return None


def _artefacts(run: Path) -> Iterable[Artefact]:
    from advisor.train.trainer.artefacts import sha256_of

    for item in (
        json.loads((run / RESULT_FILE).read_bytes())["artefacts"] if (run / RESULT_FILE).exists() else []
    ):
        made = Artefact.model_validate(item)
        yield made.model_copy(update={"location": f"{RUN}/{made.location}"})
    for kind, name in (("model-card", CARD_FILE), ("metrics", PROGRESS_FILE), ("log", LOG_FILE)):
        path = run / name
        if path.exists():
            values: dict[str, Option] = {"kind": kind, "location": f"{RUN}/{name}", "sha256": sha256_of(path)}
            yield Artefact.model_validate(values | {"size_bytes": path.stat().st_size})
