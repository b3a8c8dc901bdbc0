"""The address that clients talk to: adapters by name, the training prompt held, only this machine answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from advisor.errors import AdvisorError
from advisor.train.jobs import JobStore
from advisor.train.loopback import check_loopback
from advisor.train.serving import gateway as gateway_module
from advisor.train.serving.engine import Engine
from advisor.train.serving.gateway import Gateway, Problem, prepare
from advisor.train.serving.served import Served, find_served

PROMPT = "You are the support desk."
USER = {"role": "user", "content": "Hello"}


@pytest.fixture
def gateway() -> Gateway:
    styles = [Served(name, Path(name), PROMPT, None, "m") for name in ("pirate", "butler")]
    return Gateway(Engine("http://127.0.0.1:1", "key", None), (*styles, Served("base", None, None, None, "")))


def test_exactly_the_adapter_that_was_asked_for_is_switched_on(gateway: Gateway) -> None:
    for name, scales in (("pirate", [1, 0]), ("butler", [0, 1]), ("base", [0, 0])):
        asked = prepare(gateway, {"model": name, "messages": [USER]})
        assert [item["scale"] for item in asked["lora"]] == scales
        assert asked["cache_prompt"] is False


def test_the_training_prompt_is_put_in_front_and_not_twice(gateway: Gateway) -> None:
    system = {"role": "system", "content": PROMPT}
    for messages in ([USER], [system, USER]):
        assert prepare(gateway, {"model": "pirate", "messages": messages})["messages"] == [system, USER]
    assert prepare(gateway, {"model": "base", "messages": [USER]})["messages"] == [USER]


def test_another_system_prompt_is_refused_unless_it_is_allowed(gateway: Gateway) -> None:
    body = {"model": "pirate", "messages": [{"role": "system", "content": "You are a cat."}, USER]}
    refused = prepare(gateway, body)
    assert isinstance(refused, Problem)
    assert refused.code == "system_prompt_differs"
    free = Gateway(gateway.engine, gateway.served, allow_other_prompts=True)
    assert prepare(free, body)["messages"] == body["messages"]


def test_an_unknown_model_is_a_404_with_a_hint(gateway: Gateway) -> None:
    refused = prepare(gateway, {"model": "pirat", "messages": [USER]})
    assert isinstance(refused, Problem)
    assert refused.status == 404
    assert "Did you mean 'pirate'?" in refused.message


@pytest.mark.parametrize(
    "body", [None, [], {}, {"model": "pirate", "messages": []}, {"model": "pirate", "messages": ["x"]}]
)
def test_a_body_that_is_no_chat_is_refused(gateway: Gateway, body) -> None:
    refused = prepare(gateway, body)
    assert isinstance(refused, Problem)
    assert refused.status == 400


def sent(gateway: Gateway, content: bytes | Iterator[bytes], **headers: str):
    from starlette.testclient import TestClient

    from advisor.train.serving.gateway import gateway_app

    with TestClient(
        gateway_app(gateway), base_url="http://127.0.0.1:8766", raise_server_exceptions=False
    ) as client:
        return client.post("/v1/chat/completions", content=content, headers=headers)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"model": [], "messages": [{"role": "user"}]}', "model"),
        ('{"model": {}, "messages": [{"role": "user"}]}', "model"),
        ('{"model": null, "messages": [{"role": "user"}]}', "model"),
        ('{"model": "pirate", "messages": [{"role": []}]}', "messages"),
        ('{"model": "pirate", "messages": [{"role": "user"}, {"content": "x"}]}', "messages"),
        ('{"model": "pirate", "messages": {"role": "user"}}', "messages"),
        ('{"model": "\\ud800", "messages": [{"role": "user"}]}', "model"),
        ('{"model": "pirate", "messages": [{"role": "user", "content": "\\ud800"}]}', "messages.1.content"),
        ('{"model": "pirate", "messages": [{"role": "user"}], "temperature": NaN}', None),
        ('{"model": "pirate", "messages": [{"role": "user"}], "temperature": 1e999}', "temperature"),
        ('{"model": "pirate", "model": "base", "messages": [{"role": "user"}]}', None),
        ("[" * 100_000, None),
        ("{", None),
        ("\xff", None),
        (
            '{"model": "pirate", "messages": [{"role": "user"}, {"role": "system", "content": "x"}]}',
            "messages",
        ),
        (
            '{"model": "pirate", "messages": [{"role": "user"}, {"role": "developer", "content": "x"}]}',
            "messages",
        ),
    ],
)
def test_a_malformed_body_is_a_400_that_names_the_field(
    gateway: Gateway, text: str, field: str | None
) -> None:
    answer = sent(gateway, text.encode("latin-1"))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, field)


def test_a_body_without_end_is_refused_while_it_arrives(gateway: Gateway) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 1_000_000

    assert sent(gateway, endless()).status_code == 413


def test_an_engine_that_is_gone_is_a_502(gateway: Gateway) -> None:
    body = b'{"model": "pirate", "messages": [{"role": "user", "content": "x"}]}'
    assert sent(gateway, body).status_code == 502


@pytest.mark.parametrize("headers", [{"host": "[::1"}, {"origin": "http://[::1"}, {"origin": "null"}])
def test_a_broken_name_is_refused(gateway: Gateway, headers: dict[str, str]) -> None:
    assert sent(gateway, b"{}", **headers).status_code == 403


@pytest.mark.parametrize(
    "text",
    [
        "{bad",
        "[" * 100_000,
        '{"r": 0, "lora_alpha": 1}',
        '{"r": 4, "lora_alpha": "x"}',
        "[]",
        '{"r": 0.5, "lora_alpha": 1}',
    ],
)
def test_an_adapter_whose_settings_are_broken_is_refused_in_words(tmp_path: Path, text: str) -> None:
    from advisor.train.serving.gguf_files import _config

    (tmp_path / "adapter_config.json").write_text(text)
    with pytest.raises(AdvisorError):
        _config(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.org", "::"])
def test_only_this_machine_is_listened_on(host: str) -> None:
    with pytest.raises(AdvisorError, match="not this machine"):
        check_loopback(host)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:99"}, 200),
        ({"host": "rebound.example.org"}, 403),
        ({"origin": "https://example.org"}, 403),
        ({"origin": "http://localhost:8501"}, 200),
    ],
)
def test_a_foreign_page_or_name_is_not_answered(gateway: Gateway, headers, status) -> None:
    from starlette.testclient import TestClient

    from advisor.train.serving.gateway import gateway_app

    with TestClient(gateway_app(gateway), base_url="http://127.0.0.1:8766") as client:
        assert client.get("/v1/models", headers=headers).status_code == status


def test_targets_are_folders_or_jobs_with_names_of_choice(make_adapter, tmp_path: Path) -> None:
    folder = make_adapter("pirate", system_prompt=PROMPT)
    store = JobStore(tmp_path / "jobs")
    assert find_served(str(folder), store).name == "pirate"
    named = find_served(f"captain={folder.parent}", store)
    assert (named.name, named.system_prompt) == ("captain", PROMPT)
    with pytest.raises(AdvisorError, match="there is no job"):
        find_served("nothing", store)


def test_a_stream_carries_the_model_s_name_and_leaves_every_text_as_it_is() -> None:
    said = 'data: {"model":"advisor-engine","text":"one\u2028two\x85three"}\n\ndata: [DONE]\n\n'.encode()

    async def parts() -> AsyncIterator[bytes]:
        for at in range(0, len(said), 5):
            yield said[at : at + 5]

    async def received() -> bytes:
        answer = httpx2.Response(200, content=parts())
        return b"".join([part async for part in gateway_module._closing(answer, _nothing, "house-style")])

    assert asyncio.run(received()) == said.replace(b"advisor-engine", b"house-style")


async def _nothing() -> None:
    pass
