"""MLX-LM 0.32 on Apple silicon: one YAML file that counts iterations, not epochs."""

from __future__ import annotations

from typing import Any

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.train.backends.bundle_backend import (
    BundleBackend,
    all_linear,
    script,
    yaml_text,
)
from advisor.train.base_model import model_name, modules
from advisor.train.contract import PlanInputs
from advisor.train.plan_parts import PlanParts, local_recipient
from advisor.train.records import TrainingSpec

REQUIREMENTS = ("mlx-lm==0.32.2",)
QUANTISED = "base-4bit"
OPTIMIZERS = {"adamw": "adamw", "adafactor": "adafactor", "sgd": "sgd"}


def parts(spec: TrainingSpec, given: PlanInputs) -> PlanParts:
    """Write `config.yaml` and the launch script; QLoRA first turns the base model into 4 bits."""
    if spec.method == "dora" and not all_linear(spec):
        raise AdvisorError(
            "MLX-LM's DoRA takes all linear layers", place="targets", remedy="Leave --targets out."
        )
    lines = ["mlx_lm.lora --config config.yaml"]
    if spec.method == "qlora":
        lines.insert(
            0,
            f"test -d {QUANTISED} || mlx_lm.convert --hf-path {model_name(spec, given.catalog)} -q --mlx-path {QUANTISED}",
        )
    return PlanParts(
        config=yaml_text(config(spec, given.catalog, given.train_count)),
        config_path="config.yaml",
        files={"launch.sh": script(*lines)},
        commands=("pip install -r requirements.txt", "sh launch.sh"),
        requirements=REQUIREMENTS,
        recipients=(local_recipient("the Mac that runs launch.sh"),),
        eval_file="data/valid.jsonl",
        warnings=(
            "Memory and time are figured for CUDA cards; a Mac shares its memory with everything else.",
        ),
    )


def config(spec: TrainingSpec, catalog: Catalog, train_rows: int) -> dict[str, Any]:
    """Return the configuration as MLX-LM names it."""
    iterations = max(1, round(-(-train_rows // spec.micro_batch) * spec.epochs))
    warmup = round(iterations * spec.warmup_ratio)
    return {
        "model": QUANTISED if spec.method == "qlora" else model_name(spec, catalog),
        "train": True,
        "data": "data",
        "fine_tune_type": {"full": "full", "dora": "dora"}.get(spec.method, "lora"),
        "num_layers": -1,
        "batch_size": spec.micro_batch,
        "grad_accumulation_steps": spec.gradient_accumulation,
        "iters": iterations,
        "val_batches": -1,
        "steps_per_eval": max(1, round(iterations / max(spec.epochs, 1))),
        "steps_per_report": 10,
        "save_every": max(1, round(iterations / max(spec.epochs, 1))),
        "learning_rate": spec.learning_rate,
        **_schedule(spec, iterations, warmup),
        "optimizer": OPTIMIZERS.get(spec.optimizer, "adamw"),
        "max_seq_length": spec.seq_len,
        "grad_checkpoint": spec.checkpointing,
        "mask_prompt": spec.assistant_only,
        "seed": spec.seed,
        "adapter_path": "out",
        **({"lora_parameters": _adapter(spec, catalog)} if spec.method != "full" else {}),
    }


def _schedule(spec: TrainingSpec, iterations: int, warmup: int) -> dict[str, Any]:
    if spec.scheduler == "constant":
        return {}
    name = "cosine_decay" if spec.scheduler == "cosine" else "linear_schedule"
    end = iterations - warmup
    arguments = [spec.learning_rate, end] if name == "cosine_decay" else [spec.learning_rate, 0.0, end]
    return {"lr_schedule": {"name": name, "warmup": warmup, "arguments": arguments}}


def _adapter(spec: TrainingSpec, catalog: Catalog) -> dict[str, Any]:
    # MLX multiplies by `scale` itself, where others give alpha and divide by the rank.
    adapter: dict[str, Any] = {"rank": spec.rank, "dropout": spec.dropout, "scale": spec.alpha / spec.rank}
    if not all_linear(spec):
        adapter["keys"] = [_key(name) for name in modules(spec, catalog)]
    return adapter


def _key(name: str) -> str:
    return f"mlp.{name}" if name in ("gate_proj", "up_proj", "down_proj") else f"self_attn.{name}"


BACKEND = BundleBackend("mlx-lm", parts)
