"""What the bundle-writing backends share: names, targets, YAML, and a submit that says who starts the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from advisor.catalog import load_catalog
from advisor.catalog.open_models import OpenModel, find_model
from advisor.errors import AdvisorError, did_you_mean
from advisor.train.plan import PlanParts, compose
from advisor.train.records import Job, JobContext, Objective, TrainingPlan, TrainingSpec
from advisor.train.size.adapters import make_adapter, target_modules
from advisor.train.size.architecture import architecture_of, read_architecture

DEEPSPEED_FILE = "deepspeed.json"


@dataclass(frozen=True, slots=True)
class BundleBackend:
    """A program that somebody starts with the bundle in hand."""

    name: str
    parts: Callable[[TrainingSpec], PlanParts]
    objectives: tuple[Objective, ...] = ("sft",)

    def plan(self, spec: TrainingSpec) -> TrainingPlan:
        """Write the program's configuration and everything around it into a plan."""
        check_objective(spec, self.objectives)
        return compose(spec, self.parts(spec))

    def submit(self, plan: TrainingPlan, job: Job, context: JobContext) -> Job:
        """Refuse: nothing here can start it."""
        del job, context
        raise AdvisorError(
            f"a {self.name} bundle is started by hand, on the machine that has the GPU",
            place="backend",
            remedy="Copy the bundle there and run: " + " && ".join(plan.commands) + ".",
        )

    def refresh(self, job: Job, context: JobContext) -> Job:
        """Give the job back: its run is not ours to see."""
        del context
        return job

    def cancel(self, job: Job, context: JobContext) -> Job:
        """Mark the job cancelled; a run elsewhere is stopped where it runs."""
        if job.ended:
            return job
        return job.model_copy(update={"state": "cancelled", "updated_at": context.now()})


ELSEWHERE: dict[Objective, str] = {
    "rft": "Reinforcement needs a program that grades answers: write it as a reward function for `trl grpo`.",
    "distillation": "Have the stronger model answer your prompts, keep the good answers, and use --objective sft.",
}
"""What to do for objectives that no bundle carries out."""


def check_objective(spec: TrainingSpec, objectives: tuple[Objective, ...]) -> None:
    """Refuse an objective that the backend's bundles do not carry out."""
    if spec.objective not in objectives:
        raise AdvisorError(
            f"{spec.backend} bundles do {', '.join(objectives)}, not {spec.objective}",
            place="objective",
            remedy=ELSEWHERE.get(spec.objective, "The trl backend does sft, dpo, kto and cpt."),
        )


def open_model(spec: TrainingSpec) -> OpenModel | None:
    """Find the base model in the catalog; None for a local directory or an unknown name."""
    if Path(spec.base_model).expanduser().is_dir():
        return None
    try:
        return find_model(load_catalog().models, spec.base_model)
    except AdvisorError:
        return None


def model_name(spec: TrainingSpec) -> str:
    """Give the name under which a program fetches the base model, or the path where it lies."""
    folder = Path(spec.base_model).expanduser()
    if folder.is_dir():
        return str(folder.absolute())
    found = open_model(spec)
    if found is None or "/" in spec.base_model:
        return spec.base_model
    wanted = spec.base_model.lower()
    named = [name for name in (found.name, *found.also) if name.rpartition("/")[2].lower() == wanted]
    return named[0] if named else found.name


def modules(spec: TrainingSpec) -> list[str]:
    """Name the modules that get adapters, where not all linear layers do."""
    found = open_model(spec)
    folder = Path(spec.base_model).expanduser()
    if found is None and not folder.is_dir():
        return list(spec.targets)
    architecture = architecture_of(found.config, place=found.name) if found else read_architecture(folder)
    return target_modules(make_adapter(architecture, spec.targets, spec.rank))


def all_linear(spec: TrainingSpec) -> bool:
    """Whether every linear layer gets an adapter."""
    return spec.targets == ("all-linear",)


def choice(spec: TrainingSpec, words: Mapping[str, str], *, program: str) -> str:
    """Translate the optimizer into a program's word."""
    if spec.optimizer not in words:
        raise AdvisorError(
            f"{program} has no optimizer '{spec.optimizer}'",
            place="optimizer",
            remedy=did_you_mean(spec.optimizer, words),
        )
    return words[spec.optimizer]


HF_OPTIMIZERS = {
    "adamw": "adamw_torch_fused",
    "adamw-8bit": "adamw_bnb_8bit",
    "paged-adamw": "paged_adamw_32bit",
    "paged-adamw-8bit": "paged_adamw_8bit",
    "adafactor": "adafactor",
    "lion-8bit": "lion_8bit",
    "sgd": "sgd",
}
"""Words of the transformers Trainer."""


def yaml_text(values: Mapping[str, Any], *, head: str = "") -> str:
    """Write a configuration in the order given."""
    text = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, default_flow_style=False)
    return f"# {head}\n{text}" if head else text


def deepspeed_stage(spec: TrainingSpec) -> int | None:
    """Give the ZeRO stage asked for, if any."""
    return {"zero2": 2, "zero3": 3}.get(str(spec.options.get("sharding")))


def deepspeed_config(stage: int) -> dict[str, Any]:
    """Give DeepSpeed's settings; `auto` lets the Trainer fill in its own."""
    return {
        "zero_optimization": {"stage": stage, "overlap_comm": True, "contiguous_gradients": True},
        "bf16": {"enabled": "auto"},
        "gradient_accumulation_steps": "auto",
        "gradient_clipping": "auto",
        "train_batch_size": "auto",
        "train_micro_batch_size_per_gpu": "auto",
    }


def script(*lines: str) -> str:
    """Write a shell script that stops at the first failure and works from any directory."""
    return "\n".join(("#!/bin/sh", "set -eu", 'cd "$(dirname "$0")"', *lines)) + "\n"
