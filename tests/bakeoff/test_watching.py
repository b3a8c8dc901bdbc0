"""A run in a process of its own is watched through its folder alone."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.folder import RunFolder, open_run
from advisor.evaluate.bakeoff.running import compared, ready, run
from advisor.evaluate.bakeoff.uploads import keep_files
from advisor.evaluate.bakeoff.watching import carry_out, standing, start
from tests.bakeoff.conftest import DAY, Make
from tests.bakeoff.scripted import Reply, scripted

pytest.importorskip("openai")
pytest.importorskip("bm25s")
PATIENCE_SECONDS = 240


def ended(folder: RunFolder) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while standing(folder).state == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    return standing(folder).state


def test_a_run_is_planned_started_watched_and_opened(asked: Make, tmp_path: Path) -> None:
    with scripted() as service:
        folder = open_run(asked(service.url, "prompt", "retrieval"), tmp_path / "run")
        assert standing(folder).state == "planned"
        start(folder)
        assert standing(folder).state == "running"
        assert ended(folder) == "done"
    told = compared(folder)
    assert told.evaluation.verdict.ship == "retrieval"
    assert told.ranked() == ["retrieval", "prompt"]


def test_a_finished_run_is_opened_although_its_scorer_is_gone(asked: Make, tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text("def same(answer, reference):\n    return answer == reference\n", encoding="utf-8")
    with scripted() as service:
        options = asked(service.url, "prompt", "retrieval", scorers=(f"python:{own}:same",))
        folder = open_run(options, tmp_path / "run")
        result = run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=lambda _: None)
    own.unlink()
    told = compared(folder)
    assert told.evaluation == result
    assert told.ranked() == ["retrieval", "prompt"]


def test_a_problem_is_kept_for_whoever_watches(asked: Make, tmp_path: Path) -> None:
    with scripted(lambda _body, _times: Reply("no", status=403)) as service:
        folder = open_run(asked(service.url, "prompt"), tmp_path / "run")
        assert carry_out(folder.path, load_catalog()) == 1
    now = standing(folder)
    assert now.state == "failed"
    assert now.problem is not None
    assert "refused with 403" in now.problem["problem"]


def test_two_processes_are_never_at_one_run(asked: Make, tmp_path: Path) -> None:
    folder = open_run(asked("http://127.0.0.1:1/v1", "prompt"), tmp_path / "run")
    made = ready(folder, load_catalog(), day=DAY)
    with folder.held(), pytest.raises(AdvisorError, match="another process is at this run"):
        run(made, day=DAY, tell=lambda _: None)
    assert not folder.running


def test_answers_that_exist_take_part_as_an_arm(asked: Make, tmp_path: Path) -> None:
    ours = tmp_path / "ours.jsonl"
    ours.write_text("".join(json.dumps({"id": f"r{n}", "answer": f"K{n}"}) + "\n" for n in range(10, 21)))
    with scripted() as service:
        folder = open_run(asked(service.url, "prompt", f"ours={ours}"), tmp_path / "run")
        result = run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=lambda _: None)
    assert result.arms["ours"].failed == 1
    assert result.arms["ours"].scores["exact"].value == pytest.approx(11 / 12)
    assert list(compared(folder).evaluation.arms) == ["prompt", "ours"]


def test_uploads_stay_in_their_folder_and_are_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVISOR_BAKEOFFS", str(tmp_path))
    kept = keep_files({"../../evil.jsonl": b"a", "..\\..\\b.jsonl": b"b"})
    assert sorted(path.name for path in kept.iterdir()) == ["b.jsonl", "evil.jsonl"]
    assert kept.is_relative_to(tmp_path)
    assert keep_files({"evil.jsonl": b"a", "b.jsonl": b"b"}) == kept
    assert keep_files({"evil.jsonl": b"b", "b.jsonl": b"a"}) != kept
