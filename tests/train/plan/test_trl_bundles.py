"""What a trl bundle carries: every key known to TRL's own parser, and a run by TRL's own script for each objective."""

from __future__ import annotations

import json
import shutil
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
import yaml

from advisor.errors import AdvisorError
from advisor.train.backends.trl_command import TRAINERS
from advisor.train.bundle import write_bundle
from advisor.train.records import Objective, TrainingSpec
from tests.train.planned import planned

pytest.importorskip("trl")

CARRIED_OUT = sorted(TRAINERS)
OTHERS = sorted(set(get_args(Objective)) - TRAINERS.keys())


def row(objective: str, number: int) -> dict[str, object]:
    if objective == "cpt":
        return {"text": f"Order {number} was sent on Monday and came on Friday. " * 3}
    if objective in ("dpo", "kto"):
        return {"prompt": f"Where is order {number}?", "chosen": "Ahoy! At sea.", "rejected": "No idea."}
    question, answer = f"Where is order {number}?", "Ahoy! At sea."
    return {
        "messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}],
    }


@pytest.fixture
def bundle(tmp_path: Path):
    """Write the bundle of an objective; keywords override the spec."""

    def make(objective: str, **changes: object) -> Path:
        rows = tmp_path / "rows.jsonl"
        rows.write_text("".join(json.dumps(row(objective, n)) + "\n" for n in range(20)))
        given = {
            "backend": "trl", "base_model": "smollm2-135m", "train_path": rows, "objective": objective,
            "rank": 4, "seq_len": 64, "eval_share": 0.2, "as_of": date(2026, 11, 22),
        }  # fmt: skip
        spec = TrainingSpec.model_validate(given | changes)
        return write_bundle(planned(spec), tmp_path / f"{spec.backend}-{objective}")

    return make


def parsed(objective: str, config: Path):
    """Read a configuration as `trl` does, but refuse the keys that it would drop in silence."""
    script = import_module(f"trl.scripts.{TRAINERS[objective]}")
    return script, script.make_parser().parse_args_and_config(["--config", str(config)])


@pytest.mark.parametrize("method", ["lora", "dora", "qlora", "full"])
@pytest.mark.parametrize("objective", CARRIED_OUT)
def test_trls_own_parser_knows_every_key_of_the_configuration(objective, method, bundle) -> None:
    folder = bundle(objective, method=method)
    _, (_, training, model, _) = parsed(objective, folder / "trl.yaml")
    assert (training.max_length, model.use_peft) == (64, method != "full")
    assert f"trl {TRAINERS[objective]} --config trl.yaml" in (folder / "train.sh").read_text()


@pytest.mark.parametrize("objective", CARRIED_OUT)
def test_the_task_for_rented_machines_is_read_by_the_same_parser(objective, bundle) -> None:
    folder = bundle(objective, backend="skypilot", base_model="qwen3-8b", gpu="l40s", n_gpus=2)
    known = yaml.safe_load((folder / "config.yaml").read_text())
    (folder / "config.yaml").write_text(
        yaml.safe_dump(known | {"bf16": False, "use_cpu": True})
    )  # no GPU here
    parsed(objective, folder / "config.yaml")
    assert f"trl {TRAINERS[objective]} --config config.yaml" in (folder / "run.sh").read_text()


def test_a_misspelt_key_would_be_noticed_here(bundle) -> None:
    config = bundle("sft") / "trl.yaml"
    config.write_text(config.read_text() + "assistant_loss_only: true\n")
    with pytest.raises(ValueError, match="assistant_loss_only"):
        parsed("sft", config)


@pytest.mark.slow
@pytest.mark.parametrize("objective", CARRIED_OUT)
def test_trls_own_script_trains_what_the_bundle_says(
    objective, bundle, tiny_model, tmp_path, monkeypatch
) -> None:
    from transformers import AutoTokenizer

    from advisor.train.trainer.chat_template import CHATML_TRAINING_TEMPLATE

    model_folder = shutil.copytree(tiny_model, tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    tokenizer.chat_template = CHATML_TRAINING_TEMPLATE
    tokenizer.save_pretrained(model_folder)
    folder = bundle(objective, base_model=str(model_folder), checkpointing=False)
    monkeypatch.chdir(folder)
    script, (arguments, training, model, data) = parsed(objective, folder / "trl.yaml")
    training.max_steps, training.eval_steps, training.save_steps = 2, 2, 2
    training.eval_strategy = training.save_strategy = "steps"
    script.main(arguments, training, model, data)
    assert (folder / "out" / "adapter_model.safetensors").exists()
    log = json.loads(next((folder / "out").glob("checkpoint-*/trainer_state.json")).read_text())[
        "log_history"
    ]
    assert any("eval_loss" in line for line in log), "the held-out rows were not read"


@pytest.mark.parametrize("objective", OTHERS)
def test_an_objective_that_no_bundle_carries_out_is_refused_with_what_to_do(objective, bundle) -> None:
    with pytest.raises(AdvisorError, match=f"trl bundles do .*, not {objective}") as refused:
        bundle(objective)
    assert "grpo" in refused.value.remedy or "--objective sft" in refused.value.remedy


def test_only_supervised_plans_say_that_advisor_itself_starts_them(bundle) -> None:
    assert "advisor train submit" in (bundle("sft") / "README.md").read_text()
    told = (bundle("dpo") / "README.md").read_text()
    assert "holds the better answer against the worse one" in told
    assert "'advisor train submit' refuses it" in told
    with pytest.raises(AdvisorError, match="ray bundles do sft"):
        bundle("dpo", backend="ray")


def test_plain_text_and_conversations_are_not_mistaken_for_each_other(bundle, tmp_path) -> None:
    rows = tmp_path / "other.jsonl"
    rows.write_text("".join(json.dumps(row("cpt", n)) + "\n" for n in range(20)))
    with pytest.raises(AdvisorError, match="plain text"):
        bundle("sft", train_path=rows)
    rows.write_text("".join(json.dumps(row("sft", n) | {"text": "a note"}) + "\n" for n in range(20)))
    with pytest.raises(AdvisorError, match="needs rows of plain text"):
        bundle("cpt", train_path=rows)


def test_plain_text_is_written_as_it_is_whatever_the_system_prompt(bundle) -> None:
    folder = bundle("cpt", system_prompt="You are the support desk.")
    lines = [json.loads(line) for line in (folder / "data" / "train.jsonl").read_text().splitlines()]
    assert lines
    assert all(line in [row("cpt", n) for n in range(20)] for line in lines)
