"""Compare our parameter counts with PEFT's own, on every open model of the catalog, every target set.

    python benchmarks/parameter_counts.py

Models are built from their real configurations on PyTorch's meta device: real shapes, no memory.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

from advisor.catalog import load_catalog
from advisor.train.size.adapters import make_adapter
from advisor.train.size.architecture import Architecture, architecture_of

RANK = 16
# Types whose modelling code is not in transformers: their matrices are listed from the makers' own code.
NOT_IN_TRANSFORMERS = {"qwen", "mimo"}


def main() -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    compared = differing = models = 0
    for key, model in load_catalog().models.items():
        if model.config["model_type"] in NOT_IN_TRANSFORMERS:
            print(f"{key:32} not compared: transformers has no code for it")
            continue
        architecture = architecture_of(model.config, place=key)
        models += 1
        wrong = []
        base = architecture.total_parameters
        for targets, dora in _target_sets(architecture):
            ours = make_adapter(architecture, targets, RANK, dora=dora).parameters
            try:
                theirs, base = peft_counts(model.config, targets, dora=dora)
            except ValueError as error:
                print(f"{key:32} {','.join(targets)} not compared, PEFT refuses: {str(error)[:80]}")
                continue
            compared += 1
            if ours != theirs:
                wrong.append(f"{'DoRA ' if dora else ''}{','.join(targets)}: {ours:,} against {theirs:,}")
        if base != architecture.total_parameters:
            wrong.append(f"base: {architecture.total_parameters:,} against {base:,}")
        compared += 1
        differing += len(wrong)
        print(f"{key:32} {architecture.total_parameters:>16,} {'equal' if not wrong else '; '.join(wrong)}")
    print(f"\n{models} models, {compared} counts compared, {differing} differ")
    raise SystemExit(1 if differing else 0)


def _target_sets(architecture: Architecture) -> list[tuple[tuple[str, ...], bool]]:
    linear = sorted({matrix.name for matrix in architecture.matrices if matrix.linear})
    sets: list[tuple[str, ...]] = [("all-linear",), *((name,) for name in linear)]
    if {"q_proj", "v_proj"} <= set(linear):
        sets.append(("q_proj", "v_proj"))
    experts = any(matrix.copies > 1 and matrix.reached for matrix in architecture.matrices)
    return [*((targets, False) for targets in sets), *([] if experts else [(("all-linear",), True)])]


def peft_counts(config: dict[str, Any], targets: tuple[str, ...], *, dora: bool) -> tuple[int, int]:
    """Build the model and its adapter without memory, and count as PEFT prints it: trainable, and the base."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM

    settings = {name: value for name, value in config.items() if name != "model_type"}
    made = AutoConfig.for_model(config["model_type"], **settings)
    with torch.device("meta"):
        base = AutoModelForCausalLM.from_config(made)
        # PEFT names one module set by a word, and others by a list.
        wanted: Any = targets[0] if targets == ("all-linear",) else list(targets)
        lora = LoraConfig(task_type="CAUSAL_LM", r=RANK, target_modules=wanted, use_dora=dora)
        model = get_peft_model(base, lora, low_cpu_mem_usage=True)
    trainable, everything = model.get_nb_trainable_parameters()
    return trainable, everything - trainable


if __name__ == "__main__":
    main()
