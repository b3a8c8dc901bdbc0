"""What a run asks, keeps and concludes, against a scripted service on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.folder import JOURNAL, RunFolder, open_run
from advisor.evaluate.bakeoff.records import Cancelled
from advisor.evaluate.bakeoff.running import Progress, ready, run
from advisor.evaluate.evaluating import EvaluateOptions, evaluate
from advisor.evaluate.records import Evaluation
from tests.bakeoff.conftest import DAY, FIRST, HELD_OUT, Make
from tests.bakeoff.scripted import Reply, about_the_question, scripted

pytest.importorskip("openai")
pytest.importorskip("bm25s")


def carried_out(folder: RunFolder) -> Evaluation:
    return run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=lambda _: None)


def test_the_arm_that_is_given_the_passage_is_right_and_ships(asked: Make, tmp_path: Path) -> None:
    with scripted() as service:
        result = carried_out(open_run(asked(service.url), tmp_path / "run"))
    scores = {name: one.scores["exact"].value for name, one in result.arms.items()}
    assert scores == {"prompt": 0.0, "few-shot": 0.0, "retrieval": 1.0}
    assert result.verdict.ship == "retrieval"
    assert any(note.startswith("retrieval gains 100 points") for note in result.notes)


def test_a_finished_run_asks_nothing_again_and_says_the_same(asked: Make, tmp_path: Path) -> None:
    with scripted() as service:
        first = carried_out(open_run(asked(service.url), tmp_path / "run"))
        calls = len(service.requests)
        again = carried_out(open_run(asked(service.url), tmp_path / "run"))
        assert len(service.requests) == calls == 3 * HELD_OUT
    assert again == first


def test_every_answer_keeps_what_it_depended_on(asked: Make, tmp_path: Path) -> None:
    def say(body: dict[str, object], times: int) -> Reply:
        reply = about_the_question(body, times)
        return Reply(reply.text, cached=3)

    with scripted(say) as service:
        folder = open_run(asked(service.url, model="openai:gpt-4o-mini"), tmp_path / "run")
        carried_out(folder)
    rows = [json.loads(line) for line in folder.arm_file("retrieval").read_text().splitlines()]
    assert [one["id"] for one in rows] == [f"r{number}" for number in range(FIRST, FIRST + HELD_OUT)]
    one = rows[0]
    assert one["passages"][0].startswith("page-10")
    assert one["system_prompt"] == "Answer with the code alone."
    assert one["tokens_cached"] == 3
    assert one["model"] == "openai:gpt-4o-mini"
    assert one["usd"] > 0
    assert 0 < one["seconds_to_first"] <= one["seconds"]
    assert one["data_sha256"] == folder.rows().sha256
    assert one["seed"] == 20
    assert service.requests[0]["model"] == "gpt-4o-mini"


def test_the_arms_files_and_logs_compare_to_the_same_scores(asked: Make, tmp_path: Path) -> None:
    with scripted() as service:
        folder = open_run(asked(service.url), tmp_path / "run")
        result = carried_out(folder)
    options = EvaluateOptions(references=folder.held_out, scorers=("exact",))
    for kind in ("arms/{}.jsonl", "logs/{}.json"):
        files = [(name, folder.path / kind.format(name)) for name in result.arms]
        again = evaluate(files, options, as_of=DAY).evaluation
        assert {name: one.scores["exact"] for name, one in again.arms.items()} == {
            name: one.scores["exact"] for name, one in result.arms.items()
        }


def test_a_row_that_the_service_refuses_is_counted_as_failed(asked: Make, tmp_path: Path) -> None:
    def say(body: dict[str, object], times: int) -> Reply:
        refused = "number 13?" in json.dumps(body["messages"][-1])  # type: ignore[index]
        return Reply("too long", status=400) if refused else about_the_question(body, times)

    with scripted(say) as service:
        folder = open_run(asked(service.url, "retrieval", "prompt"), tmp_path / "run")
        result = carried_out(folder)
    assert result.arms["retrieval"].failed == 1
    assert result.arms["retrieval"].n == HELD_OUT
    assert "400: " in folder.arm_file("retrieval").read_text()


def test_a_service_that_is_busy_is_waited_for(asked: Make, tmp_path: Path) -> None:
    def say(body: dict[str, object], times: int) -> Reply:
        return (
            Reply("busy", status=429, headers={"Retry-After": "0"})
            if times == 1
            else about_the_question(body, times)
        )

    with scripted(say) as service:
        result = carried_out(open_run(asked(service.url, "retrieval"), tmp_path / "run"))
        assert set(service.times().values()) == {2}
    assert result.arms["retrieval"].failed == 0


def test_what_a_service_does_not_know_is_left_out_and_said(asked: Make, tmp_path: Path) -> None:
    def say(body: dict[str, object], times: int) -> Reply:
        for name in ("seed", "stream_options"):
            if name in body:
                return Reply(f"unknown parameter: {name}", status=400)
        return about_the_question(body, times)

    with scripted(say) as service:
        result = carried_out(open_run(asked(service.url, "retrieval", concurrency=1), tmp_path / "run"))
    assert result.arms["retrieval"].scores["exact"].value == 1
    assert "the service refused seed, stream_options: answers were asked for without" in result.notes


def test_a_wrong_key_stops_the_run_and_keeps_what_was_answered(asked: Make, tmp_path: Path) -> None:
    def say(body: dict[str, object], times: int) -> Reply:
        shown = len(body["messages"])  # type: ignore[arg-type]
        return Reply("no", status=401) if shown > 2 else about_the_question(body, times)

    with scripted(say) as service:
        folder = open_run(asked(service.url, "prompt", "few-shot"), tmp_path / "run")
        with pytest.raises(AdvisorError, match="refused with 401"):
            carried_out(folder)
    assert len(folder.journal().known) == HELD_OUT


def test_a_sum_is_never_passed_and_more_money_goes_on(asked: Make, tmp_path: Path) -> None:
    priced = {"model": "openai:gpt-4o-mini", "concurrency": 1, "max_tokens": 16}
    with scripted() as service:
        plan = ready(
            open_run(asked(service.url, "prompt", **priced), tmp_path / "planned"), load_catalog(), day=DAY
        ).plan
        assert plan.usd is not None
        most = 1.01 * plan.usd.low
        folder = open_run(asked(service.url, "prompt", max_usd=most, **priced), tmp_path / "run")
        with pytest.raises(AdvisorError, match="could pass"):
            carried_out(folder)
        assert folder.journal().spent_usd() <= most
        assert 0 < len(folder.journal().known) < HELD_OUT
        more = open_run(asked(service.url, "prompt", max_usd=1.0, **priced), tmp_path / "run")
        assert carried_out(more).arms["prompt"].failed == 0
        assert set(service.times().values()) == {1}


def test_a_run_that_costs_too_much_is_refused_before_anything_is_asked(asked: Make, tmp_path: Path) -> None:
    with scripted() as service:
        options = asked(service.url, model="openai:gpt-4o-mini", max_usd=1e-9)
        with pytest.raises(AdvisorError, match="USD at least"):
            ready(open_run(options, tmp_path / "run"), load_catalog(), day=DAY)
        assert not service.requests


def test_cancelling_keeps_every_answer_and_the_same_run_goes_on(asked: Make, tmp_path: Path) -> None:
    with scripted() as service:
        folder = open_run(asked(service.url, concurrency=1), tmp_path / "run")

        def stop_at_ten(now: Progress) -> None:
            if now.done >= 10:
                folder.cancel()

        with pytest.raises(Cancelled):
            run(ready(folder, load_catalog(), day=DAY), day=DAY, tell=stop_at_ten)
        kept = len(folder.journal().known)
        assert 10 <= kept < 3 * HELD_OUT
        carried_out(folder)
        assert set(service.times().values()) == {1}


def test_a_line_that_was_cut_off_is_asked_again_and_nothing_else(asked: Make, tmp_path: Path) -> None:
    with scripted() as service:
        folder = open_run(asked(service.url, "prompt"), tmp_path / "run")
        first = carried_out(folder)
        journal = folder.path / JOURNAL
        journal.write_bytes(journal.read_bytes()[:-20])
        again = carried_out(folder)
        assert sorted(service.times().values()) == [1] * (HELD_OUT - 1) + [2]
    assert again.arms["prompt"].scores == first.arms["prompt"].scores


def test_a_folder_with_other_options_is_refused(asked: Make, tmp_path: Path) -> None:
    open_run(asked("http://127.0.0.1:1/v1"), tmp_path / "run")
    with pytest.raises(AdvisorError, match="other options or rows"):
        open_run(asked("http://127.0.0.1:1/v1", seed=3), tmp_path / "run")
