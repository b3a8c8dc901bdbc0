"""The bundle of a local run: a TRL configuration that its own command line accepts, beside Advisor's own trainer."""

from __future__ import annotations

from typing import Any

import yaml

from advisor.train.plan import EVAL_FILE, TRAIN_FILE, PlanParts, compose, local_recipient
from advisor.train.records import TrainingPlan, TrainingSpec
from advisor.train.trainer.chat_template import CHATML_TRAINING_TEMPLATE
from advisor.train.trainer.model_folder import PACKAGED_MODEL, is_packaged
from advisor.train.trainer.settings import OPTIMIZERS, TARGET_SETS

CONFIG = "trl.yaml"
TEMPLATE = "chat_template.jinja"
PINS = (
    "torch==2.13.0",
    "transformers==5.23.0",
    "trl==1.16.0",
    "peft==0.21.2",
    "datasets==5.2.0",
    "accelerate==1.15.0",
)
QLORA_PINS = ("bitsandbytes==0.50.2",)
HUB_NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"


def local_plan(spec: TrainingSpec, *, more_requirements: tuple[str, ...] = ()) -> TrainingPlan:
    """Make the plan of a run on this machine, or on any other that takes the bundle."""
    has_eval = spec.eval_path is not None or spec.eval_share > 0
    templated = is_packaged(spec.base_model)
    config = trl_config(spec, has_eval=has_eval, template=templated)
    files = {TEMPLATE: CHATML_TRAINING_TEMPLATE} if templated else {}
    parts = PlanParts(
        config=yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
        config_path=CONFIG,
        files=files
        | {"train.sh": f'#!/bin/sh\nset -e\ncd "$(dirname "$0")"\nexec trl sft --config {CONFIG}\n'},
        commands=(
            "advisor train submit .",
            "sh train.sh   # the same run without Advisor, in this bundle's environment",
        ),
        requirements=(*PINS, *(QLORA_PINS if spec.method == "qlora" else ()), *more_requirements),
        recipients=(local_recipient("the machine that runs the bundle"),),
        warnings=_warnings(spec),
    )
    return compose(spec, parts)


def trl_config(spec: TrainingSpec, *, has_eval: bool, template: bool) -> dict[str, Any]:
    """Spell a spec out for `trl sft --config`; what its defaults would get wrong is always written."""
    on_gpu = spec.gpu is not None
    config: dict[str, Any] = {
        "model_name_or_path": HUB_NAME if is_packaged(spec.base_model) else spec.base_model,
        "dtype": "bfloat16" if on_gpu else "float32",
        "attn_implementation": "sdpa",
        **_adapter(spec),
        "datasets": [{"path": "json", "data_files": TRAIN_FILE, "split": "train"}],
        **({"chat_template_path": TEMPLATE} if template else {}),
        "max_length": spec.seq_len,
        "packing": spec.packing,
        "assistant_only_loss": spec.assistant_only,
        "per_device_train_batch_size": spec.micro_batch,
        "per_device_eval_batch_size": spec.micro_batch,
        "gradient_accumulation_steps": spec.gradient_accumulation,
        "gradient_checkpointing": spec.checkpointing,
        "num_train_epochs": spec.epochs,
        "learning_rate": spec.learning_rate,
        "lr_scheduler_type": spec.scheduler,
        "warmup_steps": spec.warmup_ratio,  # below 1 it is a share of the steps
        "bf16": on_gpu,
        "use_cpu": not on_gpu,
        "optim": OPTIMIZERS.get(spec.optimizer, spec.optimizer),
        "eval_strategy": "no",
        "save_strategy": "epoch",
        "save_total_limit": 3,
        "logging_steps": 1,
        "seed": spec.seed,
        "report_to": "none",
        "output_dir": "out",
    }
    if has_eval:
        # the command line takes one dataset with two splits; the held-out rows are its "test"
        config["datasets"] = [{"path": "json", "data_files": {"train": TRAIN_FILE, "test": EVAL_FILE}}]
        config |= {"dataset_test_split": "test", "eval_strategy": "epoch", "load_best_model_at_end": True}
        config |= {"metric_for_best_model": "eval_loss", "greater_is_better": False}
    return config


def _adapter(spec: TrainingSpec) -> dict[str, Any]:
    if spec.method == "full":
        return {"use_peft": False}
    targets = [name for target in spec.targets for name in (TARGET_SETS.get(target) or (target,))]
    adapter: dict[str, Any] = {
        "use_peft": True,
        "lora_r": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        "lora_target_modules": targets,
        "lora_task_type": "CAUSAL_LM",
    }
    if spec.method == "dora":
        adapter["use_dora"] = True
    if spec.method == "qlora":
        adapter |= {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "use_bnb_nested_quant": True}
    return adapter


def _warnings(spec: TrainingSpec) -> tuple[str, ...]:
    said = []
    if spec.method == "qlora" and spec.gpu is None:
        said.append("QLoRA saves nothing on a CPU and takes about twice as long a token; use LoRA there.")
    if is_packaged(spec.base_model):
        said.append(f"{PACKAGED_MODEL} learns form and style; expect no new knowledge from it.")
    return tuple(said)
