"""Measure training steps on a GPU and hold them against the estimate. Needs one; has not been run yet.

    python benchmarks/gpu_memory.py [-o measured.jsonl]

Twenty-four runs over method, length, batch and kernel on randomly initialised models of real shapes. The file it
writes can be given to `advisor size --calibrate`.
"""

from __future__ import annotations

import argparse
import json
import statistics
from datetime import date
from pathlib import Path
from typing import Any

from advisor.catalog import load_catalog
from advisor.train.size.architecture import architecture_of
from advisor.train.size.estimate import constants_of
from advisor.train.size.memory import GIB, peak_memory
from advisor.train.size.run import Run

MODELS = ("qwen2.5-0.5b", "llama-3.2-1b", "qwen3-4b", "llama-3.1-8b")
RUNS: tuple[dict[str, Any], ...] = (
    {"method": "lora", "seq_len": 1024, "micro_batch": 1},
    {"method": "lora", "seq_len": 2048, "micro_batch": 4},
    {"method": "lora", "seq_len": 1024, "micro_batch": 2, "checkpointing": False},
    {"method": "lora", "seq_len": 4096, "micro_batch": 1, "targets": ("q_proj", "v_proj")},
    {"method": "qlora", "seq_len": 2048, "micro_batch": 2},
    {"method": "full", "seq_len": 1024, "micro_batch": 1},
)


def main() -> None:
    import torch

    if not torch.cuda.is_available():
        raise SystemExit("this machine has no CUDA device; nothing was measured")
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--out", type=Path)
    out = parser.parse_args().out
    catalog = load_catalog()
    constants, _ = constants_of(catalog, date(2026, 11, 22))
    lines, errors = [], []
    print(torch.cuda.get_device_name())
    print(f"{'run':58}{'allocated':>10}{'estimate':>10}{'error':>8}")
    for name in MODELS:
        for settings in RUNS:
            run = Run.model_validate({**settings, "reading": "allocated"})
            config = catalog.models[name].config
            estimate = peak_memory(architecture_of(config, place=name), run, constants).gib
            measured = _measured(config, run)
            if measured is None:
                print(f"{name} {settings}: does not fit, estimate {estimate:.1f} GiB")
                continue
            errors.append(abs(estimate / measured - 1))
            lines.append({"estimated_gib": estimate, "measured_gib": measured, "model": name, **settings})
            print(
                f"{name + ' ' + str(settings):58}{measured:10.2f}{estimate:10.2f}{estimate / measured - 1:+8.0%}"
            )
    errors.sort()
    print(
        f"{len(errors)} runs: median {statistics.median(errors):.1%}, 90th {errors[int(len(errors) * 0.9)]:.1%}"
    )
    if out:
        out.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _measured(config: dict[str, Any], run: Run) -> float | None:
    import torch

    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    try:
        _train(config, run)
    except torch.cuda.OutOfMemoryError:
        return None
    return float(torch.cuda.max_memory_allocated()) / GIB


def _train(config: dict[str, Any], run: Run) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM

    settings = {name: value for name, value in config.items() if name != "model_type"}
    made = AutoConfig.for_model(config["model_type"], **settings)
    with torch.device("cuda"):
        model = AutoModelForCausalLM.from_config(made, dtype=torch.bfloat16)
    if run.held_quantisation != "none":
        _quantise(model)
    if run.method != "full":
        targets: Any = "all-linear" if run.targets == ("all-linear",) else list(run.targets)
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=run.rank, target_modules=targets))
    if run.checkpointing:
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], fused=True)
    torch.cuda.reset_peak_memory_stats()
    for _ in range(3):
        ids = torch.randint(0, made.vocab_size, (run.micro_batch, run.seq_len), device="cuda")
        with torch.autocast("cuda", dtype=torch.bfloat16):
            loss = model(input_ids=ids, labels=ids, use_cache=False).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)


def _quantise(model: Any) -> None:
    """Replace the linear layers of the blocks by NF4 with double quantisation."""
    import bitsandbytes as bnb
    import torch

    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, torch.nn.Linear) and name != "lm_head":
                packed = bnb.nn.Linear4bit(
                    child.in_features,
                    child.out_features,
                    bias=child.bias is not None,
                    compute_dtype=torch.bfloat16,
                    compress_statistics=True,
                    quant_type="nf4",
                )
                packed.load_state_dict(child.state_dict())
                setattr(module, name, packed.to("cuda"))


if __name__ == "__main__":
    main()
