from __future__ import annotations

import gzip
import json
import logging
import socket
import time
import traceback

import pytest

from advisor.doors.brief import propose
from advisor.doors.brief.asking import MAX_BRIEF
from advisor.errors import AdvisorError
from tests.brief.endpoint_server import Reply, completion, proposals

DAILY = {"fact": "knowledge_change", "value": "daily", "quote": "changes every day"}
MANY = {"fact": "labelled_examples", "value": 120, "quote": "about 120 good examples"}


def test_a_proposal_quotes_the_words_it_came_from(server, endpoint, catalog, brief):
    server.replies = [proposals(MANY, DAILY)]
    found = propose(brief, catalog, endpoint)
    assert {item.fact: item.value for item in found.proposals} == {
        "knowledge_change": "daily",
        "labelled_examples": 120.0,
    }
    for item in found.proposals:
        assert brief[item.start : item.end] == item.quote
        assert item.question == catalog.facts[item.fact].question
    assert found.dropped == ()
    assert found.receiver == endpoint.host


def test_the_request_holds_brief_model_key_and_a_schema_of_the_questions(server, endpoint, catalog, brief):
    server.replies = [proposals()]
    propose(brief, catalog, endpoint)
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["headers"]["Authorization"] == "Bearer sk-geheim"
    body = request["body"]
    assert body["model"] == "test-model"
    assert body["messages"][1] == {"role": "user", "content": brief}
    assert brief not in body["messages"][0]["content"]
    schema = body["response_format"]["json_schema"]["schema"]
    known = {
        one["properties"]["fact"]["enum"][0] for one in schema["properties"]["proposals"]["items"]["anyOf"]
    }
    assert known == {name for name, fact in catalog.facts.items() if not fact.derived}
    assert "sk-geheim" not in json.dumps(body)


def test_the_schema_takes_what_the_checks_take(catalog):
    import jsonschema

    from advisor.doors.brief.prompt import response_format

    schema = response_format(catalog)["json_schema"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"proposals": [DAILY, MANY]}, schema)
    for wrong in (
        DAILY | {"value": "hourly"},
        DAILY | {"decision": "rag"},
        {"fact": "x", "value": 1, "quote": ""},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"proposals": [wrong]}, schema)


def test_no_key_sends_no_authorization(server, endpoint, catalog, brief):
    from dataclasses import replace

    server.replies = [proposals()]
    propose(brief, catalog, replace(endpoint, key=""))
    assert "Authorization" not in server.requests[0]["headers"]


def test_an_endpoint_without_schemas_is_asked_for_plain_json(server, endpoint, catalog, brief):
    server.replies = [Reply(b'{"error": "unknown response_format"}', status=400), proposals(DAILY)]
    assert len(propose(brief, catalog, endpoint).proposals) == 1
    assert [r["body"]["response_format"]["type"] for r in server.requests] == ["json_schema", "json_object"]


def test_a_busy_endpoint_is_asked_again_after_the_time_it_names(server, endpoint, catalog, brief):
    server.replies = [Reply(status=429, headers={"Retry-After": "3"}), Reply(status=503), proposals(DAILY)]
    pauses: list[float] = []
    assert len(propose(brief, catalog, endpoint, sleep=pauses.append).proposals) == 1
    assert pauses == [3.0, 1.0]


@pytest.mark.parametrize("after", ["999999999", "-1", "Wed, 21 Oct 2037 07:28:00 GMT", "nan", "1e9", "٣"])
def test_a_busy_endpoint_cannot_make_us_wait_for_long(server, endpoint, catalog, brief, after):
    headers = {"Retry-After": after} if after.isascii() else {}
    server.replies = [Reply(status=429, headers=headers)]
    pauses: list[float] = []
    with pytest.raises(AdvisorError, match="too many requests"):
        propose(brief, catalog, endpoint, sleep=pauses.append)
    assert len(server.requests) == 3
    assert len(pauses) == 2
    assert max(pauses) <= 10


HOSTILE = {
    "nothing": Reply(b""),
    "not_json": Reply(b"<html>busy</html>"),
    "binary": Reply(bytes(range(256))),
    "a_list": Reply(b"[]"),
    "no_choices": Reply(b'{"choices": []}'),
    "choices_of_another_kind": Reply(b'{"choices": {"0": 1}}'),
    "no_content": completion(None),
    "a_refusal": completion(None, refusal="I cannot"),
    "content_is_prose": completion("Sure! I recommend fine-tuning."),
    "content_is_cut_off": completion('{"proposals": [{"fact": "knowl'),
    "content_is_a_list": completion([DAILY]),
    "content_has_a_key_twice": completion('{"proposals": [], "proposals": []}'),
    "content_has_nan": completion(
        '{"proposals": [{"fact": "labelled_examples", "value": NaN, "quote": "120"}]}'
    ),
    "deep": completion('{"proposals": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    "too_many": proposals(*[DAILY] * 201),
    "a_long_number": completion('{"proposals": ' + "9" * 10_000 + "}"),
    "huge": Reply(b" " * 1_000_001),
    "compressed": Reply(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}),
    "cut_short": Reply(b'{"choices"', length=100_000),
    "unauthorized": Reply(b"<b>sk-geheim</b>", status=401),
    "not_found": Reply(status=404),
    "broken": Reply(b"Traceback: sk-geheim", status=500),
    "refused": Reply(b"sk-geheim", status=400),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_reply_is_an_error_in_words(server, endpoint, catalog, brief, name):
    server.replies = [HOSTILE[name]]
    with pytest.raises(AdvisorError) as caught:
        propose(brief, catalog, endpoint, sleep=lambda _: None)
    assert len(str(caught.value)) < 300
    assert "sk-geheim" not in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_redirect_is_not_followed(server, endpoint, catalog, brief):
    server.replies = [Reply(status=307, headers={"Location": f"{server.url}/elsewhere"})]
    with pytest.raises(AdvisorError, match="status 307"):
        propose(brief, catalog, endpoint)
    assert [request["path"] for request in server.requests] == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    "reply", [Reply(wait=3), Reply(b" " * 1000, drip=0.05)], ids=["silent", "drop_by_drop"]
)
def test_a_slow_endpoint_is_given_up(server, endpoint, catalog, brief, reply):
    server.replies = [reply]
    started = time.monotonic()
    with pytest.raises(AdvisorError, match="too long"):
        propose(brief, catalog, endpoint, seconds=0.5)
    assert time.monotonic() - started < 3


def test_an_endpoint_that_is_not_there_is_an_error_without_the_key(endpoint, catalog, brief, caplog):
    from dataclasses import replace

    caplog.set_level(logging.DEBUG)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        gone = replace(endpoint, base_url=f"http://127.0.0.1:{probe.getsockname()[1]}/v1")
        with pytest.raises(AdvisorError, match="cannot be talked to") as caught:
            propose(brief, catalog, gone)
    said = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "sk-geheim" not in said


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MAX_BRIEF + 1), "x" * 10_000_000, "a\0b", "\ud800"])
def test_what_is_no_brief_is_never_sent(server, endpoint, catalog, text):
    with pytest.raises(AdvisorError):
        propose(text, catalog, endpoint)
    assert server.requests == []


def test_loopback_ignores_proxies_of_the_environment(server, endpoint, catalog, brief, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.replies = [proposals(DAILY)]
    assert len(propose(brief, catalog, endpoint).proposals) == 1
