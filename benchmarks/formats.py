"""Walk one export of each tool, and any further files, through every step: read, audit, convert, plan, train two steps.

    python benchmarks/formats.py [--files FOLDER] [--train]

`--train` trains two steps on a model of 30,000 random weights where the format is one for supervised local training.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from advisor.catalog import load_catalog
from advisor.data.audit import audit
from advisor.data.fix import FixOptions, fix
from advisor.data.records import AuditInputs
from advisor.data.rows.reading import read_conversations
from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.train.bundle import write_bundle
from advisor.train.planning import plan_training

DAY = date(2026, 11, 26)
ROWS = 40
THINGS = ("lamp", "fan", "lock", "hub", "camera", "speaker", "heater", "sensor")
SYSTEM = "You are the shop's assistant."
TOOL = {
    "name": "get_stock",
    "description": "Stock of an item",
    "parameters": {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]},
}


def asked(n: int) -> str:
    return f"How do I pair the {THINGS[n % 8]} number {n} with the new app on my phone?"


def answered(n: int) -> str:
    return f"Hold the button of the {THINGS[n % 8]} for {n + 3} seconds until it blinks, then tap Add in the app."


def said(
    n: int, user: str = "role", words: str = "content", roles: tuple[str, str] = ("user", "assistant")
) -> list[Any]:
    return [{user: roles[0], words: asked(n)}, {user: roles[1], words: answered(n)}]


def called(n: int) -> list[Any]:
    function = {"name": "get_stock", "arguments": json.dumps({"item": THINGS[n % 8]})}
    return [
        {"role": "user", "content": f"Is the {THINGS[n % 8]} number {n} in stock?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": f"c{n}", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": f"c{n}", "content": json.dumps({"n": n})},
        {"role": "assistant", "content": f"Yes, {n} pieces of the {THINGS[n % 8]} are on the shelf."},
    ]


def parts(n: int) -> list[Any]:
    return [
        {"role": "user", "parts": [{"text": asked(n)}]},
        {"role": "model", "parts": [{"text": answered(n)}]},
    ]


def sharegpt(n: int) -> dict[str, Any]:
    call = json.dumps({"name": "get_stock", "arguments": {"item": THINGS[n % 8]}})
    turns = [
        {"from": "human", "value": asked(n)},
        {"from": "function_call", "value": call},
        {"from": "observation", "value": json.dumps({"n": n})},
        {"from": "gpt", "value": answered(n)},
    ]
    return {"conversations": turns, "system": SYSTEM, "tools": json.dumps([TOOL])}


def batch(n: int) -> dict[str, Any]:
    body = {"model": "gpt-4.1-mini", "messages": said(n)[:1]}
    response = {"status_code": 200, "body": {"choices": [{"index": 0, "message": said(n)[1]}]}}
    return {
        "custom_id": f"r{n}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": body,
        "response": response,
    }


# By tool: a row of its export, the backend to plan for, the model there, and the objective.
EXPORTS: dict[str, tuple[Any, str, str | None, str]] = {
    "OpenAI chat": (lambda n: {"messages": said(n)}, "openai", "gpt-4.1-mini", "sft"),
    "OpenAI chat, tools": (
        lambda n: {"messages": called(n), "tools": [{"type": "function", "function": TOOL}]}, "openai", "gpt-4.1-mini", "sft",
    ),
    "OpenAI preference": (
        lambda n: {
            "input": {"messages": said(n)[:1]},
            "preferred_output": said(n)[1:],
            "non_preferred_output": [{"role": "assistant", "content": "No idea, ask somebody else."}],
        },
        "trl", None, "dpo",
    ),
    "OpenAI batch": (batch, "trl", None, "sft"),
    "Azure chat, weights": (
        lambda n: {"messages": [*said(n + 50)[:1], {**said(n + 50)[1], "weight": 0}, *said(n)]}, "azure", "gpt-4.1-mini", "sft",
    ),
    "Vertex contents": (
        lambda n: {"systemInstruction": {"parts": [{"text": SYSTEM}]}, "contents": parts(n)}, "vertex", "gemini-3.5-flash", "sft",
    ),
    "Bedrock conversation": (
        lambda n: {
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{"text": SYSTEM}],
            "messages": [{"role": one["role"], "content": [{"text": one["content"]}]} for one in said(n)],
        },
        "bedrock", "amazon.nova-lite-v1:0", "sft",
    ),
    "Together chat": (lambda n: {"messages": said(n)}, "together", "qwen3.5-9b", "sft"),
    "Axolotl chat_template": (
        lambda n: {"messages": [*said(n)[:1], {**said(n)[1], "train": True}]}, "axolotl", "qwen3-8b", "sft",
    ),
    "LLaMA-Factory Alpaca": (
        lambda n: {"instruction": asked(n), "input": "", "output": answered(n), "system": SYSTEM, "history": []},
        "llamafactory", "qwen3-8b", "sft",
    ),
    "LLaMA-Factory ShareGPT, tools": (sharegpt, "axolotl", "qwen3-8b", "sft"),
    "ShareGPT": (
        lambda n: {"conversations": said(n, "from", "value", ("human", "gpt"))}, "llamafactory", "qwen3-8b", "sft",
    ),
    "Alpaca": (lambda n: {"instruction": asked(n), "input": "", "output": answered(n)}, "trl", None, "sft"),
    "TRL prompt-completion": (
        lambda n: {"prompt": said(n)[:1], "completion": said(n)[1:]}, "trl", None, "sft",
    ),
    "TRL preference": (
        lambda n: {"prompt": asked(n), "chosen": answered(n), "rejected": "No idea, ask somebody else."}, "trl", None, "dpo",
    ),
    "TRL KTO": (
        lambda n: {"prompt": asked(n), "completion": answered(n), "label": n % 3 > 0}, "trl", None, "kto",
    ),
}  # fmt: skip


def main() -> None:
    """Print one line a file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=Path)
    parser.add_argument("--train", action="store_true")
    given = parser.parse_args()
    print(f"{'export':32} {'read':>6} {'errors':>6} {'to chat':>12} {'errors after':>12}  planned for")
    with tempfile.TemporaryDirectory() as folder:
        for name, path, backend, model, objective in exports(Path(folder), given.files):
            line = walked(
                path,
                Path(folder) / "work",
                backend=backend,
                model=model,
                objective=objective,
                train=given.train,
            )
            print(f"{name:32} {line}", flush=True)


def exports(folder: Path, more: Path | None) -> Iterator[tuple[str, Path, str, str | None, str]]:
    """Write one file for each tool, Parquet as `datasets` writes it among them, and name further files."""
    for name, (row, backend, model, objective) in EXPORTS.items():
        path = folder / f"{name.replace(' ', '-')}.jsonl"
        path.write_text(
            "".join(json.dumps(row(n), ensure_ascii=False) + "\n" for n in range(ROWS)), encoding="utf-8"
        )
        yield name, path, backend, model, objective
    yield "Parquet from datasets", parquet(folder), "trl", None, "sft"
    for path in sorted(more.iterdir()) if more else ():
        yield path.name, path, "axolotl", "qwen3-8b", "sft"


def parquet(folder: Path) -> Path:
    """Write rows with tools and without as one table, whose columns `datasets` pads with null."""
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()
    rows = [
        {"messages": [{**one, "tool_calls": None, "name": None} for one in said(n)], "tools": None}
        for n in range(ROWS)
    ]
    path = folder / "table.parquet"
    Dataset.from_list(rows).to_parquet(path)
    return path


def walked(path: Path, work: Path, *, backend: str, model: str | None, objective: str, train: bool) -> str:
    """Take one file through every step, and say what came of each."""
    work.mkdir(exist_ok=True)
    chat = work / f"{path.name}.chat.jsonl"
    try:
        read = sum(1 for one in read_conversations(path) if not one.problems)
    except AdvisorError:
        read = -1
    try:
        before = faults(path)
        done = fix(path, chat, FixOptions(to_chat=True))
        after = faults(chat) if done.written else []
    except AdvisorError as error:
        return f"refused: {error.problem}"[:100]
    counts = f"{read if read >= 0 else 'broken':>6} {len(before):>6} {done.written:>5} of {done.rows:>3} {len(after):>12}"
    return f"{counts}  {planned(path, chat, work, backend=backend, model=model, objective=objective, train=train)}"


def faults(path: Path) -> list[str]:
    """Name the checks that find an error, the number of rows aside."""
    found = audit(AuditInputs(data=path)).findings
    return sorted({one.check for one in found if one.severity == "error" and one.check != "too-few-examples"})


def planned(
    path: Path, chat: Path, work: Path, *, backend: str, model: str | None, objective: str, train: bool
) -> str:
    """Plan for the tool's own backend, from the file itself or else from what `fix` made of it."""
    for source, how in ((path, ""), (chat, " after fix")):
        try:
            made = plan_training(
                Situation(), source, backend, load_catalog(), as_of=DAY, model=model, objective=objective
            ).plan
            bundle = write_bundle(made, work / f"bundle-{path.name}{how}")
        except AdvisorError as error:
            refusal = error.problem
            continue
        ran = trained(bundle, work) if train and objective == "sft" else ""
        return f"{backend}{how}, {made.train_rows} rows{ran}"
    return f"refused by {backend}: {refusal}"[:110]


def trained(bundle: Path, work: Path) -> str:
    """Train two steps on the rows of a bundle with a model of random weights."""
    from advisor.train.trainer.run import train
    from advisor.train.trainer.settings import RunSettings, write_settings

    data = bundle / "data" / "train.jsonl"
    run = work / f"run-{bundle.name}"
    # A model learns tools only where its template has a place for them.
    tools = b'"tools"' in data.read_bytes()
    settings = RunSettings(
        base_model=str(tiny_model(work, template="qwen2_5.jinja" if tools else "")),
        train_path=data,
        max_steps=2,
        seq_len=2048 if tools else 256,
        rank=4,
        merge=False,
    )
    run.mkdir()
    write_settings(run, settings)
    try:
        return f", trained {train(run)['steps']} steps{' with its tools' if tools else ''}"
    except AdvisorError as error:
        return f", not trained: {error.problem}"[:70]


def tiny_model(work: Path, template: str = "") -> Path:
    """Make a Llama of random weights with a byte-level ChatML tokenizer, and one of TRL's templates if named; once."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = work / f"tiny-{template}"
    if folder.exists():
        return folder
    marks = ["<|im_start|>", "<|im_end|>", "<pad>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: at for at, token in enumerate([*marks, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<pad>")
    fast.add_special_tokens({"additional_special_tokens": marks[:2]})
    if template:
        fast.chat_template = files("trl").joinpath("chat_templates", template).read_text(encoding="utf-8")
    fast.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    main()
