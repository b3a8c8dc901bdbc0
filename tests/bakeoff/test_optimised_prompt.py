"""The real optimiser against a scripted model that obeys one instruction and reflects when it is asked to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advisor.catalog import load_catalog
from advisor.evaluate.bakeoff.folder import open_run
from advisor.evaluate.bakeoff.running import ready, run
from tests.bakeoff.conftest import DAY, Make
from tests.bakeoff.scripted import Reply, scripted

pytest.importorskip("gepa")
pytest.importorskip("openai")
pytest.importorskip("bm25s")
GOOD = "Write K, then the number."


def obedient(body: dict[str, Any], _times: int) -> Reply:
    first, last = body["messages"][0]["content"], body["messages"][-1]["content"]
    if body["max_tokens"] > 1000:
        return Reply(f"```\n{GOOD}\n```")
    return Reply(f"K{last.rpartition(' ')[2].strip('?')}" if GOOD in first else "no idea")


def test_an_instruction_that_training_rows_teach_is_found_and_used(asked: Make, tmp_path: Path) -> None:
    with scripted(obedient) as service:
        options = asked(service.url, "prompt", "optimised-prompt", optimise_calls=40)
        folder = open_run(options, tmp_path / "run")
        result = run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=lambda _: None)
        held_out = {one.example.turns[-1]["content"] for one in folder.rows().held_out}
        optimising = [one for one in service.requests if one["max_tokens"] > 1000]
        assert optimising
        assert not [one for one in optimising if any(asked in str(one) for asked in held_out)]
        calls = len(service.requests)
        run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=lambda _: None)
        assert len(service.requests) == calls
    assert result.arms["optimised-prompt"].scores["exact"].value == 1
    assert result.arms["prompt"].scores["exact"].value == 0
    assert f"the optimised instruction: {GOOD}" in result.notes
