"""Bad input is refused with words that say where and what to do, and nothing is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.folder import RunFolder, open_run
from tests.bakeoff.conftest import Make

URL = "http://127.0.0.1:1/v1"


def test_a_folder_without_held_out_rows_is_refused(asked: Make, task: Path, tmp_path: Path) -> None:
    (task / "eval.jsonl").unlink()
    with pytest.raises(AdvisorError, match=r"has no eval\.jsonl") as caught:
        open_run(asked(URL), tmp_path / "run")
    assert "advisor split" in caught.value.remedy


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": "r1", "input": "What?", "reference": ""}, "the row has no answer"),
        ({"id": "r1", "reference": "this"}, "no field holds the question"),
        ({"id": "r1", "messages": [{"role": "assistant", "content": "Hello"}]}, "the row has no question"),
    ],
)
def test_a_row_that_cannot_be_asked_is_named(
    asked: Make, task: Path, tmp_path: Path, row: dict[str, object], words: str
) -> None:
    (task / "eval.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(AdvisorError, match=words) as caught:
        open_run(asked(URL), tmp_path / "run")
    assert caught.value.place.startswith("held-out.jsonl:1")


def test_ids_that_occur_twice_are_refused(asked: Make, task: Path, tmp_path: Path) -> None:
    lines = (task / "eval.jsonl").read_text().splitlines()
    (task / "eval.jsonl").write_text("\n".join([lines[0], lines[0]]) + "\n")
    with pytest.raises(AdvisorError, match="occurs more than once"):
        open_run(asked(URL), tmp_path / "run")


def test_a_broken_line_is_named_with_its_number(asked: Make, task: Path, tmp_path: Path) -> None:
    (task / "train.jsonl").write_text('{"input": "a", "reference": "b"}\n{"input": \n')
    with pytest.raises(AdvisorError, match="cannot be read") as caught:
        open_run(asked(URL), tmp_path / "run")
    assert caught.value.place.endswith(":2")


def test_one_file_is_split_and_both_sides_are_kept(asked: Make, task: Path, tmp_path: Path) -> None:
    whole = tmp_path / "rows.jsonl"
    whole.write_text((task / "train.jsonl").read_text() + (task / "eval.jsonl").read_text())
    rows = open_run(asked(URL, data=whole, eval_share=0.25), tmp_path / "run").rows()
    assert (len(rows.train), len(rows.held_out)) == (18, 6)
    assert not {one.example.turns[-1]["content"] for one in rows.train} & {
        one.example.turns[-1]["content"] for one in rows.held_out
    }


def test_fewer_rows_are_drawn_by_the_seed(asked: Make, tmp_path: Path) -> None:
    first, again, other = (
        [
            one.example.id
            for one in open_run(asked(URL, most_rows=5, seed=seed), tmp_path / name).rows().held_out
        ]
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == again != other
    assert len(first) == 5


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="not a bake-off folder"):
        RunFolder(tmp_path).options()


def test_options_of_another_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "options.json").write_text('{"version": 7}')
    with pytest.raises(AdvisorError, match="options cannot be read"):
        RunFolder(tmp_path).options()
