"""What the bundle-writing backends share: names, targets, YAML, and a submit that says who starts the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from advisor.errors import AdvisorError, did_you_mean
from advisor.train.contract import PlanInputs
from advisor.train.plan_composing import compose
from advisor.train.plan_parts import PlanParts
from advisor.train.records import Job, JobContext, Objective, TrainingPlan, TrainingSpec

DEEPSPEED_FILE = "deepspeed.json"


@dataclass(frozen=True, slots=True)
class BundleBackend:
    """A program that somebody starts with the bundle in hand."""

    name: str
    parts: Callable[[TrainingSpec, PlanInputs], PlanParts]
    objectives: tuple[Objective, ...] = ("sft",)

    def plan(self, spec: TrainingSpec, given: PlanInputs) -> TrainingPlan:
        """Write the program's configuration and everything around it into a plan."""
        check_objective(spec, self.objectives)
        return compose(spec, self.parts(spec, given), given)

    def submit(self, plan: TrainingPlan, job: Job, context: JobContext) -> Job:
        """Refuse: nothing here can start it."""
        del job, context
        raise AdvisorError(
            f"a {self.name} bundle is started by hand, on the machine that has the GPU",
            place="backend",
            remedy="Copy the bundle there and run: " + " && ".join(plan.commands) + ".",
        )

    def refresh(self, job: Job, context: JobContext) -> Job:
        """Return the job back: its run is not ours to see."""
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


def all_linear(spec: TrainingSpec) -> bool:
    """Return whether every linear layer gets an adapter."""
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
    """Return the ZeRO stage asked for, if any."""
    return {"zero2": 2, "zero3": 3}.get(str(spec.options.get("sharding")))


def deepspeed_config(stage: int) -> dict[str, Any]:
    """Return DeepSpeed's settings; `auto` lets the Trainer fill in its own."""
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
