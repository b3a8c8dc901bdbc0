"""TRL 1.16's own command line: the configuration and command of bundles that it carries out."""

from __future__ import annotations

from typing import Any

from advisor.catalog import Catalog
from advisor.train.backends.bundle_backend import HF_OPTIMIZERS, all_linear, choice
from advisor.train.base_model import modules
from advisor.train.records import Objective, TrainingSpec

REQUIREMENTS = (
    "trl[peft,quantization]==1.16.0",
    "transformers==5.23.0",
    "peft==0.21.2",
    "accelerate==1.15.0",
    "bitsandbytes==0.50.2",
)
ACCELERATE = {"none": "single_gpu", "ddp": "multi_gpu", "fsdp": "fsdp2", "zero2": "zero2", "zero3": "zero3"}
TRAINERS: dict[Objective, str] = {"sft": "sft", "dpo": "dpo", "kto": "kto", "cpt": "sft"}
"""TRL's command for each objective; plain text is tuned by the supervised trainer."""


def config(  # noqa: PLR0913 - keyword-only beyond the first two
    spec: TrainingSpec,
    catalog: Catalog,
    *,
    model: str,
    on_gpu: bool,
    template: str | None = None,
    completions: bool = False,
) -> dict[str, Any]:
    """Return the configuration of one run; what TRL's defaults would get wrong is always written.

    TRL drops keys that it does not know in silence, and each of its trainers knows others.
    """
    return {
        "model_name_or_path": model,
        "dtype": "bfloat16" if on_gpu else "float32",
        "attn_implementation": "sdpa",
        **_adapter(spec, catalog),
        # A folder, whose files `train` and `eval` become the two splits; `datasets` would load only one.
        "dataset_name": "./data",
        "max_length": spec.seq_len,
        **_objective(spec, template, completions=completions),
        "per_device_train_batch_size": spec.micro_batch,
        "per_device_eval_batch_size": spec.micro_batch,
        "gradient_accumulation_steps": spec.gradient_accumulation,
        "gradient_checkpointing": spec.checkpointing,
        "num_train_epochs": spec.epochs,
        "learning_rate": spec.learning_rate,
        "lr_scheduler_type": spec.scheduler,
        # A fraction below 1 is a share of the steps; `warmup_ratio` no longer exists.
        "warmup_steps": spec.warmup_ratio,
        "bf16": on_gpu,
        "use_cpu": not on_gpu,
        "optim": choice(spec, HF_OPTIMIZERS, program="TRL"),
        **_held_out(spec),
        "save_strategy": "epoch",
        "save_total_limit": 3,
        "logging_steps": 1,
        "seed": spec.seed,
        "report_to": "none",
        "output_dir": "out",
    }


def command(spec: TrainingSpec) -> str:
    """Return the command that starts `config.yaml` on `n_gpus` devices."""
    sharding = str(spec.options.get("sharding") or ("ddp" if spec.n_gpus > 1 else "none"))
    return f"trl {TRAINERS[spec.objective]} --config config.yaml --accelerate_config {ACCELERATE[sharding]}"


def _objective(spec: TrainingSpec, template: str | None, *, completions: bool) -> dict[str, Any]:
    if spec.objective in ("dpo", "kto"):
        return {"beta": 0.1}
    if spec.objective == "cpt":
        # Text runs on from row to row, so that no token is padding.
        return {"dataset_text_field": "text", "packing": True, "packing_strategy": "wrapped"}
    return {
        **({"chat_template_path": template} if template else {}),
        "packing": spec.packing,
        # Rows of prompt and completion say themselves what is learned.
        "assistant_only_loss": spec.assistant_only and not completions,
    }


def _held_out(spec: TrainingSpec) -> dict[str, Any]:
    if spec.eval_path is None and spec.eval_share == 0:
        return {"eval_strategy": "no"}
    return {
        "dataset_test_split": "test",
        "eval_strategy": "epoch",
        "load_best_model_at_end": True,
        "metric_for_best_model": "eval_loss",
        "greater_is_better": False,
    }


def _adapter(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    if spec.method == "full":
        return {"use_peft": False}
    quantised = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "use_bnb_nested_quant": True}
    return {
        "use_peft": True,
        "lora_r": spec.rank,
        "lora_alpha": spec.alpha,
        "lora_dropout": spec.dropout,
        "lora_target_modules": ["all-linear"] if all_linear(spec) else modules(spec, catalog),
        "lora_task_type": "CAUSAL_LM",
        **({"use_dora": True} if spec.method == "dora" else {}),
        **(quantised if spec.method == "qlora" else {}),
    }
