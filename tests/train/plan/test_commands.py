"""`advisor size` and `advisor plan` as a shell sees them."""

from __future__ import annotations

import json

import pytest

from tests.command_line import advisor

DAY = ("--as-of", "2026-11-22")


def size(*arguments):
    return advisor("size", *arguments, *DAY)


def test_size_prints_one_json_object_with_the_agreed_keys():
    done = size("--model", "llama-3.1-8b", "--method", "qlora", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert answer["trainable_parameters"] == 41_943_040
    assert {"low", "expected", "high", "parts"} <= answer["memory_gib"].keys()
    assert {"gpu", "memory_gib", "probability"} <= answer["fits"][0].keys()
    assert {"total_parameters", "trainable_share", "changes_to_fit", "seconds"} <= answer.keys()
    assert answer["usd"].keys() >= {"low", "expected", "high"}


def test_every_documented_option_of_size_is_accepted(tmp_path, catalog):
    config = tmp_path / "config.json"
    config.write_text(json.dumps(catalog.models["qwen2.5-7b"].config))
    options = "--rank 8 --targets q,v --seq-len 512 --micro-batch 2 --optimizer adamw-8bit --no-checkpointing"
    rest = "--loss-kernel chunked --quant nf4 --precision bf16 --method qlora --json"
    done = size("--config", str(config), *options.split(), *rest.split())
    assert done.returncode == 0
    assert json.loads(done.stdout)["modules"].keys() == {"q_proj", "v_proj"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--model", "lama-3.1-8b"), "Did you mean 'llama-3.1-8b'"),
        (("--model", "llama-2-7b", "--method", "lorra"), "Did you mean 'lora'"),
        (("--model", "llama-2-7b", "--quant", "nf5"), "Did you mean 'nf4'"),
        (("--model", "llama-2-7b", "--rank", "0"), "--rank"),
        (("--model", "llama-2-7b", "--method", "full", "--quant", "nf4"), "cannot be trained"),
        (("--model", "llama-2-7b", "--gpu", "rtx-4091"), "Did you mean 'rtx-4090'"),
        (("--model", "llama-2-7b", "--tokens", "-1"), "--tokens"),
        ((), "--model"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(arguments, says):
    done = size(*arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_size_for_people_names_the_part_that_is_largest():
    done = size("--model", "gemma-3-270m", "--micro-batch", "8", "--serve", "4")
    assert done.returncode == 0
    assert "logits" in done.stdout
    assert "Serving 4 requests" in done.stdout


@pytest.fixture
def files(tmp_path):
    rows = [
        {"messages": [{"role": "user", "content": f"Q {n}"}, {"role": "assistant", "content": f"A {n}"}]}
        for n in range(80)
    ]
    data = tmp_path / "train.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "title: Support\nanswers: {behavior_gap: main, behaviors: [tone], knowledge_gap: none}\n"
    )
    return answers, data, tmp_path / "bundle"


def test_plan_writes_a_bundle_and_says_why_each_setting_has_its_value(files):
    answers, data, out = files
    done = advisor(
        "plan", str(answers), "--data", str(data), "--backend", "axolotl", "--model", "qwen3-8b",
        "-o", str(out), "--json", *DAY,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert answer["bundle"] == str(out)
    assert (out / "config.yaml").is_file()
    assert {reason["setting"] for reason in answer["reasons"]} >= {"rank", "learning_rate"}
    assert answer["spec"]["rank"] == 8


def test_what_was_chosen_by_hand_is_kept(files):
    answers, data, _ = files
    done = advisor(
        "plan", str(answers), "--data", str(data), "--backend", "trl", "--rank", "4", "--learning-rate", "0.001",
        "--epochs", "2", "--json", *DAY,
    )  # fmt: skip
    spec = json.loads(done.stdout)["spec"]
    assert (spec["rank"], spec["alpha"], spec["learning_rate"], spec["epochs"]) == (4, 8, 0.001, 2)


def test_a_closed_backend_is_refused_with_its_date_and_writes_nothing(files):
    answers, data, out = files
    done = advisor(
        "plan", str(answers), "--data", str(data), "--backend", "openai", "--model", "gpt-4o-mini",
        "-o", str(out), "--as-of", "2027-02-01",
    )  # fmt: skip
    assert done.returncode == 1
    assert "2027-01-06" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--backend", "axolotel"), "Did you mean 'axolotl'"),
        (("--backend", "together"), "--model"),
        (("--backend", "trl", "--rank", "0"), "rank"),
        (("--backend", "trl", "--option", "novalue"), "name=value"),
        (("--backend", "trl", "--task", "stile"), "Did you mean 'style'"),
        (("--backend", "trl", "--objective", "dpo"), "better and a worse answer"),
    ],
)
def test_a_mistake_in_a_plan_is_named(files, more, says):
    answers, data, _ = files
    done = advisor("plan", str(answers), "--data", str(data), *more, *DAY)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
