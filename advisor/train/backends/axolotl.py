"""Axolotl 0.19: one YAML file. Its parser takes unknown keys in silence, so ours are checked against its schema."""

from __future__ import annotations

import json
from typing import Any

from advisor.catalog import Catalog
from advisor.train.backends.bundle_backend import (
    DEEPSPEED_FILE,
    HF_OPTIMIZERS,
    BundleBackend,
    all_linear,
    choice,
    deepspeed_config,
    deepspeed_stage,
    script,
    yaml_text,
)
from advisor.train.base_model import model_name, modules
from advisor.train.contract import PlanInputs
from advisor.train.plan_parts import EVAL_FILE, TRAIN_FILE, PlanParts, local_recipient
from advisor.train.records import TrainingSpec
from advisor.train.row_shapes import Carries

REQUIREMENTS = ("axolotl==0.19.0", "torch==2.13.0", "transformers==5.16.1", "trl==1.9.0", "peft==0.20.0")

CARRIES = Carries(reasoning=True, weight="train", weight_values=(False, True))


def parts(spec: TrainingSpec, given: PlanInputs) -> PlanParts:
    """Write `config.yaml` and the launch script."""
    stage = deepspeed_stage(spec)
    files = {"launch.sh": script("axolotl preprocess config.yaml", "axolotl train config.yaml")}
    if stage:
        files[DEEPSPEED_FILE] = json.dumps(deepspeed_config(stage), indent=2) + "\n"
    return PlanParts(
        config=yaml_text(config(spec, given.catalog, weighed=given.rows.traits.with_weights > 0)),
        config_path="config.yaml",
        files=files,
        commands=("pip install -r requirements.txt", "sh launch.sh"),
        requirements=REQUIREMENTS,
        carries=CARRIES,
        recipients=(local_recipient("the machine that runs launch.sh"),),
    )


def config(spec: TrainingSpec, catalog: Catalog, *, weighed: bool = False) -> dict[str, Any]:
    """Return the configuration as Axolotl's schema names it."""
    return {
        "base_model": model_name(spec, catalog),
        "datasets": [_dataset(TRAIN_FILE, weighed=weighed)],
        **_evaluation(spec, weighed=weighed),
        "output_dir": "out",
        "sequence_len": spec.seq_len,
        "sample_packing": spec.packing,
        **_adapter(spec, catalog),
        "micro_batch_size": spec.micro_batch,
        "gradient_accumulation_steps": spec.gradient_accumulation,
        "num_epochs": spec.epochs,
        "optimizer": choice(spec, HF_OPTIMIZERS, program="Axolotl"),
        "lr_scheduler": spec.scheduler,
        "learning_rate": spec.learning_rate,
        "warmup_ratio": spec.warmup_ratio,
        "bf16": "auto",
        "train_on_inputs": not spec.assistant_only,
        "gradient_checkpointing": spec.checkpointing,
        # The name that works without a compiled package; `flash_attention: true` conflicts with this key.
        "attn_implementation": "sdpa" if not spec.packing else "flash_attention_2",
        "logging_steps": 10,
        "saves_per_epoch": 1,
        "seed": spec.seed,
        **({"deepspeed": DEEPSPEED_FILE} if deepspeed_stage(spec) else {}),
    }


def _dataset(path: str, *, weighed: bool) -> dict[str, Any]:
    known = {"path": path, "ds_type": "json", "type": "chat_template", "field_messages": "messages"}
    # Only where a row says so: turns without the field are learned by their role.
    return known | ({"message_field_training": CARRIES.weight} if weighed else {})


def _evaluation(spec: TrainingSpec, *, weighed: bool) -> dict[str, Any]:
    if spec.eval_path is None and spec.eval_share == 0:
        return {"val_set_size": 0.0}
    return {
        "test_datasets": [{**_dataset(EVAL_FILE, weighed=weighed), "split": "train"}],
        "evals_per_epoch": 1,
    }


def _adapter(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    if spec.method == "full":
        return {}
    targets: dict[str, Any] = (
        {"lora_target_linear": True} if all_linear(spec) else {"lora_target_modules": modules(spec, catalog)}
    )
    return {
        "adapter": "qlora" if spec.method == "qlora" else "lora",
        **({"load_in_4bit": True} if spec.method == "qlora" else {}),
        "lora_r": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        **targets,
        **({"peft_use_dora": True} if spec.method == "dora" else {}),
    }


BACKEND = BundleBackend("axolotl", parts)
