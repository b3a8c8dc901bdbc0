"""A bundle is whole or not there, repeatable, and leaks nothing from held-out rows into training."""

from __future__ import annotations

import json
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.data.rows.formats import to_conversation
from advisor.errors import AdvisorError
from advisor.train.bundle import read_bundle, write_bundle
from advisor.train.plan_composing import steps_of
from advisor.train.records import TrainingSpec
from advisor.train.row_shapes import Carries, in_shape
from advisor.train.training_rows import read_training_rows
from tests.train.planned import planned

DAY = date(2026, 11, 22)


def chat(number, **more):
    said = [
        {"role": "user", "content": f"Question {number}"},
        {"role": "assistant", "content": f"Answer {number}"},
    ]
    return {"messages": said, **more}


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def spec(path, **settings):
    given = {
        "backend": "axolotl",
        "base_model": "llama-3.1-8b",
        "train_path": path,
        "rank": 8,
        "seq_len": 512,
        "gpu": "l40s",
        "as_of": DAY,
    }
    return TrainingSpec.model_validate({**given, **settings})


@given(
    count=st.integers(2, 60), share=st.floats(0.01, 0.9), seed=st.integers(0, 5), doubled=st.integers(0, 10)
)
@settings(max_examples=30, deadline=None)
def test_a_split_is_a_partition_that_keeps_equal_rows_together(tmp_path_factory, count, share, seed, doubled):
    rows = [chat(number) for number in range(count)]
    rows += rows[: min(doubled, count)]
    read = read_training_rows(
        write(tmp_path_factory.mktemp("rows") / "rows.jsonl", rows), share=share, seed=seed
    )
    held_out = [row for row, out in zip(rows, read.held_out, strict=True) if out]
    kept = [row for row, out in zip(rows, read.held_out, strict=True) if not out]
    assert held_out
    assert kept
    assert not {json.dumps(row) for row in held_out} & {json.dumps(row) for row in kept}


def test_fields_beside_the_conversation_are_counted_whatever_they_hold(tmp_path):
    said = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    rows = [{"messages": said, "passages": ["P1", "P2"], "shelf": "x", "year": 2026} for _ in range(3)]
    read = read_training_rows(write(tmp_path / "a.jsonl", rows), share=0, seed=1)
    assert read.other_fields == {"passages": 3, "shelf": 3, "year": 3}


def test_the_order_of_rows_does_not_move_them_over_the_split(tmp_path):
    rows = [chat(number) for number in range(50)]
    forwards = read_training_rows(write(tmp_path / "a.jsonl", rows), share=0.2, seed=1)
    backwards = read_training_rows(write(tmp_path / "b.jsonl", rows[::-1]), share=0.2, seed=1)
    assert forwards.held_out.tolist() == backwards.held_out.tolist()[::-1]


def test_a_file_of_one_row_holds_nothing_out(tmp_path):
    path = write(tmp_path / "a.jsonl", [chat(1)])
    assert not read_training_rows(path, share=0.5, seed=1).held_out.any()


def shaped(row, shape, system_prompt=None, carries=None):
    return next(in_shape(to_conversation(1, row), shape, carries or Carries(), system_prompt))


@pytest.mark.parametrize(
    "shape", ["messages", "prompt-completion", "vertex-contents", "bedrock-conversation"]
)
def test_every_shape_keeps_what_was_said_and_the_system_prompt(shape):
    written = json.dumps(shaped(chat(7), shape, "Be brief."))
    assert "Question 7" in written
    assert "Answer 7" in written
    assert "Be brief." in written


def test_a_row_with_its_own_system_prompt_keeps_it():
    row = {"messages": [{"role": "system", "content": "Mine."}, *chat(1)["messages"]]}
    assert "Yours." not in json.dumps(shaped(row, "messages", "Yours."))


def test_prompt_and_completion_become_two_turns():
    said = shaped({"prompt": "Hello", "completion": "Ahoy"}, "messages")["messages"]
    assert [(turn["role"], turn["content"]) for turn in said] == [("user", "Hello"), ("assistant", "Ahoy")]


def test_preference_pairs_cannot_pass_as_conversations():
    pair = {"prompt": "Hello", "chosen": "Ahoy", "rejected": "Hi"}
    assert shaped(pair, "preference")["rejected"] == [{"role": "assistant", "content": "Hi"}]
    with pytest.raises(AdvisorError, match="preference"):
        shaped(pair, "messages")


def test_a_defect_in_the_data_is_named_with_its_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(chat(1)) + "\nnot json\n")
    with pytest.raises(AdvisorError, match=r"rows\.jsonl:2"):
        read_training_rows(path, share=0.1, seed=1)


@pytest.mark.parametrize(
    "line", ["[3]", "{}", '{"messages": 3}', '{"messages": [{"role": "user"}]}', '{"conversations": []}']
)
def test_a_row_without_a_conversation_is_refused(tmp_path, line):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(chat(1)) + "\n" + line + "\n")
    with pytest.raises(AdvisorError, match=r"rows\.jsonl:2"):
        read_training_rows(path, share=0.1, seed=1)


def test_data_that_changed_after_planning_is_refused_and_leaves_no_folder(tmp_path):
    path = write(tmp_path / "rows.jsonl", [chat(number) for number in range(40)])
    plan = planned(spec(path))
    write(path, [chat(number) for number in range(41)])
    with pytest.raises(AdvisorError, match="changed after planning"):
        write_bundle(plan, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["rows.jsonl"]


def test_the_same_plan_again_changes_nothing_and_another_is_refused(tmp_path):
    path = write(tmp_path / "rows.jsonl", [chat(number) for number in range(40)])
    plan = planned(spec(path))
    write_bundle(plan, tmp_path / "bundle")
    assert write_bundle(plan, tmp_path / "bundle") == tmp_path / "bundle"
    with pytest.raises(AdvisorError, match="not empty"):
        write_bundle(planned(spec(path, rank=16)), tmp_path / "bundle")


def test_a_folder_that_is_no_bundle_is_refused(tmp_path):
    with pytest.raises(AdvisorError, match="not a bundle"):
        read_bundle(tmp_path)


def test_a_manifest_that_points_outside_is_refused(tmp_path):
    manifest = {"plan_sha256": "x", "files": {"../secret": {"sha256": "y"}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(AdvisorError, match="lies inside"):
        read_bundle(tmp_path)


def test_axolotl_says_four_bits_only_for_qlora(tmp_path):
    path = write(tmp_path / "rows.jsonl", [chat(number) for number in range(40)])
    lora = yaml.safe_load(planned(spec(path)).config)
    qlora = yaml.safe_load(planned(spec(path, method="qlora")).config)
    assert (lora["adapter"], "load_in_4bit" in lora) == ("lora", False)
    assert (qlora["adapter"], qlora["load_in_4bit"]) == ("qlora", True)


def test_llamafactory_refuses_a_model_whose_template_is_not_known(tmp_path):
    path = write(tmp_path / "rows.jsonl", [chat(number) for number in range(40)])
    with pytest.raises(AdvisorError, match="template"):
        planned(spec(path, backend="llamafactory", base_model="falcon-7b"))
    named = spec(path, backend="llamafactory", base_model="falcon-7b", options={"template": "falcon"})
    assert yaml.safe_load(planned(named).config)["template"] == "falcon"


def test_mlx_counts_iterations_and_scales_by_alpha_over_rank(tmp_path):
    path = write(tmp_path / "rows.jsonl", [chat(number) for number in range(40)])
    plan = planned(spec(path, backend="mlx-lm", epochs=2, micro_batch=4, rank=8, alpha=16))
    config = yaml.safe_load(plan.config)
    assert config["iters"] == 18  # 36 rows in batches of 4, twice
    assert config["lora_parameters"]["scale"] == 2.0


def test_several_nodes_are_started_with_their_ranks(tmp_path):
    path = write(tmp_path / "rows.jsonl", [chat(number) for number in range(40)])
    many = spec(path, backend="skypilot", n_gpus=16, options={"nodes": 2, "sharding": "fsdp"})
    plan = planned(many)
    task = yaml.safe_load(plan.config)
    run = next(file.text for file in plan.files if file.path == "run.sh")
    assert (task["num_nodes"], task["resources"]["accelerators"]) == (2, "L40S:8")
    assert "--num_machines 2" in run
    assert "fsdp2" in run


def test_steps_follow_from_rows_batch_and_epochs(tmp_path):
    path = write(tmp_path / "rows.jsonl", [chat(1)])
    assert steps_of(spec(path, micro_batch=2, gradient_accumulation=4, epochs=3), 100) == 39
