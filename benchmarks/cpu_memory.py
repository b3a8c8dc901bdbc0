"""Measure real LoRA and full training steps on this CPU and hold them against the estimate.

    python benchmarks/cpu_memory.py [--only "42M LoRA 4x512" …]

Each run is a process of its own; its resident memory is watched while it trains, and what a bare process
with PyTorch takes is taken off. Randomly initialised models do: memory does not depend on the weights' values.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from advisor.train.size.architecture import architecture_of
from advisor.train.size.memory import GIB, Constants, peak_memory
from advisor.train.size.run import Run

BARE = Constants(context_gib=0, workspace_gib=0, slack_share=0)


def llama(hidden: int, layers: int, vocabulary: int) -> dict[str, object]:
    return {
        "model_type": "llama",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": hidden // 64,
        "num_key_value_heads": hidden // 64,
        "intermediate_size": hidden * 11 // 4,
        "vocab_size": vocabulary,
        "tie_word_embeddings": True,
        "max_position_embeddings": 1024,
    }


SMALL, MIDDLE, LARGE = llama(256, 6, 32_000), llama(512, 8, 32_000), llama(768, 12, 32_000)
WIDE = llama(256, 4, 128_000)
RUNS: list[tuple[str, dict[str, object], dict[str, object]]] = [
    ("13M full 4x256", SMALL, {"method": "full", "micro_batch": 4, "seq_len": 256, "checkpointing": False}),
    ("13M LoRA 8x256", SMALL, {"method": "lora", "micro_batch": 8, "seq_len": 256, "checkpointing": False}),
    ("42M full 4x256", MIDDLE, {"method": "full", "micro_batch": 4, "seq_len": 256, "checkpointing": False}),
    ("42M full 4x256 checkpointed", MIDDLE, {"method": "full", "micro_batch": 4, "seq_len": 256}),
    ("42M LoRA 4x256", MIDDLE, {"method": "lora", "micro_batch": 4, "seq_len": 256, "checkpointing": False}),
    ("42M LoRA 4x256 checkpointed", MIDDLE, {"method": "lora", "micro_batch": 4, "seq_len": 256}),
    ("42M LoRA 4x512", MIDDLE, {"method": "lora", "micro_batch": 4, "seq_len": 512, "checkpointing": False}),
    ("109M full 2x256", LARGE, {"method": "full", "micro_batch": 2, "seq_len": 256, "checkpointing": False}),
    ("109M LoRA 2x256", LARGE, {"method": "lora", "micro_batch": 2, "seq_len": 256, "checkpointing": False}),
    ("109M LoRA 2x256 checkpointed", LARGE, {"method": "lora", "micro_batch": 2, "seq_len": 256}),
    ("37M LoRA 4x256, 128k words", WIDE, {"method": "lora", "micro_batch": 4, "seq_len": 256}),
]
STEP = """
import json, os, sys, threading, time
os.environ["OMP_NUM_THREADS"] = "1"
import torch
from transformers import AutoConfig, AutoModelForCausalLM
job = json.load(sys.stdin)
page = os.sysconf("SC_PAGE_SIZE")
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * page
torch.set_num_threads(1)
x = torch.randn(64, 64) @ torch.randn(64, 64)  # loads the libraries' own scratch memory
from peft import LoraConfig, get_peft_model
settings = {k: v for k, v in job["config"].items() if k != "model_type"}
tiny = {**settings, "hidden_size": 64, "num_attention_heads": 1, "num_key_value_heads": 1, "num_hidden_layers": 1,
        "intermediate_size": 64, "vocab_size": 100}
def build(values):
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(job["config"]["model_type"], **values))
    if job["method"] == "lora":
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=16, target_modules="all-linear"))
    if job["checkpointing"]:
        model.gradient_checkpointing_enable()
        if job["method"] == "lora":
            model.enable_input_require_grads()
    return model.train()
def step(model, optimizer, length, batch, words):
    ids = torch.randint(0, words, (batch, length))
    model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
warm = build(tiny)
step(warm, torch.optim.AdamW(warm.parameters()), 8, 1, 100)
del warm
base = resident()
model = build(settings)
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], foreach=False)
peak, stop = 0, False
def watch():
    global peak
    while not stop:
        peak = max(peak, resident())
        time.sleep(0.0005)
watcher = threading.Thread(target=watch)
watcher.start()
for _ in range(3):  # the first step has no Adam state yet
    step(model, optimizer, job["seq_len"], job["micro_batch"], job["config"]["vocab_size"])
stop = True
watcher.join()
print(json.dumps({"gib": (peak - base) / 2**30}))
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", choices=[name for name, _, _ in RUNS])
    chosen = parser.parse_args().only
    print(f"{'run':32}{'measured':>10}{'estimate':>10}{'error':>8}  phase")
    errors = []
    for name, config, settings in RUNS:
        if chosen and name not in chosen:
            continue
        architecture = architecture_of(config, place=name)
        run = Run.model_validate({**settings, "precision": "fp32", "reading": "allocated"})
        estimate = peak_memory(architecture, run, BARE)
        measured = _measured(config, run)
        errors.append(abs(estimate.gib / measured - 1))
        error = f"{estimate.gib / measured - 1:+.0%}"
        print(
            f"{name:32}{measured:9.2f} {estimate.bytes / GIB:9.2f} {error:>7}  {estimate.phase}", flush=True
        )
    print(
        f"\n{len(errors)} runs, median absolute error {statistics.median(errors):.1%}, largest {max(errors):.0%}"
    )


def _measured(config: dict[str, object], run: Run) -> float:
    job = {"config": config, **run.model_dump(include={"method", "micro_batch", "seq_len", "checkpointing"})}
    # Freed blocks go back to the system at once, so that resident memory is what is in use.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "0"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", STEP],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(folder),
            env=environment,
        )
    return float(json.loads(done.stdout.splitlines()[-1])["gib"])


if __name__ == "__main__":
    main()
