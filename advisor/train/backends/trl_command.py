"""TRL 1.16's own command line: the configuration that a bundle for other machines carries."""

from __future__ import annotations

from typing import Any

from advisor.errors import AdvisorError
from advisor.train.backends.bundle_backend import HF_OPTIMIZERS, all_linear, choice, model_name, modules
from advisor.train.plan import EVAL_FILE, TRAIN_FILE
from advisor.train.records import TrainingSpec

REQUIREMENTS = (
    "trl[peft,quantization]==1.16.0",
    "transformers==5.23.0",
    "peft==0.21.2",
    "accelerate==1.15.0",
    "bitsandbytes==0.50.2",
)
ACCELERATE = {"none": "single_gpu", "ddp": "multi_gpu", "fsdp": "fsdp2", "zero2": "zero2", "zero3": "zero3"}


def config(spec: TrainingSpec) -> dict[str, Any]:
    """Give the configuration for `trl sft` or `trl dpo`."""
    held_out = spec.eval_path is not None or spec.eval_share > 0
    files = {"train": TRAIN_FILE, **({"test": EVAL_FILE} if held_out else {})}
    return {
        "model_name_or_path": model_name(spec),
        "dtype": "bfloat16",
        "attn_implementation": "sdpa",
        **_adapter(spec),
        "datasets": [{"path": "json", "data_files": files, "split": "train"}],
        **({"test_split_size": None} if held_out else {}),
        "max_length": spec.seq_len,
        "packing": spec.packing,
        **({"assistant_only_loss": spec.assistant_only} if spec.objective == "sft" else {}),
        "per_device_train_batch_size": spec.micro_batch,
        "gradient_accumulation_steps": spec.gradient_accumulation,
        "gradient_checkpointing": spec.checkpointing,
        "num_train_epochs": spec.epochs,
        "learning_rate": spec.learning_rate,
        "lr_scheduler_type": spec.scheduler,
        # A fraction below 1 is a share of the steps; `warmup_ratio` no longer exists.
        "warmup_steps": spec.warmup_ratio,
        "bf16": True,
        "optim": choice(spec, HF_OPTIMIZERS, program="TRL"),
        "save_strategy": "epoch",
        "logging_steps": 10,
        "seed": spec.seed,
        "report_to": "none",
        "output_dir": "out",
    }


def command(spec: TrainingSpec) -> str:
    """Give the command that starts the configuration on `n_gpus` devices."""
    if spec.objective not in ("sft", "dpo"):
        raise AdvisorError(
            f"the TRL bundle does sft and dpo, not {spec.objective}",
            place="objective",
            remedy="Use one of the two.",
        )
    sharding = str(spec.options.get("sharding") or ("ddp" if spec.n_gpus > 1 else "none"))
    return f"trl {spec.objective} --config config.yaml --accelerate_config {ACCELERATE[sharding]}"


def _adapter(spec: TrainingSpec) -> dict[str, Any]:
    if spec.method == "full":
        return {}
    quantised = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "use_bnb_nested_quant": True}
    return {
        "use_peft": True,
        "lora_r": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        "lora_target_modules": ["all-linear"] if all_linear(spec) else modules(spec),
        "lora_task_type": "CAUSAL_LM",
        **({"use_dora": True} if spec.method == "dora" else {}),
        **(quantised if spec.method == "qlora" else {}),
    }
