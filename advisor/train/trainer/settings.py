"""What one training run needs to know: read from `settings.json` in the run folder, never from the network."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from advisor.errors import AdvisorError
from advisor.files import write_text
from advisor.train.records import RunShape
from advisor.train.trainer.run_files import SETTINGS_FILE

ALL_LINEAR = "all-linear"
TARGET_SETS = {
    ALL_LINEAR: (),
    "attention": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "mlp": ("gate_proj", "up_proj", "down_proj"),
}

OPTIMIZERS = {
    "adamw": "adamw_torch",
    "adamw-8bit": "adamw_bnb_8bit",
    "paged-adamw": "paged_adamw_32bit",
    "paged-adamw-8bit": "paged_adamw_8bit",
    "adafactor": "adafactor",
    "sgd": "sgd",
    "lion-8bit": "lion_8bit",
}


class RunSettings(RunShape):
    """Everything that decides what a run computes; two equal settings on one machine give equal losses."""

    checkpointing: bool = False
    """Recompute activations in the backward pass instead of keeping them."""
    last_layers: int | None = Field(default=None, ge=1)
    """Adapt only this many layers, counted from the output; all of them if none."""
    max_steps: int | None = Field(default=None, ge=1)
    """Stop after this many optimizer steps whatever the epochs say."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """`auto` is fp32 on a CPU and bf16 on a GPU that has it; bf16 is some 30 times slower on a plain CPU."""
    threads: int | None = Field(default=None, ge=1)
    """CPU threads; all of them if none."""
    workers: int = Field(default=2, ge=1, le=1024)
    """Processes that train together, where the backend has several."""
    eval_every_steps: int | None = Field(default=None, ge=1)
    """Steps between evaluations and checkpoints; once an epoch if none."""
    patience: int | None = Field(default=None, ge=1)
    """Evaluations without a better eval loss before the run stops early; never if none."""
    merge: bool = True
    """Write the merged model beside the adapter."""


def settings_from(shape: RunShape, **more: object) -> RunSettings:
    """Take over every setting of a plan, by the fields of the shape that both have; ``more`` goes before them.

    Raises:
        AdvisorError: A value of ``more`` is none that the trainer knows.
    """
    values = {name: getattr(shape, name) for name in RunShape.model_fields}
    try:
        return RunSettings.model_validate({**values, **more})
    except ValidationError as error:
        first = error.errors()[0]
        raise AdvisorError(
            f"'{'.'.join(map(str, first['loc']))}': {first['msg']}",
            place="--option",
            remedy="Give another value.",
        ) from None


def write_settings(run: Path, settings: RunSettings) -> None:
    """Save `settings` in the run folder `run`."""
    write_text(run / SETTINGS_FILE, settings.model_dump_json(indent=2) + "\n")


def read_settings(run: Path) -> RunSettings:
    """Read the settings back, with data paths made absolute."""
    path = run / SETTINGS_FILE
    try:
        settings = RunSettings.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise AdvisorError(
            "this is not a run folder", place=str(run), remedy=f"A run folder holds a {SETTINGS_FILE}."
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise AdvisorError(
            f"'{field}': {first['msg']}", place=str(path), remedy="Correct it, or submit the plan again."
        ) from None
    changes = {"train_path": run / settings.train_path}
    if settings.eval_path is not None:
        changes["eval_path"] = run / settings.eval_path
    return settings.model_copy(update=changes)
