"""Questions spread over workers of Ray come to what one process comes to, and a kill loses only what was under way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.folder import RunFolder, open_run
from advisor.evaluate.bakeoff.running import ready, run
from advisor.evaluate.records import Evaluation
from tests.bakeoff.conftest import DAY, HELD_OUT, Make
from tests.bakeoff.killing import CONCURRENCY, command, killed, slow
from tests.bakeoff.scripted import Reply, scripted

pytest.importorskip("openai")
pytest.importorskip("bm25s")
pytest.importorskip("ray")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SPREAD = ("--executor", "ray", "--workers", "2")


def carried_out(folder: RunFolder) -> Evaluation:
    return run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=lambda _: None)


def test_workers_come_to_the_result_of_one_process_and_a_refusal_travels(asked: Make, tmp_path: Path) -> None:
    spread = {"executor": "ray", "workers": 2}
    with scripted() as service:
        one = carried_out(open_run(asked(service.url), tmp_path / "one"))
        many = carried_out(open_run(asked(service.url, **spread), tmp_path / "many"))
        assert set(service.times().values()) == {2}
        # The same folder without workers is the same run: nothing is asked again.
        again = carried_out(open_run(asked(service.url), tmp_path / "many"))
        assert len(service.requests) == 6 * HELD_OUT
    assert {name: arm.scores for name, arm in many.arms.items()} == {
        name: arm.scores for name, arm in one.arms.items()
    }
    assert (many.verdict, many.differing, many.notes) == (one.verdict, one.differing, one.notes)
    assert again.verdict == many.verdict
    with scripted(lambda _body, _times: Reply("no", status=401)) as service:
        folder = open_run(asked(service.url, "prompt", **spread), tmp_path / "refused")
        with pytest.raises(AdvisorError, match="refused with 401"):
            carried_out(folder)


def test_killed_while_workers_ask_nothing_known_is_asked_again(task: Path, tmp_path: Path) -> None:
    with scripted(slow(0.05)) as service:
        told = killed(task, service, tmp_path / "broken", kills=1, seed=1, options=SPREAD)
    assert told.kills == 1
    assert told.asked_again == 0
    assert told.repeated <= told.kills * CONCURRENCY
    with scripted() as service:
        subprocess.run(command(task, service, tmp_path / "whole"), check=True, capture_output=True)
    whole, broken = RunFolder(tmp_path / "whole").result(), told.folder.result()
    assert {name: one.scores for name, one in broken.arms.items()} == {
        name: one.scores for name, one in whole.arms.items()
    }


def test_an_executor_that_does_not_exist_or_cannot_reach_the_service_is_refused(
    asked: Make, tmp_path: Path
) -> None:
    for executor, problem in (
        ("dask", "no executor 'dask'"),
        ("ray://cluster:10001", "cannot reach a service on this one"),
    ):
        folder = open_run(
            asked("http://127.0.0.1:1/v1", "prompt", executor=executor), tmp_path / executor[:4]
        )
        with pytest.raises(AdvisorError, match=problem):
            carried_out(folder)
