"""The server as it is started: over standard streams and over HTTP, with the official client."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import anyio
import httpx2
import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from advisor.net import finish
from tests.command_line import advisor
from tests.mcp.conversing import ANSWERS, command, every_tool, training_file

pytestmark = pytest.mark.slow
LONG_SECONDS = 240
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "hostile", "version": "1"},
    },
}


async def drive(client, calls):
    """Call every tool; return each one's description and result."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    return {name: (tools[name], await client.call_tool(name, given)) for name, given in calls}


def check(found):
    for name, (tool, result) in found.items():
        assert not result.is_error, (name, result.content[0].text)
        Draft202012Validator(tool.output_schema).validate(result.structured_content)


@pytest.fixture(scope="module")
def over_stdio(tmp_path_factory):
    """One conversation over standard streams: every tool, then mischief, then a cancelled call, then one more."""
    folder = tmp_path_factory.mktemp("stdio")
    calls = every_tool(folder)
    training_file(folder, rows=20_000, name="long.jsonl")

    async def session():
        async with Client(command("--root", str(folder), "--allow-writes")) as client:
            found = {"tools": await drive(client, calls)}
            found["outside"] = await client.call_tool("audit", {"data": "/etc/passwd"})
            found["unknown"] = await client.call_tool("nope", {})
            found["huge"] = await client.call_tool("decide", {"answers": {"knowledge_gap": "x" * 3_000_000}})
            found["progress"] = []

            with anyio.CancelScope() as scope:

                async def cancel(value, _total, words):
                    found["progress"].append((value, words))
                    scope.cancel()

                await client.call_tool("audit", {"data": "long.jsonl"}, progress_callback=cancel)
            found["cancelled"] = scope.cancelled_caught
            with anyio.fail_after(LONG_SECONDS):
                found["after"] = await client.call_tool("decide", {"answers": ANSWERS})
            return found

    return finish(session())


def test_every_tool_answers_over_standard_streams_by_its_schema(over_stdio):
    assert len(over_stdio["tools"]) == 14
    check(over_stdio["tools"])


def test_decide_over_standard_streams_is_what_the_shell_prints(over_stdio, tmp_path):
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"answers": ANSWERS}), encoding="utf-8")
    printed = json.loads(advisor("decide", str(answers), "--json", "--as-of", "2026-11-26").stdout)
    told = over_stdio["tools"]["decide"][1].structured_content

    assert told == printed | {"limits": []}


def test_mischief_over_standard_streams_gets_clear_errors(over_stdio):
    texts = [over_stdio[name].content[0].text for name in ("outside", "unknown", "huge")]

    assert all(over_stdio[name].is_error for name in ("outside", "unknown", "huge"))
    assert "granted" in texts[0]
    assert texts[1] == "Unknown tool: nope"
    assert len(texts[2]) < 20_000


def test_a_call_can_be_cancelled_in_the_middle_and_the_server_goes_on(over_stdio):
    assert over_stdio["cancelled"]
    assert "rows read" in over_stdio["progress"][0][1]
    assert not over_stdio["after"].is_error


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def http_server(folder, token):
    port = free_port()
    options = ["--transport", "http", "--port", str(port), "--root", str(folder), "--allow-writes"]
    env = {**os.environ, "ADVISOR_MCP_TOKEN": token}
    start = [sys.executable, "-m", "advisor", "mcp", "--as-of", "2026-11-26", *options]
    server = subprocess.Popen(start, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=LONG_SECONDS)


def wait_for(port, server):
    for _ in range(10 * LONG_SECONDS):
        assert server.poll() is None, server.stderr.read().decode()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")


@pytest.fixture(scope="module")
def over_http(tmp_path_factory):
    """One server over HTTP: every tool, and what strangers are told."""
    folder, token = tmp_path_factory.mktemp("http"), secrets.token_urlsafe()
    calls = every_tool(folder)

    async def session(port):
        bearer = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=LONG_SECONDS)
        async with (
            bearer,
            Client(streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=bearer)) as client,
        ):
            return await drive(client, calls)

    with http_server(folder, token) as port:
        found = {"tools": finish(session(port))}
        found["strangers"] = strangers(port, token)
    return found


def strangers(port, token):
    """Return the status of each request that must not pass, and of one that must."""
    own = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Host": f"127.0.0.1:{port}",
    }
    changed = {
        "own": {},
        "no token": {"Authorization": ""},
        "wrong token": {"Authorization": "Bearer " + "x" * 43},
        "token as a user's password": {"Authorization": f"Basic {token}"},
        "longer token": {"Authorization": f"Bearer {token}x"},
        "foreign Host": {"Host": "evil.example"},
        "foreign Host with our port": {"Host": f"evil.example:{port}"},
        "Host that begins as ours": {"Host": f"127.0.0.1:{port}.evil.example"},
        "foreign Origin": {"Origin": "https://evil.example"},
        "another port's Origin": {"Origin": f"http://127.0.0.1:{port + 1}"},
    }
    url = f"http://127.0.0.1:{port}/mcp"
    with httpx2.Client(timeout=LONG_SECONDS) as client:
        told = {
            name: client.post(url, json=INITIALIZE, headers={**own, **headers}).status_code
            for name, headers in changed.items()
        }
        large = json.dumps({**INITIALIZE, "padding": "x" * (2 << 20)})
        told["two megabytes"] = client.post(url, content=large, headers=own).status_code
        told["no JSON"] = client.post(url, content="{", headers=own).status_code
    return told


def test_every_tool_answers_over_http_by_its_schema(over_http):
    assert len(over_http["tools"]) == 14
    check(over_http["tools"])


def test_strangers_are_refused_over_http(over_http):
    told = over_http["strangers"]

    assert told.pop("own") == 200
    assert {name: status for name, status in told.items() if not 400 <= status < 500} == {}
    assert {told[name] for name in told if "token" in name} == {401}
    assert told["two megabytes"] == 413


@pytest.mark.parametrize(
    ("options", "token", "word"),
    [
        (["--transport", "http"], "", "ADVISOR_MCP_TOKEN"),
        (["--transport", "http"], "short", "ADVISOR_MCP_TOKEN"),
        (["--transport", "http", "--address", "0.0.0.0"], "x" * 40, "other machines"),
        (["--transport", "htp"], "", "Did you mean 'http'"),
        (["--root", "/nowhere-at-all"], "", "no such folder"),
    ],
)
def test_a_server_that_would_be_open_does_not_start(monkeypatch, options, token, word):
    monkeypatch.setenv("ADVISOR_MCP_TOKEN", token)

    done = advisor("mcp", *options)

    assert done.returncode == 1
    assert word in done.stderr


def test_the_command_names_the_extra_that_brings_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp", None)

    done = advisor("mcp")

    assert done.returncode == 1
    assert "llm-adaptation-advisor[mcp]" in done.stderr
