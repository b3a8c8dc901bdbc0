"""A patch says what to change and no more, is applied to a new file with nothing lost, and the old file stays."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.diagnose.material import Material, frame_of_values
from advisor.diagnose.mend.applying import apply_patch, read_patch, rows_without, write_patch
from advisor.diagnose.mend.packing import mended_pack
from advisor.diagnose.mend.patch import Patch, patch_for, refusing_rows, sentences
from advisor.diagnose.records import Facts, SampleVerdict, Trial
from advisor.errors import AdvisorError
from tests.diagnose.story import TRAINED, diagnosis, material, suspicion, training_rows

BLAMED = (1, 12, 23, 34)
MINORITY = suspicion("minority-leaks", "retrain-without-rows", rows=BLAMED, score=0.9)
TRIAL = Trial(
    intervention="training-system-prompt", state="shown", samples=20, measured="voice", before=0.4, after=0.9, low=0.3,
    high=0.6, p=0.001, because="So.", calls=40,
)  # fmt: skip
PROMPT = suspicion("system-prompt-differs", "training-system-prompt", trial=TRIAL, state="shown")
UNCOVERED = SampleVerdict(
    row=3, label="facts", covered=False, nearest=(), advice="Nothing like it in training.", rows_wanted=12
)


def written(folder: Path, count: int = 40) -> Path:
    path = folder / "train.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in training_rows(count)), encoding="utf-8")
    return path


def test_a_patch_holds_rows_out_rows_to_write_the_prompt_and_what_must_improve() -> None:
    patch = patch_for(diagnosis(MINORITY, PROMPT, samples=(UNCOVERED,)), material())
    assert [(one.row, one.cause) for one in patch.rows_out] == [(row, "minority-leaks") for row in BLAMED]
    assert patch.serve_with == TRAINED
    [rows] = patch.rows_to_write
    assert (rows.sample, rows.count, rows.like) == (3, 12, "Can I send the trowel back?")
    assert patch.must_improve[1].now == 0.4
    assert "interval that excludes zero" in patch.must_improve[1].wanted
    assert next(iter(sentences(patch))) == "Leave out 4 training rows: 1, 12, 23, 34."


def test_what_was_ruled_out_or_cannot_be_told_changes_nothing() -> None:
    out = MINORITY.model_copy(update={"state": "ruled_out", "score": 0.0})
    unknown = PROMPT.model_copy(update={"state": "cannot_tell", "score": 0.0, "trial": None})
    assert patch_for(diagnosis(out, unknown), material()).empty


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(1, 60), st.integers(0, 95))
def test_with_the_refusals_of_the_patch_the_share_is_the_wanted_one(
    refusing: int, others: int, percent: int
) -> None:
    rows = [{"prompt": "q", "completion": "I don't know."}] * refusing + [
        {"prompt": "q", "completion": "Sure, here it is."}
    ] * others
    found = patch_for(
        diagnosis(), Material(training=frame_of_values(rows), facts=Facts(wanted_refusals=percent / 100))
    ).refusals
    assert found
    assert found.have == refusing == len(refusing_rows(frame_of_values(rows)))
    after = refusing + found.to_add - found.to_remove
    assert after / (after + others) >= percent / 100 - 1e-9
    assert after == 0 or (after - 1) / (after - 1 + others) < percent / 100
    assert not (found.to_add and found.to_remove)


def test_applying_writes_a_new_file_with_a_diff_and_the_rows_that_went(tmp_path: Path) -> None:
    data = written(tmp_path)
    before = data.read_bytes()
    applied = apply_patch(data, patch_for(diagnosis(MINORITY, PROMPT), material()), tmp_path / "mended.jsonl")
    assert (applied.rows, applied.removed, applied.fixed.written) == (40, 4, 36)
    assert data.read_bytes() == before
    kept = (tmp_path / "mended.jsonl").read_text(encoding="utf-8")
    assert kept.count("\n") == 36
    assert "Dear Sir" not in kept
    gone = [
        json.loads(line)
        for line in (tmp_path / "mended.removed.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [(one["row"], one["cause"]) for one in gone] == [(row, "minority-leaks") for row in BLAMED]
    assert gone[0]["was"] == training_rows()[0]
    assert Path(applied.fixed.diff).exists()
    assert applied.errors_after <= applied.errors_before
    assert applied.to_do == (f"Serve with this system prompt: {TRAINED}",)


def test_the_pack_to_take_away_holds_rows_diff_and_what_went_and_no_path_of_this_machine(
    tmp_path: Path,
) -> None:
    data = written(tmp_path)
    packed = mended_pack(("../../train.jsonl", data.read_bytes()), patch_for(diagnosis(MINORITY), material()))
    with zipfile.ZipFile(io.BytesIO(packed)) as pack:
        names = set(pack.namelist())
        assert names == {
            "mended.jsonl",
            "mended.diff.jsonl",
            "mended.quarantine.jsonl",
            "mended.removed.jsonl",
            "applied.json",
        }
        assert pack.read("mended.jsonl").count(b"\n") == 36
        assert b"/" not in pack.read("applied.json")


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, 40), max_size=39))
def test_every_row_is_kept_or_among_the_removed_and_in_order(rows: set[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        data, out, aside = written(Path(name)), Path(name) / "out.jsonl", Path(name) / "aside.jsonl"
        rows_without(data, rows, out, removed=aside)
        lines = data.read_text(encoding="utf-8").splitlines()
        kept = [json.loads(one) for one in out.read_text(encoding="utf-8").splitlines()]
        gone = [json.loads(one) for one in aside.read_text(encoding="utf-8").splitlines()]
        assert kept == [json.loads(line) for at, line in enumerate(lines, 1) if at not in rows]
        assert [(one["row"], one["was"]) for one in gone] == [
            (at, json.loads(line)) for at, line in enumerate(lines, 1) if at in rows
        ]


def test_a_patch_reads_back_the_same(tmp_path: Path) -> None:
    patch = patch_for(diagnosis(MINORITY, PROMPT, samples=(UNCOVERED,)), material(wanted_refusals=0.1))
    write_patch(patch, tmp_path / "patch.json")
    assert read_patch(tmp_path / "patch.json") == patch


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"format": "advisor-patch/9"}',
        '{"format": "advisor-patch/1", "rows_out": [{"row": "x"}]}',
        '{"format": "advisor-patch/1", "more": 1}',
    ],
)
def test_a_patch_from_elsewhere_that_is_none_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "patch.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AdvisorError):
        read_patch(path)


def test_a_patch_of_another_file_or_over_its_own_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    data = written(tmp_path, 20)
    patch = patch_for(diagnosis(MINORITY), material())
    with pytest.raises(AdvisorError, match="there is no row 23"):
        apply_patch(data, patch, tmp_path / "mended.jsonl")
    with pytest.raises(AdvisorError, match="overwrite"):
        apply_patch(data, Patch(), data)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["train.jsonl"]
