"""The table of training backends and the contract that each fulfils; a backend is imported when first named."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Literal, Protocol

from advisor.errors import AdvisorError, did_you_mean
from advisor.train.records import Job, JobContext, TrainingPlan, TrainingSpec


class Backend(Protocol):
    """What every backend can do. Only `submit` may spend money or send data."""

    name: str

    def plan(self, spec: TrainingSpec) -> TrainingPlan:
        """Say what would be written, run, paid, sent and needed; without side effects or network."""

    def submit(self, plan: TrainingPlan, job: Job, context: JobContext) -> Job:
        """Start the saved `job`, saving after each step, or find the run that an earlier try started."""

    def refresh(self, job: Job, context: JobContext) -> Job:
        """Ask how the job stands; never starts anything."""

    def cancel(self, job: Job, context: JobContext) -> Job:
        """Stop the job; stopping an ended job changes nothing."""


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """One line of the table."""

    name: str
    """What a person types."""
    title: str
    """What a person reads."""
    kind: Literal["local", "bundle", "hosted"]
    """`local` trains here, `bundle` writes files for another machine, `hosted` calls a service."""
    module: str
    """Module under `advisor.train.backends`; its `BACKEND` fulfils the contract."""
    extra: str | None = None
    """The extra that installs what `submit` needs."""


def _entry(
    name: str, title: str, kind: Literal["local", "bundle", "hosted"], *, extra: str | None = None
) -> BackendEntry:
    return BackendEntry(name, title, kind, name.replace("-", "_"), extra)


BACKENDS: dict[str, BackendEntry] = {
    entry.name: entry
    for entry in (
        _entry("trl", "TRL + PEFT on this machine", "local", extra="train"),
        _entry("ray", "TRL under Ray Train", "local", extra="ray"),
        _entry("axolotl", "Axolotl", "bundle"),
        _entry("llamafactory", "LLaMA-Factory", "bundle"),
        _entry("unsloth", "Unsloth", "bundle"),
        _entry("ms-swift", "ms-swift", "bundle"),
        _entry("mlx-lm", "MLX-LM on Apple silicon", "bundle"),
        _entry("skypilot", "SkyPilot on any cloud or cluster", "bundle"),
        _entry("together", "Together", "hosted", extra="hosted"),
        _entry("fireworks", "Fireworks", "hosted", extra="hosted"),
        _entry("azure", "Azure / Microsoft Foundry", "hosted", extra="hosted"),
        _entry("openai", "OpenAI", "hosted", extra="hosted"),
        _entry("openai-compatible", "Any service with OpenAI's fine_tuning.jobs", "hosted", extra="hosted"),
        _entry("bedrock", "Amazon Bedrock", "hosted", extra="bedrock"),
        _entry("vertex", "Google Vertex AI", "hosted", extra="hosted"),
    )
}


def entry(name: str) -> BackendEntry:
    """Find a backend's line in the table without importing it."""
    if name not in BACKENDS:
        raise AdvisorError(
            f"there is no training backend '{name}'", place="backend", remedy=did_you_mean(name, BACKENDS)
        )
    return BACKENDS[name]


def load_backend(name: str) -> Backend:
    """Import the backend `name` and give its object."""
    module = importlib.import_module(f"advisor.train.backends.{entry(name).module}")
    backend: Backend = module.BACKEND
    return backend
