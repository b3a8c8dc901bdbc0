"""The table of training backends: ours, and those that other packages register; a backend is imported when first named."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Literal

from advisor.errors import AdvisorError, did_you_mean
from advisor.train.contract import Backend, BackendEntry, PlanInputs

__all__ = ["BACKENDS", "GROUP", "Backend", "BackendEntry", "PlanInputs", "entry", "load_backend"]

GROUP = "advisor.backends"
"""Entry points of this group name a `BackendEntry` each."""
_FIGURES = {"sharding", "loss_kernel"}
_TRAINER = {
    "last_layers",
    "max_steps",
    "eval_every_steps",
    "patience",
    "merge",
    "threads",
    "precision",
    "workers",
}
_OPENAI = {"learning_rate_multiplier", "suffix", "tuning_route"}


def _ours(  # noqa: PLR0913 - keyword-only beyond the options
    name: str,
    title: str,
    kind: Literal["local", "bundle", "hosted"],
    *options: str,
    extra: str | None = None,
    default_model: str | None = None,
    own_models: bool = False,
) -> BackendEntry:
    module = f"advisor.train.backends.{name.replace('-', '_')}"
    known = frozenset({*options, *(_FIGURES if kind != "hosted" else {"tuning_route"})})
    return BackendEntry(name, title, kind, module, extra, known, default_model, own_models)


_OURS = (
    _ours(
        "trl", "TRL + PEFT on this machine", "local", *_TRAINER, extra="train", default_model="smollm2-135m"
    ),
    _ours("ray", "TRL under Ray Train", "local", *_TRAINER, extra="ray", default_model="smollm2-135m"),
    _ours("axolotl", "Axolotl", "bundle"),
    _ours("llamafactory", "LLaMA-Factory", "bundle", "template"),
    _ours("unsloth", "Unsloth", "bundle"),
    _ours("ms-swift", "ms-swift", "bundle"),
    _ours("mlx-lm", "MLX-LM on Apple silicon", "bundle"),
    _ours("skypilot", "SkyPilot on any cloud or cluster", "bundle", "infra", "spot", "disk_gb", "nodes"),
    _ours("together", "Together", "hosted", "base_url", "suffix", extra="hosted"),
    _ours("fireworks", "Fireworks", "hosted", "base_url", "account", extra="hosted"),
    _ours("azure", "Azure / Microsoft Foundry", "hosted", *_OPENAI, "base_url", extra="hosted"),
    _ours("openai", "OpenAI", "hosted", *_OPENAI, extra="hosted", own_models=True),
    _ours(
        "openai-compatible",
        "Any service with OpenAI's fine_tuning.jobs",
        "hosted",
        *_OPENAI,
        *_TRAINER,
        "base_url",
        "extra_hyperparameters",
        extra="hosted",
    ),
    _ours(
        "bedrock",
        "Amazon Bedrock",
        "hosted",
        *("bucket", "role_arn", "region", "prefix", "batch_size", "endpoint_url"),
        extra="bedrock",
    ),
    _ours(
        "vertex",
        "Google Vertex AI",
        "hosted",
        *("bucket", "project", "location", "base_url", "storage_url", "learning_rate_multiplier"),
        extra="hosted",
        own_models=True,
    ),
)


def _others() -> Iterator[BackendEntry]:
    """Find the backends that other packages register; a name of ours stays ours."""
    for point in entry_points(group=GROUP):
        found = point.load()
        if not isinstance(found, BackendEntry):
            raise AdvisorError(
                f"the entry point '{point.name}' of the group {GROUP} is not a BackendEntry",
                place=point.value,
                remedy="Correct or remove the package that registers it.",
            )
        yield found


BACKENDS: dict[str, BackendEntry] = {}
BACKENDS |= {one.name: one for one in _OURS}
BACKENDS |= {one.name: one for one in _others() if one.name not in BACKENDS}


def entry(name: str) -> BackendEntry:
    """Find a backend's line in the table without importing it."""
    if name not in BACKENDS:
        raise AdvisorError(
            f"there is no training backend '{name}'", place="backend", remedy=did_you_mean(name, BACKENDS)
        )
    return BACKENDS[name]


def load_backend(name: str) -> Backend:
    """Import the backend `name` and return its object."""
    backend: Backend = importlib.import_module(entry(name).module).BACKEND
    return backend
