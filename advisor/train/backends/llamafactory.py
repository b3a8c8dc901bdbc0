"""LLaMA-Factory 0.9.5: one YAML file and a register of datasets; it refuses unknown keys but not unknown templates."""

from __future__ import annotations

import json
from typing import Any

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
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
from advisor.train.base_model import model_name, modules, open_model
from advisor.train.contract import PlanInputs
from advisor.train.plan_parts import PlanParts, local_recipient
from advisor.train.records import TrainingSpec
from advisor.train.row_shapes import Carries

REQUIREMENTS = (
    "llamafactory==0.9.5",
    "transformers==5.6.0",
    "trl==0.24.0",
    "peft==0.18.1",
    "bitsandbytes==0.49.0",
)
TEMPLATES = {
    "deepseek-distil": "deepseekr1",
    "gemma": "gemma",
    "gemma-2": "gemma2",
    "gemma-3": "gemma3",
    "gpt-oss": "gpt_oss",
    "llama-2": "llama2",
    "llama-3": "llama3",
    "mistral": "mistral",
    "mixtral": "mistral",
    "phi": "default",
    "phi-3": "phi",
    "phi-4": "phi4",
    "qwen-1": "qwen",
    "qwen-1.5": "qwen",
    "qwen-2.5": "qwen",
    "qwen-3": "qwen3_nothink",
    "smollm2": "smollm",
}
"""Chat template by model family."""


def parts(spec: TrainingSpec, given: PlanInputs) -> PlanParts:
    """Write `config.yaml`, `data/dataset_info.json` and the launch script."""
    stage = deepspeed_stage(spec)
    files = {
        "data/dataset_info.json": json.dumps(dataset_info(spec), indent=2) + "\n",
        "launch.sh": script("llamafactory-cli train config.yaml"),
    }
    if stage:
        files[DEEPSPEED_FILE] = json.dumps(deepspeed_config(stage), indent=2) + "\n"
    return PlanParts(
        config=yaml_text(config(spec, given.catalog)),
        config_path="config.yaml",
        files=files,
        commands=("pip install -r requirements.txt", "sh launch.sh"),
        requirements=REQUIREMENTS,
        carries=Carries(tools=False),
        recipients=(local_recipient("the machine that runs launch.sh"),),
        shape="messages",
        preference_shape="sharegpt-preference",
    )


def config(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    """Return the configuration as LLaMA-Factory's arguments are named."""
    held_out = spec.eval_path is not None or spec.eval_share > 0
    return {
        "model_name_or_path": model_name(spec, catalog),
        "trust_remote_code": False,
        **_quantisation(spec),
        "stage": spec.objective,
        "do_train": True,
        **_adapter(spec, catalog),
        **({"pref_beta": 0.1, "pref_loss": "sigmoid"} if spec.objective == "dpo" else {}),
        "dataset_dir": "data",
        "dataset": "train",
        **({"eval_dataset": "eval", "eval_strategy": "epoch"} if held_out else {}),
        "template": template(spec, catalog),
        "cutoff_len": spec.seq_len,
        "packing": spec.packing,
        "train_on_prompt": not spec.assistant_only,
        "output_dir": "out",
        "logging_steps": 10,
        "save_strategy": "epoch",
        "per_device_train_batch_size": spec.micro_batch,
        "per_device_eval_batch_size": spec.micro_batch,
        "gradient_accumulation_steps": spec.gradient_accumulation,
        "learning_rate": spec.learning_rate,
        "num_train_epochs": spec.epochs,
        "lr_scheduler_type": spec.scheduler,
        "warmup_ratio": spec.warmup_ratio,
        "bf16": True,
        "disable_gradient_checkpointing": not spec.checkpointing,
        "optim": choice(spec, HF_OPTIMIZERS, program="LLaMA-Factory"),
        "seed": spec.seed,
        "report_to": "none",
        **({"deepspeed": DEEPSPEED_FILE} if deepspeed_stage(spec) else {}),
    }


def dataset_info(spec: TrainingSpec) -> dict[str, Any]:
    """Register both files; role names are those of OpenAI's format."""
    columns = {"messages": "messages"}
    if spec.objective == "dpo":
        columns |= {"chosen": "chosen", "rejected": "rejected"}
    entry: dict[str, Any] = {
        "formatting": "sharegpt",
        **({"ranking": True} if spec.objective == "dpo" else {}),
        "columns": columns,
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    }
    return {name: {"file_name": f"{name}.jsonl", **entry} for name in ("train", "eval")}


def template(spec: TrainingSpec, catalog: Catalog) -> str:
    """Choose the chat template; an unknown one would be trained on without a word."""
    named = spec.options.get("template")
    if named:
        return str(named)
    found = open_model(spec, catalog)
    if found is None or found.family not in TEMPLATES:
        raise AdvisorError(
            f"no chat template of LLaMA-Factory is known for '{spec.base_model}'",
            place="options.template",
            remedy="Name it with --option template=NAME; its README lists them.",
        )
    return TEMPLATES[found.family]


def _quantisation(spec: TrainingSpec) -> dict[str, Any]:
    if spec.method != "qlora":
        return {}
    return {
        "quantization_bit": 4,
        "quantization_method": "bnb",
        "quantization_type": "nf4",
        "double_quantization": True,
    }


def _adapter(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    if spec.method == "full":
        # Without this the weights that train are turned to fp32, which takes twice the memory that was planned.
        return {"finetuning_type": "full", "pure_bf16": True}
    return {
        "finetuning_type": "lora",
        "lora_rank": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        "lora_target": "all" if all_linear(spec) else ",".join(modules(spec, catalog)),
        **({"use_dora": True} if spec.method == "dora" else {}),
    }


BACKEND = BundleBackend("llamafactory", parts, objectives=("sft", "dpo"))
