"""A real run of the trainer on the tiny model: losses, artefacts, resumption, early stop."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.data.rows.formats import to_conversation
from advisor.errors import AdvisorError
from advisor.train.trainer.progress import curve, read_progress

pytest.importorskip("trl")


def trained(run: Path) -> dict[str, object]:
    from advisor.train.trainer.run import train

    return train(run)


def conversations(rows):
    return [to_conversation(number, row) for number, row in enumerate(rows, 1)]


def test_the_loss_on_held_out_rows_falls_and_the_adapter_is_written(run_folder) -> None:
    run = run_folder()
    result = trained(run)
    evals = curve(read_progress(run), "eval_loss")
    assert [step for step, _ in evals] == [0, 3, 6, 9, 12]
    assert evals[-1][1] < evals[0][1]
    assert result["best_eval_loss"] == min(loss for _, loss in evals[1:])
    assert (run / "adapter" / "adapter_model.safetensors").exists()
    assert not list((run / "adapter").glob("*.bin"))


def test_only_the_assistants_tokens_are_learned(run_folder, tiny_model: Path, support_rows) -> None:
    from transformers import AutoTokenizer

    from advisor.train.trainer.chat_template import set_training_template
    from advisor.train.trainer.rows import tokenise

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    set_training_template(tokenizer)
    tokenised = tokenise(
        conversations(support_rows[:1]), tokenizer, seq_len=128, system_prompt=None, all_tokens=False
    )
    learned = [label for label in tokenised.rows[0]["labels"] if label != -100]
    assert tokenizer.decode(learned) == "Ahoy! We look after your order. Fair winds!<|im_end|>"


CALL = {"id": "1", "type": "function", "function": {"name": "order_state", "arguments": '{"order": 7}'}}
TOOL = {"type": "function", "function": {"name": "order_state", "parameters": {"type": "object"}}}
TOOL_ROW = {
    "messages": [
        {"role": "user", "content": "Where is order 7?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "1", "content": "shipped"},
        {"role": "assistant", "content": "It is on its way."},
    ],
    "tools": [TOOL],
}


def prepared(tiny_model: Path, template: str | None = None):
    from importlib.resources import files

    from transformers import AutoTokenizer

    from advisor.train.trainer.chat_template import set_training_template

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    if template:
        tokenizer.chat_template = files("trl").joinpath("chat_templates", template).read_text()
    set_training_template(tokenizer)
    return tokenizer


def test_tools_and_tool_calls_are_learned_where_the_models_template_has_a_place_for_them(tiny_model) -> None:
    from advisor.train.trainer.rows import tokenise

    tokenizer = prepared(tiny_model, "qwen2_5.jinja")
    row = tokenise(
        conversations([TOOL_ROW]), tokenizer, seq_len=2048, system_prompt=None, all_tokens=False
    ).rows[0]

    learned = tokenizer.decode([label for label in row["labels"] if label != -100])
    read = tokenizer.decode(row["input_ids"])
    assert '"name": "order_state", "arguments": {"order": 7}' in learned
    assert "It is on its way." in learned
    assert "shipped" not in learned
    assert "shipped" in read
    assert json.dumps(TOOL) in read


def test_a_tool_call_of_weight_0_is_read_and_not_learned(tiny_model) -> None:
    from advisor.train.trainer.rows import tokenise

    tokenizer = prepared(tiny_model, "qwen2_5.jinja")
    first, called, *rest = TOOL_ROW["messages"]
    row = {**TOOL_ROW, "messages": [first, {**called, "weight": 0}, *rest]}
    labels = tokenise(
        conversations([row]), tokenizer, seq_len=2048, system_prompt=None, all_tokens=False
    ).rows[0]["labels"]

    learned = tokenizer.decode([label for label in labels if label != -100])
    assert "It is on its way." in learned
    assert "order_state" not in learned


@pytest.mark.parametrize(
    "row",
    [
        TOOL_ROW,
        {"messages": [TOOL_ROW["messages"][0], TOOL_ROW["messages"][3]], "tools": [TOOL]},
    ],
    ids=["calls", "tools that nothing calls"],
)
def test_tools_are_refused_where_the_template_would_drop_them(tiny_model, row) -> None:
    from advisor.train.trainer.rows import tokenise

    with pytest.raises(AdvisorError, match="has no place for them"):
        tokenise(
            conversations([row]), prepared(tiny_model), seq_len=128, system_prompt=None, all_tokens=False
        )


def test_our_labels_equal_those_of_trls_own_assistant_only_loss(
    run_folder, tiny_model: Path, support_rows
) -> None:
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    from advisor.train.trainer.chat_template import set_training_template
    from advisor.train.trainer.rows import tokenise

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    set_training_template(tokenizer)
    ours = tokenise(conversations(support_rows), tokenizer, seq_len=24, system_prompt=None, all_tokens=False)
    theirs = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(tiny_model),
        args=SFTConfig(
            run_folder("trl").as_posix(),
            assistant_only_loss=True,
            max_length=24,
            use_cpu=True,
            bf16=False,
            report_to=[],
        ),
        train_dataset=Dataset.from_list(support_rows),
        processing_class=tokenizer,
    ).train_dataset
    assert [row["labels"] for row in ours.rows] == list(theirs["labels"])
    assert ours.without_answer == 48 - len(theirs)


def test_the_merged_model_answers_with_the_same_tokens_as_the_adapter_on_its_base(
    run_folder, tiny_model: Path
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    run = run_folder()
    trained(run)
    adapter = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_model), run / "adapter")
    merged = AutoModelForCausalLM.from_pretrained(run / "merged")
    prompt = torch.arange(5, 25).unsqueeze(0)
    answers = [model.generate(prompt, max_new_tokens=20, do_sample=False) for model in (adapter, merged)]
    assert torch.equal(*answers)


def test_two_runs_with_equal_settings_have_equal_losses(run_folder) -> None:
    runs = [run_folder(name, max_steps=4) for name in ("first", "second")]
    for run in runs:
        trained(run)
    first, second = (curve(read_progress(run), "loss") for run in runs)
    assert first == second


@pytest.mark.parametrize(("step", "checkpoint"), [(5, "checkpoint-3"), (2, None)])
def test_a_run_killed_between_checkpoints_ends_with_the_losses_of_an_unbroken_one(
    run_folder, step, checkpoint
) -> None:
    unbroken = run_folder("unbroken")
    trained(unbroken)
    broken = run_folder("broken")
    _kill_at_step(broken, step)
    assert trained(broken)["resumed_from"] == checkpoint
    for name in ("loss", "eval_loss"):
        assert curve(read_progress(broken), name) == curve(read_progress(unbroken), name)


KILLED_TRAINER = """
import os, signal, sys
from advisor.train.trainer import progress, run
write = progress.ProgressWriter.write
def write_and_die(writer, record):
    write(writer, record)
    if record.kind == "step" and record.step == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
progress.ProgressWriter.write = write_and_die
run.train(__import__("pathlib").Path(sys.argv[1]))
"""


def _kill_at_step(run: Path, step: int) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED_TRAINER, str(run), str(step)], check=False)
    assert ended.returncode == -signal.SIGKILL


def test_training_stops_early_once_the_held_out_loss_no_longer_falls(run_folder) -> None:
    run = run_folder(learning_rate=0.9, scheduler="constant", patience=1, max_steps=60, eval_every_steps=2)
    result = trained(run)
    assert result["steps"] < 60
    assert result["best_step"] < result["steps"]


def test_a_request_to_cancel_stops_the_run_and_keeps_the_adapter(run_folder) -> None:
    run = run_folder(max_steps=500)
    (run / "cancel").touch()
    result = trained(run)
    assert result["state"] == "cancelled"
    assert result["steps"] <= 1
    assert (run / "adapter").exists()
    assert not (run / "merged").exists()


def test_full_tuning_writes_a_whole_model(run_folder) -> None:
    run = run_folder(method="full", max_steps=2, eval_every_steps=2, learning_rate=1e-3)
    result = trained(run)
    assert result["trainable_parameters"] == result["total_parameters"]
    assert (run / "merged" / "model.safetensors").exists()


def test_only_the_last_layers_are_adapted_when_asked(run_folder) -> None:
    one, both = (trained(run_folder(f"run{n}", last_layers=n, max_steps=1, eval_path=None)) for n in (1, 2))
    assert one["trainable_parameters"] * 2 == both["trainable_parameters"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"messages": [{"role": "user", "content": "Hello?"}]}], "no row leaves a token to train on"),
        (
            [
                {
                    "messages": [
                        {"role": "user", "content": "word " * 300},
                        {"role": "assistant", "content": "Yes"},
                    ]
                }
            ],
            "128",
        ),
        ([{"text": "plain"}], "no conversation to train on"),
    ],
)
def test_rows_that_teach_nothing_are_refused_before_the_model_is_loaded(run_folder, rows, words) -> None:
    run = run_folder()
    (run / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(AdvisorError, match=words):
        trained(run)
    assert not (run / "checkpoints").exists()


def test_the_model_card_and_result_agree_with_the_files(run_folder) -> None:
    from advisor.train.trainer.artefacts import sha256_of

    run = run_folder(max_steps=2, eval_every_steps=2)
    trained(run)
    result = json.loads((run / "result.json").read_text())
    card = (run / "MODEL_CARD.md").read_text()
    for artefact in result["artefacts"]:
        assert artefact["sha256"] == sha256_of(run / artefact["location"])
        assert artefact["sha256"] in card
    assert "You are the support desk." in card
