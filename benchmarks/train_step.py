"""Time of one training step: Advisor's local trainer beside a bare TRL script with the same settings, in one run.

Three processes train SmolLM2-135M (or a random Llama with --tiny) on the same rows: Advisor, the bare script, and the
bare script once more, which shows what two equal programs differ by on this machine. They take turns of a few steps
each, in changing order, while the others wait; the first step of a turn is not counted, as it finds cold caches. So
whatever else the machine does falls on all of them, and a turn is compared with the turns beside it.

    python benchmarks/train_step.py [--tiny] [--steps 3] [--turns 60]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import mean, median, quantiles

MICRO_BATCH, RANK, RATE, LENGTH, LAST_LAYERS = 2, 16, 2e-4, 128, 10
WARM_UP = 3
os.environ["OMP_WAIT_POLICY"] = (
    "passive"  # threads that wait must not take the processor from the one whose turn it is
)


def turn_taker(pipe, steps):
    """Make a callback that waits for its turn, lets `steps` steps pass and reports how long each took."""
    from transformers import TrainerCallback

    class TurnTaker(TrainerCallback):
        marks: list[tuple[float, float]] = []  # noqa: RUF012  # one trainer, one list

        def on_step_begin(self, *_, **__):
            # from here to the next call lies all that a step costs: data, step, logs, every callback
            self.marks.append((time.perf_counter(), time.process_time()))
            if len(self.marks) > steps:
                pipe.send([[b[n] - a[n] for a, b in pairwise(self.marks)] for n in (0, 1)])
                self.marks.clear()
            if not self.marks:
                pipe.recv()
                self.marks.append((time.perf_counter(), time.process_time()))

    return TurnTaker()


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


def advisor_trainer(folder, base, steps):
    """Put the trainer together by the product's own code."""
    from advisor.data.rows.formats import to_conversation
    from advisor.train.trainer.progress import ProgressWriter
    from advisor.train.trainer.rows import tokenise
    from advisor.train.trainer.run import build_trainer
    from advisor.train.trainer.settings import RunSettings

    settings = RunSettings(
        base_model=base, train_path=folder / "rows.jsonl", rank=RANK, alpha=2 * RANK, learning_rate=RATE, seq_len=LENGTH,
        micro_batch=MICRO_BATCH, gradient_accumulation=1, max_steps=steps, last_layers=LAST_LAYERS,
        eval_every_steps=10_000, warmup_ratio=0, threads=2,
    )  # fmt: skip
    tokenizer = training_tokenizer(base)
    tokenised = tokenise(
        [to_conversation(at, row) for at, row in enumerate(rows(), 1)],
        tokenizer,
        seq_len=LENGTH,
        system_prompt=None,
        all_tokens=False,
    )
    return build_trainer(folder, settings, (base, tokenizer), (tokenised, None), ProgressWriter(folder))


def bare_trainer(folder, base, steps):
    """Put the trainer together as TRL's documentation does it."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, set_seed
    from trl import SFTConfig, SFTTrainer

    set_seed(42)
    model = AutoModelForCausalLM.from_pretrained(base)
    count = model.config.num_hidden_layers
    return SFTTrainer(
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
            layers_to_transform=list(range(max(0, count - LAST_LAYERS), count)),
        ),
    )  # fmt: skip


def training_tokenizer(base):
    from transformers import AutoTokenizer

    from advisor.train.trainer.chat_template import set_training_template

    tokenizer = AutoTokenizer.from_pretrained(base)
    set_training_template(tokenizer)
    return tokenizer


def base_model(tiny, folder):
    from advisor.train.trainer.dequantise import packaged_model_folder

    packaged = str(packaged_model_folder())
    if not tiny:
        return packaged
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

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


def train_in_turns(make, folder, base, lengths, pipe):
    """Train in a process of its own, a turn at a time, and send the losses at the end."""
    import torch

    torch.set_num_threads(2)
    folder.mkdir()
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
    turns, steps = lengths
    trainer = make(folder, base, turns * steps)
    trainer.add_callback(turn_taker(pipe, steps))
    pipe.send("ready")
    trainer.train()
    pipe.send([log["loss"] for log in trainer.state.log_history if "loss" in log])


def measure(folder, base, steps, turns):
    """Let the three take turns; give the seconds of each counted step by turn, and the losses."""
    rounds = WARM_UP + turns + 1  # the last one ends the run and is not counted
    makers = {"Advisor": advisor_trainer, "bare TRL": bare_trainer, "bare TRL again": bare_trainer}
    context = multiprocessing.get_context("spawn")
    pipes, taken = {}, {label: [] for label in makers}
    for number, (label, make) in enumerate(makers.items()):
        pipes[label], theirs = context.Pipe()
        work = (make, folder / str(number), base, (rounds, steps + 1), theirs)
        context.Process(target=train_in_turns, args=work, daemon=True).start()
        assert pipes[label].recv() == "ready"
    order = list(makers)
    for turn in range(rounds):
        random.shuffle(order)
        for label in order:
            pipes[label].send("go")
            if turn < rounds - 1:
                wall, cpu = pipes[label].recv()
                if turn >= WARM_UP:
                    taken[label].append((wall[1:], cpu[1:]))
    return taken, {label: pipe.recv() for label, pipe in pipes.items()}


def spread(turns, n):
    """Give the tenth percentile, which a busy machine disturbs least, and the median of all steps."""
    steps = [seconds for turn in turns for seconds in turn[n]]
    return quantiles(steps, n=10)[0], median(steps)


def ratios(ours, theirs, n):
    """Compare each turn with the bare script's turn of the same round."""
    return [mean(our[n]) / mean(their[n]) - 1 for our, their in zip(ours, theirs, strict=True)]


def main():
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--tiny", action="store_true")
    arguments.add_argument("--steps", type=int, default=3, help="counted steps in a turn")
    arguments.add_argument("--turns", type=int, default=60)
    chosen = arguments.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory() as name:
        base = base_model(chosen.tiny, Path(name))
        taken, losses = measure(Path(name), base, chosen.steps, chosen.turns)
    print(f"{'':15} {'steps':>6} {'wall s: tenth':>14} {'median':>8} {'CPU s: tenth':>13} {'median':>8}")
    for label in taken:
        wall, cpu = (spread(taken[label], n) for n in (0, 1))
        count = sum(len(turn[0]) for turn in taken[label])
        print(f"{label:15} {count:6} {wall[0]:14.4f} {wall[1]:8.4f} {cpu[0]:13.4f} {cpu[1]:8.4f}")
    for label in ("Advisor", "bare TRL again"):
        for n, clock in enumerate(("wall", "CPU")):
            tenth, middle = (
                ours / bare - 1
                for ours, bare in zip(spread(taken[label], n), spread(taken["bare TRL"], n), strict=True)
            )
            low, paired, high = quantiles(ratios(taken[label], taken["bare TRL"], n), n=4)
            print(
                f"{label} against bare TRL, {clock}: quickest tenth {tenth:+.1%}, median {middle:+.1%}, "
                f"turn by turn {paired:+.1%} (quartiles {low:+.1%} to {high:+.1%})"
            )
    apart = max(abs(ours - bare) for ours, bare in zip(losses["Advisor"], losses["bare TRL"], strict=True))
    print(f"largest difference of a step's loss: {apart:g} of {losses['bare TRL'][0]:.4f}")


if __name__ == "__main__":
    main()
