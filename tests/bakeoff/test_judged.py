"""A judge grades the arms of a run: from the run's journal, within its money, refused by name, found again on the page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.folder import RunFolder, open_run
from advisor.evaluate.bakeoff.records import Cancelled, Judging
from advisor.evaluate.bakeoff.running import Progress, compared, ready, run
from advisor.evaluate.measured import run_of
from advisor.evaluate.records import Evaluation
from tests.bakeoff.conftest import DAY, HELD_OUT, Make
from tests.bakeoff.scripted import Reply, Service, about_the_question, scripted
from tests.command_line import advisor

pytest.importorskip("openai")
pytest.importorskip("bm25s")
KNOWN = 5 * HELD_OUT


def is_judge(body: dict[str, Any]) -> bool:
    return body["messages"][0]["content"].startswith("You grade one answer")


def fair(body: dict[str, Any], times: int) -> Reply:
    """Answer as the model does; as the judge, grade by the number that was asked for."""
    if not is_judge(body):
        return about_the_question(body, times)
    spoken = body["messages"][-1]["content"]
    number = re.findall(r"number (\d+)", spoken)[-1]
    answer = spoken.rpartition("<answer>\n")[2].partition("\n</answer>")[0]
    return Reply(json.dumps({"reason": "as told", "grade": 5 if f"K{number}" in answer else 1}))


def carried_out(folder: RunFolder) -> Evaluation:
    return run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=lambda _: None)


def judge_calls(service: Service) -> int:
    return sum(map(is_judge, service.requests))


def test_every_answer_is_graded_once_and_the_plan_counts_the_judge(asked: Make, tmp_path: Path) -> None:
    with scripted(fair) as service:
        options = asked(service.url, "prompt", "retrieval", judge=Judging(model="big"), scorers=("judge",))
        folder = open_run(options, tmp_path / "run")
        plan = ready(folder, load_catalog(), day=DAY).plan
        assert plan.judge is not None
        assert plan.judge.calls == KNOWN + 2 * HELD_OUT
        assert plan.calls == 2 * HELD_OUT + plan.judge.calls
        result = carried_out(folder)
        assert judge_calls(service) <= plan.judge.calls
        calls = len(service.requests)
        assert carried_out(folder) == result
        assert len(service.requests) == calls
    assert result.judge is not None
    assert result.judge.because.startswith("big may grade single answers")
    assert {name: one.scores["judge"].value for name, one in result.arms.items()} == {
        "prompt": 0,
        "retrieval": 1,
    }
    assert result.verdict.metric == "judge"
    assert result.verdict.ship == "retrieval"


def test_a_finished_run_is_opened_with_its_grades_and_no_call(asked: Make, tmp_path: Path) -> None:
    with scripted(fair) as service:
        folder = open_run(
            asked(service.url, "prompt", "retrieval", judge=Judging(model="big")), tmp_path / "run"
        )
        carried_out(folder)
    told = compared(folder)
    assert told.grades is not None
    assert run_of(told.evaluation).judge.startswith("big may grade single answers")
    assert told.frames.scores.filter(metric="judge", arm="retrieval")["score"].to_list() == [1.0] * HELD_OUT


def test_a_constant_judge_is_refused_and_the_other_scorers_decide(asked: Make, tmp_path: Path) -> None:
    def say(body: dict[str, Any], times: int) -> Reply:
        return Reply('{"reason": "fine", "grade": 4}') if is_judge(body) else about_the_question(body, times)

    with scripted(say) as service:
        folder = open_run(asked(service.url, judge=Judging(model="big")), tmp_path / "run")
        result = carried_out(folder)
        assert judge_calls(service) <= KNOWN
    assert result.verdict.metric == "exact"
    assert result.judge is not None
    assert "a constant judge: it says '4 of 5' nearly always" in result.judge.because
    assert any("Its grades are not used" in note for note in result.notes)


def test_a_run_that_stops_while_the_judge_grades_goes_on_there(asked: Make, tmp_path: Path) -> None:
    with scripted(fair) as service:
        options = asked(service.url, "prompt", judge=Judging(model="big"), concurrency=1)
        folder = open_run(options, tmp_path / "run")

        def stop(now: Progress) -> None:
            if now.arm == "judge" and now.done >= HELD_OUT + 10:
                folder.cancel()

        with pytest.raises(Cancelled):
            run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=stop)
        assert HELD_OUT < len(folder.journal().known) < HELD_OUT + KNOWN
        assert carried_out(folder).judge is not None
        assert set(service.times().values()) == {1}


def test_the_judge_is_part_of_the_money(asked: Make, tmp_path: Path) -> None:
    priced: dict[str, Any] = {
        "model": "openai:gpt-4o-mini",
        "concurrency": 1,
        "judge": Judging(model="openai:gpt-4o-mini", rubric="a b c " * 100),
    }
    with scripted(fair) as service:
        with_judge = ready(
            open_run(asked(service.url, "prompt", **priced), tmp_path / "a"), load_catalog(), day=DAY
        )
        without = ready(
            open_run(asked(service.url, "prompt", model="openai:gpt-4o-mini"), tmp_path / "b"),
            load_catalog(),
            day=DAY,
        )
        assert with_judge.plan.usd is not None
        assert without.plan.usd is not None
        assert with_judge.plan.usd.expected > 3 * without.plan.usd.expected
        folder = open_run(
            asked(service.url, "prompt", max_usd=1.01 * with_judge.plan.usd.low, **priced), tmp_path / "c"
        )
        with pytest.raises(AdvisorError, match="could pass"):
            carried_out(folder)
        raised = open_run(asked(service.url, "prompt", max_usd=1.0, **priced), tmp_path / "c")
        assert carried_out(raised).judge is not None
        assert set(service.times().values()) == {1}


def test_a_judge_needs_an_address_and_the_scorer_a_judge(asked: Make, tmp_path: Path) -> None:
    for changes, problem in (
        ({"base_url": None, "model": "smollm2-135m-instruct", "judge": Judging(model="big")}, "the judge has no address"),
        ({"scorers": ("judge",)}, "no judge model is named"),
    ):  # fmt: skip
        folder = open_run(asked("http://127.0.0.1:1/v1", "prompt", **changes), tmp_path / str(len(problem)))
        with pytest.raises(AdvisorError, match=problem):
            ready(folder, load_catalog(), day=DAY)


def test_from_the_shell(task: Path, tmp_path: Path) -> None:
    with scripted(fair) as service:
        done = advisor(
            "bakeoff", "--data", str(task), "--documents", str(task / "documents"), "--model", "scripted", "--base-url",
            service.url, "--arm", "prompt", "--arm", "retrieval", "--judge", f"big@{service.url}", "--rubric", "5: the code.",
            "--requests-per-minute", "60000", "-o", str(tmp_path / "run"), "--json",
        )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["judge"]["accepted"]
    assert told["arms"]["retrieval"]["scores"]["judge"]["value"] == 1
    assert told["plan"]["judge"]["arm"] == "judge"
    assert any("5: the code." in json.dumps(one) for one in service.requests)
