"""A split is a partition, repeatable, and keeps together what belongs together."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from advisor.data.checks.contract import chat, good_rows
from advisor.data.split import SplitOptions, split
from advisor.doors.cli import build
from advisor.errors import AdvisorError
from advisor.train.records import TrainingSpec

from .files import lines, run_and_kill, write


def different(count):
    words = [
        "amber",
        "birch",
        "cedar",
        "delta",
        "ember",
        "fjord",
        "grove",
        "haven",
        "inlet",
        "jetty",
        "knoll",
        "ledge",
        "marsh",
        "north",
        "ocean",
    ]
    return [
        chat(
            f"{words[index % 15]} question {index} about {words[index * 7 % 15]} and {words[index * 11 % 13]}",
            f"{words[index * 3 % 15]} is what number {index} wants, {words[index * 5 % 14]}.",
            label="ab"[index % 4 == 0],
            customer=index // 3,
            day=f"2026-{1 + index // 28:02}-{1 + index % 28:02}",
        )
        for index in range(count)
    ]


@given(share=st.floats(0.1, 0.6), seed=st.integers(0, 2**31))
@settings(max_examples=12, deadline=None)
def test_a_split_is_a_repeatable_partition_with_hashes(tmp_path_factory, share, seed):
    folder = tmp_path_factory.mktemp("split")
    data = write(folder / "a.jsonl", different(60))
    options = SplitOptions(eval_share=share, seed=seed)
    manifest = split(data, folder / "one", options)
    assert sorted(manifest.train.source_rows + manifest.eval.source_rows) == list(range(1, 61))
    assert abs(manifest.eval.rows / 60 - share) < 0.03
    for side in (manifest.train, manifest.eval):
        assert hashlib.sha256((folder / "one" / side.file).read_bytes()).hexdigest() == side.sha256
        assert lines(folder / "one" / side.file) == [different(60)[row - 1] for row in side.source_rows]
    split(data, folder / "two", options)
    assert (folder / "one" / "manifest.json").read_bytes() == (folder / "two" / "manifest.json").read_bytes()


def test_near_duplicates_repeats_and_groups_stay_on_one_side(tmp_path):
    rows = different(40)
    copies = [json.loads(json.dumps(row)) for row in rows[:15]]
    for row in copies:
        row["messages"][0]["content"] = "Please: " + row["messages"][0]["content"] + "!"
    manifest = split(
        write(tmp_path / "a.jsonl", rows + copies + rows[:5]),
        tmp_path / "out",
        SplitOptions(group="customer"),
    )
    side = dict.fromkeys(manifest.train.source_rows, 0) | dict.fromkeys(manifest.eval.source_rows, 1)
    assert all(side[index + 1] == side[40 + index + 1] for index in range(15))
    assert all(side[index + 1] == side[55 + index + 1] for index in range(5))
    assert all(side[index + 1] == side[index - index % 3 + 1] for index in range(40))


def test_strata_keep_their_shares(tmp_path):
    manifest = split(
        write(tmp_path / "a.jsonl", different(200)),
        tmp_path / "out",
        SplitOptions(eval_share=0.25, stratify="label"),
    )
    rare = sum(row["label"] == "b" for row in lines(tmp_path / "out" / "eval.jsonl"))
    assert abs(rare - 12.5) <= 1
    assert manifest.notes == []


def test_a_split_by_time_holds_out_the_latest(tmp_path):
    split(
        write(tmp_path / "a.jsonl", different(100)),
        tmp_path / "out",
        SplitOptions(time="day", eval_share=0.2),
    )
    days = {
        name: [row["day"] for row in lines(tmp_path / "out" / f"{name}.jsonl")] for name in ("train", "eval")
    }
    assert max(days["train"]) <= min(days["eval"])
    assert len(days["eval"]) == 20


def test_augmented_data_is_not_split(tmp_path):
    rows = [*different(20), {**different(1)[0], "augmented_from": {"row": 1}}]
    with pytest.raises(AdvisorError, match="augmentation") as caught:
        split(write(tmp_path / "a.jsonl", rows), tmp_path / "out")
    assert caught.value.place.endswith(":21")


def test_broken_lines_are_left_out_only_on_request(tmp_path):
    data = write(tmp_path / "a.jsonl", [*different(20), b"{"])
    with pytest.raises(AdvisorError, match="rows 21"):
        split(data, tmp_path / "out")
    assert split(data, tmp_path / "out", SplitOptions(skip_broken=True)).skipped == [21]


@pytest.mark.parametrize(
    ("options", "words"), [({"group": "custmer"}, "customer"), ({"stratify": "lable"}, "label")]
)
def test_an_unknown_field_is_named_with_a_guess(options, words, tmp_path):
    with pytest.raises(AdvisorError) as caught:
        split(write(tmp_path / "a.jsonl", different(20)), tmp_path / "out", SplitOptions(**options))
    assert words in caught.value.remedy


@pytest.mark.slow
def test_a_kill_leaves_no_manifest_beside_unfinished_files(tmp_path):
    data = write(tmp_path / "a.jsonl", good_rows(4000))
    split(data, tmp_path / "whole")
    code = f"from pathlib import Path; from advisor.data.split import split; split(Path({str(data)!r}), Path({str(tmp_path / 'out')!r}))"
    for seconds in (0.8, 1.5, 2.2):
        run_and_kill(code, after_seconds=seconds)
        for name in ("train.jsonl", "eval.jsonl", "manifest.json"):
            made = tmp_path / "out" / name
            assert not made.exists() or made.read_bytes() == (tmp_path / "whole" / name).read_bytes()
    split(data, tmp_path / "out")
    assert (tmp_path / "out" / "manifest.json").read_bytes() == (
        tmp_path / "whole" / "manifest.json"
    ).read_bytes()


def test_split_and_plan_hold_out_the_same_share_by_the_same_seed(tmp_path):
    planned = TrainingSpec.model_fields
    options = SplitOptions()
    assert (options.eval_share, options.seed) == (planned["eval_share"].default, planned["seed"].default)
    data = write(tmp_path / "a.jsonl", good_rows(60))
    assert CliRunner().invoke(build(), ["split", str(data), "-o", str(tmp_path / "shell")]).exit_code == 0
    split(data, tmp_path / "python", options)
    for name in ("train.jsonl", "eval.jsonl"):
        assert (tmp_path / "shell" / name).read_bytes() == (tmp_path / "python" / name).read_bytes()
