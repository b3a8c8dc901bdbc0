"""What is trainable: LoRA, DoRA, QLoRA or everything, on the layers and modules that were asked for."""

from __future__ import annotations

from typing import Any

from advisor.errors import AdvisorError, missing_extra
from advisor.train.trainer.settings import ALL_LINEAR, TARGET_SETS, RunSettings


def load_model(name: str, settings: RunSettings) -> Any:
    """Load the base model in the precision of the run, four-bit for QLoRA; safetensors only."""
    import torch
    from transformers import AutoModelForCausalLM

    dtype = model_dtype(settings)
    options: dict[str, Any] = {"dtype": dtype, "use_safetensors": True, "trust_remote_code": False}
    if settings.method == "qlora":
        options["quantization_config"] = _four_bit(dtype)
        options["device_map"] = {"": 0 if torch.cuda.is_available() else "cpu"}
    try:
        model = AutoModelForCausalLM.from_pretrained(name, **options)
    except (OSError, ValueError) as error:
        raise AdvisorError(
            f"the base model cannot be loaded: {_first_line(error)}",
            place=settings.base_model,
            remedy="Give a folder with config.json and safetensors, or a name that is reachable.",
        ) from None
    model.config.use_cache = False
    return model


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")


def model_dtype(settings: RunSettings) -> Any:
    """Choose fp32 on a CPU, where bf16 is some 30 times slower, and bf16 on a GPU that has it."""
    import torch

    if settings.precision == "auto":
        on_gpu = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if on_gpu else torch.float32
    return {"fp32": torch.float32, "bf16": torch.bfloat16}[settings.precision]


def _four_bit(compute_dtype: Any) -> Any:
    from importlib.util import find_spec

    from transformers import BitsAndBytesConfig

    if find_spec("bitsandbytes") is None:
        raise missing_extra("bitsandbytes", "qlora", purpose="QLoRA")
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute_dtype,
    )


def lora_config(model: Any, settings: RunSettings) -> Any | None:
    """Describe the adapter for PEFT; none for full tuning."""
    if settings.method == "full":
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=target_modules(model, settings.targets),
        layers_to_transform=_last_layers(model, settings.last_layers),
        use_dora=settings.method == "dora",
        task_type="CAUSAL_LM",
    )


def target_modules(model: Any, targets: tuple[str, ...]) -> list[str]:
    """Spell `all-linear`, `attention` and `mlp` out as the names that this model's layers have."""
    linear = _linear_names(model)
    wanted: set[str] = set()
    for target in targets:
        wanted |= linear if target == ALL_LINEAR else set(TARGET_SETS.get(target, (target,)))
    if unknown := wanted - linear:
        raise AdvisorError(
            f"the model has no linear layers named {', '.join(sorted(unknown))}",
            place="targets",
            remedy=f"It has: {', '.join(sorted(linear))}.",
        )
    return sorted(wanted)


def _linear_names(model: Any) -> set[str]:
    import torch
    from transformers.pytorch_utils import Conv1D

    head = model.get_output_embeddings()
    # four-bit layers are subclasses of Linear, so this finds them as well
    return {
        name.rpartition(".")[2]
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not head
    }


def _last_layers(model: Any, last_layers: int | None) -> list[int] | None:
    count = model.config.num_hidden_layers
    return None if last_layers is None else list(range(max(0, count - last_layers), count))
