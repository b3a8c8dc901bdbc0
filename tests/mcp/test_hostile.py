"""A client that means harm: it gets a clear error, no byte from elsewhere, and the server goes on."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import anyio
import pytest

from advisor.doors.mcp.house import House
from advisor.doors.mcp.working import apart, counted
from advisor.errors import AdvisorError
from advisor.net import finish
from tests.mcp.conversing import ANSWERS, answers_file, call, house, references_file, talk, training_file
from tests.mcp.slow_work import sleeps


def said(result) -> str:
    assert result.is_error
    return result.content[0].text


@pytest.fixture
def places(tmp_path):
    """A granted folder, and one beside it with a file that nobody granted."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    training_file(inside)
    training_file(outside, name="secret.jsonl")
    return inside, outside


def paths_out(inside, outside):
    secret = outside / "secret.jsonl"
    (inside / "link.jsonl").symlink_to(secret)
    (inside / "linked").symlink_to(outside)
    (inside / "folder").mkdir()
    (inside / "folder" / "part.jsonl").symlink_to(secret)
    return [
        str(secret),
        "../outside/secret.jsonl",
        "linked/secret.jsonl",
        "link.jsonl",
        "folder",
        f"{inside}/../outside/secret.jsonl",
        "/etc/passwd",
        "/dev/stdin",
        "/proc/self/environ",
        "~/secret.jsonl/../../../../../etc/passwd",
    ]


def test_no_tool_reads_through_a_path_that_leads_out_of_the_roots(places):
    inside, outside = places
    paths = paths_out(inside, outside)
    tools = {
        "audit": lambda path: {"data": path},
        "plan": lambda path: {"data": path},
        "evaluate": lambda path: {"arms": {"a": path}},
        "size": lambda path: {"config": path},
        "diagnose": lambda path: {"facts": path},
    }

    async def script(client):
        return [
            (tool, path, await client.call_tool(tool, given(path)))
            for tool, given in tools.items()
            for path in paths
        ]

    for tool, path, result in talk(house(inside), script):
        assert "granted" in said(result), (tool, path)


@pytest.mark.parametrize("option", ["eval_data", "production", "model"])
def test_no_side_door_of_an_audit_leads_out(places, option):
    inside, outside = places
    given = {"data": "train.jsonl", option: str(outside / "secret.jsonl")}

    assert "granted" in said(call(house(inside), "audit", **given))


def test_a_model_may_be_a_name_but_not_a_folder_elsewhere(places):
    inside, outside = places
    (outside / "config.json").write_text("{}", encoding="utf-8")

    assert "granted" in said(call(house(inside), "size", model=str(outside)))
    assert not call(house(inside), "size", model="llama-3.1-8b").is_error


def test_nothing_is_written_outside_the_roots_or_without_a_word(places):
    inside, outside = places
    allowed = house(inside, writes=True)

    assert "granted" in said(call(allowed, "split", data="train.jsonl", folder=str(outside), confirm=True))
    assert "confirm: true" in said(call(allowed, "split", data="train.jsonl", folder="sides"))
    assert "Unknown tool" in said(call(house(inside), "split", data="train.jsonl", folder="s", confirm=True))
    assert not (inside / "sides").exists()
    assert [path.name for path in outside.iterdir()] == ["secret.jsonl"]


def test_a_split_never_replaces_the_file_that_it_reads(places):
    inside, _ = places
    before = (inside / "train.jsonl").read_bytes()

    text = said(call(house(inside, writes=True), "split", data="train.jsonl", folder=".", confirm=True))

    assert "replace the file" in text
    assert (inside / "train.jsonl").read_bytes() == before


def test_a_server_without_a_root_reads_no_file(places):
    assert "no folder was granted" in said(call(house(), "audit", data=str(places[0] / "train.jsonl")))


def test_what_is_no_file_is_not_waited_for(places):
    inside, _ = places
    os.mkfifo(inside / "pipe.jsonl")

    assert "neither a file nor a folder" in said(call(house(inside), "audit", data="pipe.jsonl"))


@pytest.mark.parametrize("path", ["", "a\0b", "x" * 5_000, "a" * 300 + ".jsonl"])
def test_a_path_that_is_none_is_a_clear_error(places, path):
    text = said(call(house(places[0]), "audit", data=path))

    assert "Traceback" not in text
    assert len(text) < 3_000


def test_no_scorer_runs_code_or_reads_a_file(places):
    inside, _ = places
    answers_file(inside, "a.jsonl", 30)
    references_file(inside)
    (inside / "evil.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    given = {"arms": {"a": "a.jsonl"}, "references": "references.jsonl"}
    for scorer in (f"python-function:{inside}/evil.py:score", "json-schema:/etc/passwd", "python-function"):
        assert "ran" not in said(call(house(inside), "evaluate", scorers=[scorer], **given)).split()


@pytest.mark.parametrize(
    "answers",
    [
        {"knowledge_gap": "x" * 100_000},
        {f"fact_{number}": "x" for number in range(10_000)},
        {"knowledge_gap": ["main"] * 100_000},
        {"queries_per_day": 1e308},
        {"queries_per_day": -1},
        {"queries_per_day": "NaN"},
        {"x" * 10_000: "main"},
        {"title": {"deep": {"deeper": {}}}},
    ],
)
def test_huge_and_impossible_answers_are_refused_in_a_few_words(answers):
    text = said(call(house(), "decide", answers=answers))

    assert len(text) < 20_000
    assert "Traceback" not in text


def test_unknown_tools_and_arguments_are_named():
    assert said(call(house(), "erase_everything")) == "Unknown tool: erase_everything"
    assert "force" in said(call(house(), "decide", answers=ANSWERS, force=True))


def test_what_breaks_inside_is_told_without_its_text(monkeypatch):
    from advisor.doors.mcp import deciding

    def broken(*_, **__):
        raise KeyError("/home/someone/secret")

    monkeypatch.setattr(deciding, "decide", broken)

    assert said(call(house(), "interview", answers={})) == "Error executing tool interview"


def test_after_every_refusal_the_same_server_answers_on(places):
    inside, _ = places

    async def script(client):
        for name, given in (("nope", {}), ("audit", {"data": "/etc/passwd"}), ("decide", {"x": 1})):
            assert (await client.call_tool(name, given)).is_error
        return await client.call_tool("decide", {"answers": ANSWERS})

    assert not talk(house(inside), script).is_error


class Told:
    """A context that keeps what was reported."""

    def __init__(self) -> None:
        self.reports = []

    async def report_progress(self, value, _total, words):
        self.reports.append((value, words))


def test_long_work_reports_rising_progress():
    told = Told()

    def counts(progress):
        for rows in range(1, 60):
            progress(rows * 100)
            time.sleep(0.03)
        return "done"

    assert finish(counted(told, counts)) == "done"
    values = [value for value, _ in told.reports]
    assert values
    assert values == sorted(set(values))
    assert "rows read" in told.reports[0][1]


def test_a_cancelled_call_ends_work_that_counts():
    ended, started = threading.Event(), threading.Event()

    def counts_for_ever(progress):
        try:
            while True:
                progress(1)
                started.set()
                time.sleep(0.01)
        finally:
            ended.set()

    async def cancelled():
        async with anyio.create_task_group() as group:
            group.start_soon(counted, Told(), counts_for_ever)
            await anyio.to_thread.run_sync(started.wait)
            group.cancel_scope.cancel()

    finish(cancelled())
    assert ended.wait(60)


def test_a_cancelled_call_kills_work_in_a_process_of_its_own(tmp_path):
    noted = tmp_path / "pid"

    async def cancelled():
        async with anyio.create_task_group() as group:
            group.start_soon(apart, Told(), sleeps, noted)
            await anyio.to_thread.run_sync(wait_for, noted)
            group.cancel_scope.cancel()

    finish(cancelled())
    pid = int(noted.read_text(encoding="utf-8"))
    for _ in range(600):
        if not alive(pid):
            break
        time.sleep(0.1)
    assert not alive(pid)
    assert noted.read_text(encoding="utf-8") == str(pid)


def wait_for(noted) -> None:
    while not (noted.exists() and noted.read_text(encoding="utf-8")):
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        stated = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return stated.rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_mistake_in_another_process_comes_back_in_three_parts(tmp_path):
    (tmp_path / "few.jsonl").write_text('{"prompt": "a", "completion": "b"}\n', encoding="utf-8")

    text = said(call(house(tmp_path, writes=True), "split", data="few.jsonl", folder="out", confirm=True))

    assert "cannot be split" in text
    assert "Collect more rows" in text


def test_an_error_keeps_its_parts_when_it_is_handed_over():
    import pickle

    error = pickle.loads(pickle.dumps(AdvisorError("a problem", place="here", remedy="mend it")))

    assert error.as_dict() == {"problem": "a problem", "place": "here", "remedy": "mend it"}


def test_a_folder_that_is_not_there_is_not_granted(tmp_path):
    from advisor.doors.mcp.house import granted

    with pytest.raises(AdvisorError, match="no such folder"):
        granted([tmp_path / "nowhere"])
    assert isinstance(house(tmp_path), House)


def test_training_starts_only_after_who_gets_what_was_told_and_agreed(tmp_path, monkeypatch):
    monkeypatch.setenv("ADVISOR_DATA", str(tmp_path / "jobs"))
    training_file(tmp_path)
    spender = house(tmp_path, writes=True, spends=True)
    made = call(
        spender, "write_training_bundle", data="train.jsonl", folder="bundle", model="qwen3-8b", confirm=True
    )
    assert not made.is_error, made.content[0].text

    text = said(call(spender, "submit_training", bundle="bundle"))

    assert "confirm: true" in text
    assert "spends nothing" in said_of_a_thrifty_server(tmp_path)


def said_of_a_thrifty_server(folder) -> str:
    from advisor.doors.mcp.training import Training

    with pytest.raises(AdvisorError) as refused:
        Training(house(folder)).submit_training("bundle", confirm=True)
    return str(refused.value)
