"""A run that is killed goes on where it was; the long version is benchmarks/bakeoff_kill.py."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from advisor.evaluate.bakeoff.folder import RunFolder
from tests.bakeoff.killing import CONCURRENCY, command, killed, slow
from tests.bakeoff.scripted import scripted

pytest.importorskip("openai")
pytest.importorskip("bm25s")


@pytest.mark.slow
def test_killed_twice_nothing_known_is_asked_again_and_the_result_is_that_of_an_unbroken_run(
    task: Path, tmp_path: Path
) -> None:
    with scripted(slow(0.05)) as service:
        told = killed(task, service, tmp_path / "broken", kills=2, seed=1)
    assert told.kills == 2
    assert told.asked_again == 0
    assert told.repeated <= told.kills * CONCURRENCY
    with scripted() as service:
        done = subprocess.run(command(task, service, tmp_path / "whole"), check=True, capture_output=True)
    schema = json.loads(files("advisor").joinpath("schemas", "bakeoff.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(done.stdout))
    whole, broken = RunFolder(tmp_path / "whole").result(), told.folder.result()
    assert {name: one.scores for name, one in broken.arms.items()} == {
        name: one.scores for name, one in whole.arms.items()
    }
    assert (broken.verdict, broken.differing) == (whole.verdict, whole.differing)
