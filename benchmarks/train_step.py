"""Time of one training step: Advisor's local trainer beside a bare TRL script with the same settings, in one run.

Both train SmolLM2-135M (or a random Llama with --tiny) on the same rows. Blocks of steps alternate, so that whatever
else the machine does falls on both; CPU time is given beside wall time, as it does not count what others take.

    python benchmarks/train_step.py [--tiny] [--steps 10] [--blocks 4]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback

MICRO_BATCH, RANK, RATE, LENGTH, LAST_LAYERS = 4, 16, 2e-4, 128, 10


class StepClock(TrainerCallback):
    """Notes when each step begins, on the wall and in CPU seconds."""

    def __init__(self):
        self.wall, self.cpu = [], []

    def on_step_begin(self, *_, **__):
        self.wall.append(time.perf_counter())
        self.cpu.append(time.process_time())

    def on_train_end(self, *_, **__):
        self.on_step_begin()

    def durations(self):
        # the first step allocates the optimizer's state, in both
        return [[after - before for before, after in pairwise(marks[1:])] for marks in (self.wall, self.cpu)]


def rows():
    topics = ("order", "invoice", "password", "delivery", "refund", "login", "subscription", "address")
    return [
        {
            "messages": [
                {"role": "system", "content": "You are the support desk."},
                {"role": "user", "content": f"Where is my {topics[n % 8]} number {n}? I wrote last week."},
                {"role": "assistant", "content": f"Ahoy! We look after your {topics[n % 8]}. Fair winds!"},
            ]
        }
        for n in range(160)
    ]


def advisor_block(folder, base, steps, last_layers):
    """Train through the product's own code."""
    from advisor.train.trainer.progress import ProgressWriter
    from advisor.train.trainer.rows import tokenise
    from advisor.train.trainer.run import build_trainer
    from advisor.train.trainer.settings import RunSettings

    settings = RunSettings(
        base_model=base, train_path=folder / "rows.jsonl", rank=RANK, alpha=2 * RANK, learning_rate=RATE, seq_len=LENGTH,
        micro_batch=MICRO_BATCH, gradient_accumulation=1, max_steps=steps, last_layers=last_layers,
        eval_every_steps=10_000, threads=2,
    )  # fmt: skip
    tokenizer = training_tokenizer(base)
    tokenised = tokenise(rows(), tokenizer, seq_len=LENGTH, system_prompt=None, all_tokens=False)
    trainer = build_trainer(folder, settings, (base, tokenizer), (tokenised, None), ProgressWriter(folder))
    return timed(trainer)


def bare_block(folder, base, steps, last_layers):
    """Train as TRL's documentation does it."""
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    model = AutoModelForCausalLM.from_pretrained(base)
    count = model.config.num_hidden_layers
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=str(folder / "bare"), per_device_train_batch_size=MICRO_BATCH, gradient_accumulation_steps=1,
            max_steps=steps, learning_rate=RATE, lr_scheduler_type="cosine", max_length=LENGTH, assistant_only_loss=True,
            gradient_checkpointing=False, bf16=False, use_cpu=True, logging_steps=1, save_strategy="no", report_to=[],
            disable_tqdm=True, seed=42,
        ),
        train_dataset=Dataset.from_list(rows()),
        processing_class=training_tokenizer(base),
        peft_config=LoraConfig(
            r=RANK, lora_alpha=2 * RANK, lora_dropout=0.0, task_type="CAUSAL_LM",
            target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            layers_to_transform=list(range(max(0, count - last_layers), count)),
        ),
    )  # fmt: skip
    return timed(trainer)


def timed(trainer):
    clock = StepClock()
    trainer.add_callback(clock)
    trainer.train()
    losses = [log["loss"] for log in trainer.state.log_history if "loss" in log]
    return clock.durations(), losses


def training_tokenizer(base):
    from advisor.train.trainer.chat_template import set_training_template

    tokenizer = AutoTokenizer.from_pretrained(base)
    set_training_template(tokenizer)
    return tokenizer


def base_model(tiny, folder):
    from advisor.train.trainer.dequantise import packaged_model_folder

    packaged = str(packaged_model_folder())
    if not tiny:
        return packaged
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(packaged)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
    )
    LlamaForCausalLM(config).save_pretrained(folder / "tiny")
    tokenizer.save_pretrained(folder / "tiny")
    return str(folder / "tiny")


def main():
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--tiny", action="store_true")
    arguments.add_argument("--steps", type=int, default=10)
    arguments.add_argument("--blocks", type=int, default=4)
    chosen = arguments.parse_args()
    seen = {"Advisor": ([], []), "bare TRL": ([], [])}
    losses = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
        base = base_model(chosen.tiny, folder)
        for block in range(chosen.blocks):
            order = [("Advisor", advisor_block), ("bare TRL", bare_block)]
            for label, run in order if block % 2 == 0 else order[::-1]:
                (wall, cpu), losses[label] = run(folder, base, chosen.steps, LAST_LAYERS)
                seen[label][0].extend(wall)
                seen[label][1].extend(cpu)
    print(f"{'':10} {'steps':>6} {'wall s/step':>12} {'CPU s/step':>11}   (medians)")
    for label, (wall, cpu) in seen.items():
        print(f"{label:10} {len(wall):6} {median(wall):12.4f} {median(cpu):11.4f}")
    wall, cpu = (median(seen["Advisor"][n]) / median(seen["bare TRL"][n]) - 1 for n in (0, 1))
    print(f"Advisor against bare TRL: wall {wall:+.1%}, CPU {cpu:+.1%}")
    print(f"equal losses: {losses['Advisor'] == losses['bare TRL']}")


if __name__ == "__main__":
    main()
