"""ms-swift 4.6: a command with flags."""

from __future__ import annotations

import shlex
from typing import Any

from advisor.catalog import Catalog
from advisor.train.backends.bundle_backend import (
    HF_OPTIMIZERS,
    BundleBackend,
    all_linear,
    choice,
    deepspeed_stage,
    script,
)
from advisor.train.base_model import model_name, modules
from advisor.train.contract import PlanInputs
from advisor.train.plan_parts import EVAL_FILE, TRAIN_FILE, PlanParts, local_recipient
from advisor.train.records import TrainingSpec
from advisor.train.row_shapes import Carries

REQUIREMENTS = ("ms-swift==4.6.0", "bitsandbytes==0.49.0")


def parts(spec: TrainingSpec, given: PlanInputs) -> PlanParts:
    """Write the launch script, which is the configuration."""
    flags = [
        part for name, value in config(spec, given.catalog).items() for part in (f"--{name}", *_words(value))
    ]
    devices = f"NPROC_PER_NODE={spec.n_gpus} " if spec.n_gpus > 1 else ""
    command = f"{devices}swift sft {shlex.join(flags)}"
    return PlanParts(
        config=script(command),
        config_path="launch.sh",
        # Models come from Hugging Face here, not from ModelScope.
        commands=("pip install -r requirements.txt", "USE_HF=1 sh launch.sh"),
        requirements=REQUIREMENTS,
        carries=Carries(tools=False, weight="loss", weight_values=(False, True)),
        recipients=(local_recipient("the machine that runs launch.sh"),),
    )


def config(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    """Return the flags as ms-swift's arguments are named."""
    held_out = spec.eval_path is not None or spec.eval_share > 0
    return {
        "model": model_name(spec, catalog),
        "dataset": [TRAIN_FILE],
        **({"val_dataset": [EVAL_FILE], "eval_strategy": "epoch"} if held_out else {}),
        **_adapter(spec, catalog),
        **_quantisation(spec),
        "torch_dtype": "bfloat16",
        "max_length": spec.seq_len,
        "packing": spec.packing,
        "num_train_epochs": spec.epochs,
        "per_device_train_batch_size": spec.micro_batch,
        "per_device_eval_batch_size": spec.micro_batch,
        "gradient_accumulation_steps": spec.gradient_accumulation,
        "gradient_checkpointing": spec.checkpointing,
        "learning_rate": spec.learning_rate,
        "lr_scheduler_type": spec.scheduler,
        "warmup_ratio": spec.warmup_ratio,
        "optim": choice(spec, HF_OPTIMIZERS, program="ms-swift"),
        "loss_scale": "default" if spec.assistant_only else "all",
        "save_strategy": "epoch",
        "logging_steps": 10,
        "seed": spec.seed,
        "output_dir": "out",
        "report_to": "none",
        **({"deepspeed": str(spec.options["sharding"])} if deepspeed_stage(spec) else {}),
    }


def _adapter(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    if spec.method == "full":
        return {"tuner_type": "full"}
    return {
        "tuner_type": "lora",
        "lora_rank": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        "target_modules": ["all-linear"] if all_linear(spec) else modules(spec, catalog),
        **({"use_dora": True} if spec.method == "dora" else {}),
    }


def _quantisation(spec: TrainingSpec) -> dict[str, Any]:
    if spec.method != "qlora":
        return {}
    return {
        "quant_method": "bnb",
        "quant_bits": 4,
        "bnb_4bit_compute_dtype": "bfloat16",
        "bnb_4bit_quant_type": "nf4",
        "bnb_4bit_use_double_quant": True,
    }


def _words(value: Any) -> list[str]:
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


BACKEND = BundleBackend("ms-swift", parts)
