"""What one training run needs to know: read from `settings.json` in the run folder, never from the network."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from advisor.errors import AdvisorError
from advisor.files import write_text
from advisor.train.records import Method, TrainRecord
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


class RunSettings(TrainRecord):
    """Everything that decides what a run computes; two equal settings on one machine give equal losses."""

    base_model: str
    """`smollm2-135m-instruct`, a local model folder, or a name at the Hugging Face hub."""
    train_path: Path
    """Training rows as JSON lines; relative paths count from the run folder."""
    eval_path: Path | None = None
    """Held-out rows; without them there is no best checkpoint and no early stop."""
    method: Method = "lora"
    """What is trained."""
    rank: int = Field(default=16, ge=1)
    """LoRA rank."""
    alpha: int = Field(default=32, ge=1)
    """LoRA scale numerator."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Dropout on the adapter's input."""
    targets: tuple[str, ...] = (ALL_LINEAR,)
    """`all-linear`, `attention`, `mlp`, or module names."""
    last_layers: int | None = Field(default=None, ge=1)
    """Adapt only this many layers, counted from the output; all of them if none."""
    seq_len: int = Field(default=2048, ge=8)
    """Longest row in tokens; a longer one loses its end."""
    epochs: float = Field(default=3, gt=0)
    """Passes over the training rows."""
    max_steps: int | None = Field(default=None, ge=1)
    """Stop after this many optimizer steps whatever the epochs say."""
    learning_rate: float = Field(default=2e-4, gt=0)
    """Peak learning rate."""
    warmup_ratio: float = Field(default=0.03, ge=0, lt=1)
    """Share of the steps over which the rate rises."""
    scheduler: Literal["cosine", "linear", "constant"] = "cosine"
    """How the rate falls."""
    micro_batch: int = Field(default=2, ge=1)
    """Rows in memory at once on one device."""
    gradient_accumulation: int = Field(default=8, ge=1)
    """Micro-batches summed before one step."""
    optimizer: str = "adamw"
    """The spec's name for it."""
    checkpointing: bool = False
    """Recompute activations in the backward pass."""
    packing: bool = False
    """Several rows share one sequence; GPU with flash attention only."""
    assistant_only: bool = True
    """Loss on the assistant's tokens only."""
    system_prompt: str | None = None
    """Put in front of rows that have none."""
    seed: int = 42
    """Seed of data order, initialisation and dropout."""
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
            "this is no run folder", place=str(run), remedy=f"A run folder holds a {SETTINGS_FILE}."
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
