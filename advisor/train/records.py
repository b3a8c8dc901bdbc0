"""What training passes around: a spec comes in, a plan is made without side effects, a job is what runs.

All are frozen and read back from their own JSON to the same record, so that any process can pick a job up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from advisor.catalog.records import Record
from advisor.data.records import HELD_OUT, SEED

Method = Literal["lora", "dora", "qlora", "full"]
Objective = Literal["sft", "dpo", "kto", "rft", "cpt", "distillation"]
Option = str | int | float | bool | None
JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
ENDED: frozenset[JobState] = frozenset({"succeeded", "failed", "cancelled"})


class Span(Record):
    """A quantity that is not known exactly."""

    low: float
    """Nine of ten outcomes are expected above this."""
    expected: float
    """The single figure to plan with."""
    high: float
    """Nine of ten outcomes are expected below this."""
    unit: str
    """What is counted: `usd`, `seconds`, `gib`."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.expected <= self.high:
            message = f"low {self.low}, expected {self.expected}, high {self.high} are out of order"
            raise ValueError(message)
        return self


class RunShape(Record):
    """The settings of a run that a plan fixes and a trainer follows: one shape, from the first draft to the last step."""

    base_model: str
    """Id in `rules/models/`, a name at the model's host, or the path of a local model directory."""
    train_path: Path
    """Training rows: JSON lines with `messages`, or `prompt` and `completion`, or preference pairs."""
    eval_path: Path | None = None
    """Held-out rows in the same form; without them `eval_share` is cut from the training rows."""
    method: Method = "lora"
    """How many weights are trained, and in what precision the rest are held."""
    rank: int = Field(default=16, ge=1, le=1024)
    """LoRA rank; ignored for full tuning."""
    alpha: int = Field(default=32, ge=1)
    """LoRA scale numerator; the adapter's output is multiplied by alpha / rank."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Dropout on the adapter's input."""
    targets: tuple[str, ...] = ("all-linear",)
    """`all-linear`, `attention`, `mlp`, or module names such as `q_proj`."""
    seq_len: int = Field(default=2048, ge=8)
    """Longest training row in tokens; longer ones are cut or refused, never silently emptied."""
    epochs: float = Field(default=3, gt=0, le=100)
    """Passes over the training rows."""
    learning_rate: float = Field(default=2e-4, gt=0, lt=1)
    """Peak learning rate."""
    warmup_ratio: float = Field(default=0.03, ge=0, lt=1)
    """Share of the steps over which the rate rises."""
    scheduler: Literal["cosine", "linear", "constant"] = "cosine"
    """How the rate falls after the warm-up."""
    micro_batch: int = Field(default=2, ge=1)
    """Rows in memory at once on one device."""
    gradient_accumulation: int = Field(default=8, ge=1)
    """Micro-batches summed before one optimizer step."""
    optimizer: str = "adamw"
    """`adamw`, `adamw-8bit`, `paged-adamw-8bit`, `paged-adamw`, `adafactor`, `sgd`, `lion-8bit`."""
    checkpointing: bool = True
    """Recompute activations in the backward pass instead of keeping them."""
    packing: bool = False
    """Several rows share one sequence."""
    assistant_only: bool = True
    """The loss counts the assistant's tokens only."""
    system_prompt: str | None = None
    """Put in front of rows that have none, and used again when serving so that the two do not drift."""
    seed: int = SEED
    """Seed of data order, initialisation and dropout."""


class TrainingSpec(RunShape):
    """What is to be trained, on what, and how; says nothing about whether it fits or what it costs."""

    backend: str
    """A name from `advisor.train.backends.BACKENDS`."""
    eval_share: float = Field(default=HELD_OUT, ge=0, lt=1)
    """Share of the training rows held out when there is no `eval_path`."""
    objective: Objective = "sft"
    """What the loss rewards."""
    gpu: str | None = None
    """A card from `rules/parameters/memory.yaml`, or none for CPU or hosted training."""
    n_gpus: int = Field(default=1, ge=1, le=4096)
    """Devices that train together."""
    options: dict[str, Option] = Field(default_factory=dict)
    """Settings only this backend knows (`base_url`, `region`, `suffix`, `sharding`); never a key."""
    as_of: date
    """The day that prices, availability and retirements are looked up for."""


class PlannedFile(Record):
    """A file of the bundle: either text that is in the plan, or rows copied from elsewhere in a given shape."""

    path: str
    """Relative path in the bundle, with forward slashes."""
    text: str | None = None
    """The content, for files that the plan writes itself."""
    copy_of: Path | None = None
    """The source of a data file; its rows are converted to `shape` as they are copied."""
    shape: str = "as-is"
    """Row shape of a data file: `messages`, `prompt-completion`, `vertex-contents`, `bedrock-conversation`…"""
    part: Literal["all", "train", "eval"] = "all"
    """Which side of the split is taken, where one file is cut into two."""
    eval_share: float = 0
    """Share of the rows that go to the evaluation side."""
    seed: int = 0
    """Of the split, which depends on each row's content and on nothing else."""
    system_prompt: str | None = None
    """Put in front of rows that have none."""
    sha256: str
    """Of the bytes written."""
    size_bytes: int = Field(ge=0)
    """Length of the bytes written."""
    executable: bool = False
    """Whether the file may be run."""


class Recipient(Record):
    """Somebody who gets to see the training rows."""

    name: str
    """Name of the company or machine."""
    receives: str
    """What of the data, in words."""
    where: str
    """Address or region as far as it is known."""


class EvaluationPlan(Record):
    """How it will be decided whether the tuned model is better."""

    held_out_rows: int = Field(ge=0)
    """Rows that training never sees."""
    arms: tuple[str, ...]
    """What is compared on the same rows."""
    measures: tuple[str, ...]
    """What is measured on each answer."""
    accept_when: str
    """The criterion, fixed before training."""
    smallest_difference: float | None = None
    """Share of rows that must change sides before a paired test at 5% can see it."""


class TrainingPlan(Record):
    """All that would happen, before anything does."""

    spec: TrainingSpec
    """What was asked for."""
    backend: str
    """Who would do it."""
    files: tuple[PlannedFile, ...]
    """What the bundle holds besides the manifest."""
    config: str
    """The main configuration as text, empty where the backend takes parameters by API."""
    config_path: str
    """Path of `config` in the bundle; empty if it is not a file there."""
    commands: tuple[str, ...]
    """What a person types in the bundle to run it."""
    requirements: tuple[str, ...]
    """Exact pins of the packages that the run needs."""
    train_rows: int = Field(ge=0)
    """Rows to train on."""
    train_tokens: Span
    """Tokens of one epoch after truncation."""
    cost: Span | None
    """In US dollars, training only; null where no price is known."""
    duration: Span | None
    """In seconds, with set-up; null where nobody says."""
    memory: Span | None
    """Per device in GiB; none where the vendor's hardware is not ours to size."""
    recipients: tuple[Recipient, ...]
    """Who receives the data; empty means that it stays on the machine that runs the bundle."""
    evaluation: EvaluationPlan
    """How the result will be judged."""
    warnings: tuple[str, ...] = ()
    """What the reader should know first."""
    assumptions: tuple[str, ...] = ()
    """What the figures rest on, with sources."""

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON: equal plans have equal hashes."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class JobEvent(Record):
    """Something that happened to a job."""

    at: datetime
    """When, by the clock of whoever recorded it."""
    kind: Literal["state", "log", "metric", "checkpoint", "error"]
    """What sort of event."""
    message: str
    """One line for a person."""
    values: dict[str, float | int | str | None] = Field(default_factory=dict)
    """Machine-readable part: `step`, `loss`, `eval_loss`, `tokens_per_second`, `memory_gib`…"""
    provider_id: str | None = None
    """The provider's id of the event, so that it is recorded once."""


class Artefact(Record):
    """Something the job made."""

    kind: Literal["adapter", "merged", "checkpoint", "gguf", "log", "model-card", "metrics", "hosted-model"]
    """What it is."""
    location: str
    """Path relative to the job's folder, or the provider's name for it."""
    sha256: str | None
    """Of the file or of the sorted list of the folder's hashes; none for what we cannot read."""
    size_bytes: int | None = None
    """Length, where it is a file of ours."""


class Job(Record):
    """One attempt to carry out a plan; saved before anything starts, not tied to a process."""

    id: str
    """Id of the job, given by this program."""
    backend: str
    """Name of the backend that runs it."""
    state: JobState
    """State of the job when last seen."""
    plan_sha256: str
    """Which plan it carries out."""
    idempotency_key: str
    """Sent with everything that costs money, so that a repeat is not a second job."""
    provider_id: str | None = None
    """The provider's id, or the process id of a local run; none until it has answered."""
    base_model: str
    """As in the spec."""
    tuned_model: str | None = None
    """What to ask for when using the result."""
    created_at: datetime
    """When it was saved first, by the caller's clock."""
    updated_at: datetime
    """When it changed last, by the caller's clock."""
    options: dict[str, Option] = Field(default_factory=dict)
    """What a later process needs to find it again (`base_url`, `region`, uploaded file ids); never a key."""
    events: tuple[JobEvent, ...] = ()
    """What happened, oldest first."""
    artefacts: tuple[Artefact, ...] = ()
    """Files that the job produced."""
    error: str | None = None
    """Why it failed, for a person."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a backend is given beside the job: where to work, what time it is, and how to save progress."""

    folder: Path
    """The job's own folder; the bundle lies in `folder / "bundle"`."""
    now: Callable[[], datetime]
    """The caller's clock, with a time zone."""
    save: Callable[[Job], None]
    """Makes a state durable; called before and after every step that cannot be repeated for free."""


def idempotency_key(plan: TrainingPlan, job_id: str) -> str:
    """Name one attempt at one plan: the same job repeats the key, another attempt has another."""
    return hashlib.sha256(f"{plan.sha256}:{job_id}".encode()).hexdigest()[:32]
