"""Unsloth 2026.10: its command line reads one YAML file with sections for data, training and adapter."""

from __future__ import annotations

from typing import Any

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.train.backends.bundle_backend import BundleBackend, script, yaml_text
from advisor.train.base_model import model_name, modules
from advisor.train.contract import PlanInputs
from advisor.train.plan_composing import steps_of
from advisor.train.plan_parts import EVAL_FILE, TRAIN_FILE, PlanParts, local_recipient
from advisor.train.records import TrainingSpec
from advisor.train.row_shapes import Carries

REQUIREMENTS = ("unsloth==2026.10.9",)
LINEAR = "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj"


def parts(spec: TrainingSpec, given: PlanInputs) -> PlanParts:
    """Write `config.yaml` and the launch script."""
    _check(spec)
    return PlanParts(
        config=yaml_text(config(spec, given.catalog, steps_of(spec, given.train_count))),
        config_path="config.yaml",
        files={"launch.sh": script("unsloth train --config config.yaml")},
        commands=("pip install -r requirements.txt", "sh launch.sh"),
        requirements=REQUIREMENTS,
        carries=Carries(tools=False),
        recipients=(local_recipient("the machine that runs launch.sh"),),
        warnings=(
            f"Unsloth's command line takes no evaluation file; {EVAL_FILE} is for judging the result afterwards.",
            "Unsloth's command line chooses optimizer and schedule itself: 8-bit AdamW, linear decay.",
        ),
    )


def config(spec: TrainingSpec, catalog: Catalog, steps: int) -> dict[str, Any]:
    """Return the configuration as Unsloth's command line names it; its own default is 4 bits."""
    return {
        "model": model_name(spec, catalog),
        "data": {"local_dataset": [TRAIN_FILE], "format_type": "chatml"},
        "training": {
            "training_type": "full" if spec.method == "full" else "lora",
            "max_seq_length": spec.seq_len,
            "load_in_4bit": spec.method == "qlora",
            "output_dir": "out",
            "num_epochs": round(spec.epochs),
            "learning_rate": spec.learning_rate,
            "batch_size": spec.micro_batch,
            "gradient_accumulation_steps": spec.gradient_accumulation,
            "warmup_steps": round(steps * spec.warmup_ratio),
            "random_seed": spec.seed,
            "packing": spec.packing,
            "train_on_completions": spec.assistant_only,
            "gradient_checkpointing": "unsloth" if spec.checkpointing else "none",
        },
        **({"lora": _adapter(spec, catalog)} if spec.method != "full" else {}),
    }


def _adapter(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    named = modules(spec, catalog)
    return {
        "lora_r": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        "target_modules": LINEAR if named == ["all-linear"] else ",".join(named),
        "use_dora": spec.method == "dora",
    }


def _check(spec: TrainingSpec) -> None:
    if spec.epochs != round(spec.epochs):
        raise AdvisorError(
            f"Unsloth's command line trains whole epochs, not {spec.epochs:g}",
            place="epochs",
            remedy="Give a whole number.",
        )
    if spec.n_gpus > 1:
        raise AdvisorError(
            "Unsloth's command line uses one GPU",
            place="gpus",
            remedy="Use axolotl, llamafactory or skypilot.",
        )


BACKEND = BundleBackend("unsloth", parts)
