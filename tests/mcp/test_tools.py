"""What an agent gets: the engine's own results, by schemas that hold, from tools that do what they say."""

from __future__ import annotations

import hashlib
import json

import pytest
from jsonschema import Draft202012Validator

from advisor.advice import advise
from advisor.decide import decide
from advisor.scenario import Situation, answers_of, check_answers, complete
from tests.mcp.conversing import ANSWERS, DAY, call, every_tool, house, talk, training_file

READERS = {
    *("interview", "decide", "what_would_change_it", "explain_rule", "similar_cases", "cost"),
    *("compare_models", "size", "audit", "plan", "evaluate", "diagnose"),
}


def bytes_below(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    """Every tool called once: its description, its result, and what lay in the folder before and after."""
    folder = tmp_path_factory.mktemp("granted")
    calls = every_tool(folder)

    async def script(client):
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        found = {}
        for name, arguments in calls:
            before = bytes_below(folder)
            result = await client.call_tool(name, arguments)
            found[name] = (tools[name], result, before == bytes_below(folder))
        return tools, found

    return talk(house(folder, writes=True), script)


def test_every_tool_is_tried_here(called):
    tools, found = called
    assert set(tools) == set(found) == READERS | {"split", "write_training_bundle"}


def test_every_result_is_valid_by_the_schema_that_its_tool_publishes(called):
    for name, (tool, result, _) in called[1].items():
        assert not result.is_error, (name, result.content[0].text)
        Draft202012Validator.check_schema(tool.output_schema)
        Draft202012Validator(tool.output_schema).validate(result.structured_content)
        assert json.loads(result.content[0].text) is not None


def test_a_tool_that_says_it_only_reads_changes_no_byte_and_one_that_writes_says_so(called):
    for name, (tool, _, unchanged) in called[1].items():
        assert tool.annotations.read_only_hint is (name in READERS), name
        assert unchanged is (name in READERS), name
        assert tool.annotations.open_world_hint is False, name


def test_every_tool_says_what_it_does_and_takes_no_argument_it_does_not_know(called):
    for name, (tool, _, _) in called[1].items():
        assert len(tool.description) > 60, name
        assert tool.input_schema["additionalProperties"] is False, name


def test_a_server_has_no_tool_for_what_it_may_not_do():
    async def names(client):
        return {tool.name: tool.annotations for tool in (await client.list_tools()).tools}

    plain, spending = talk(house(), names), talk(house(spends=True), names)

    assert set(plain) == READERS
    assert set(spending) - READERS == {"submit_training", "training_status"}
    assert spending["submit_training"].open_world_hint
    assert not spending["submit_training"].read_only_hint


def test_decide_and_cost_are_what_python_gets(catalog):
    situation = Situation(answers=check_answers(ANSWERS, catalog))
    ours = advise(situation, catalog, as_of=DAY)

    decided = call(house(), "decide", answers=ANSWERS, with_limits=True).structured_content
    costed = call(house(), "cost", answers=ANSWERS).structured_content

    assert decided == ours.recommendation.model_dump(mode="json", by_alias=True)
    assert costed == ours.cost.model_dump(mode="json", by_alias=True)


def test_an_interview_over_the_protocol_ends_as_the_app_does(catalog, monkeypatch):
    from advisor.doors.ui import deciding
    from advisor.doors.ui.address import Work

    monkeypatch.setattr(deciding, "today", lambda: DAY)
    frame = complete({}, catalog, as_of=DAY, count=4, seed=77)
    people = [answers_of(row, catalog) for row in frame.iter_rows(named=True)]

    async def interviews(client):
        return [await interview(client, person) for person in people]

    for known, skipped, ended in talk(house(), interviews):
        work = Work(answers=check_answers(known, catalog), unsure=tuple(skipped))
        on_screen = deciding.recommendation(work, catalog)
        assert (ended["recommended"], ended["verdict"]) == (on_screen.recommended, on_screen.verdict)
        assert ended["probabilities"] == on_screen.probabilities
        assert on_screen.next_question is None


async def interview(client, person):
    known, skipped = {}, []
    while True:
        turn = (
            await client.call_tool("interview", {"answers": known, "cannot_say": skipped})
        ).structured_content
        question = turn["next_question"]
        if question is None:
            return known, skipped, turn
        fact = question["fact"]
        if fact in person:
            value = person[fact]
            known[fact] = list(value) if isinstance(value, tuple) else value
        else:
            skipped.append(fact)


def test_a_question_brings_the_options_that_an_answer_may_name(catalog):
    turn = call(house(), "interview", answers={}).structured_content
    question = turn["next_question"]

    assert turn["verdict"] == "too_early"
    assert [option["id"] for option in question["options"]] == list(
        catalog.facts[question["fact"]].option_ids
    )


def test_what_lies_on_the_shelves_can_be_listed_and_read(catalog):
    async def read(client):
        listed = {str(one.uri) for one in (await client.list_resources()).resources}
        shelves = {}
        for uri in sorted(listed):
            entries = json.loads((await client.read_resource(uri)).contents[0].text)["entries"]
            one = await client.read_resource(f"{uri}/{entries[0]['id']}")
            shelves[uri] = (len(entries), json.loads(one.contents[0].text))
        prices = json.loads((await client.read_resource(f"advisor://prices/{DAY}")).contents[0].text)
        return shelves, prices

    shelves, prices = talk(house(), read)

    assert {uri: count for uri, (count, _) in shelves.items()} == {
        "advisor://rules": len(catalog.rules),
        "advisor://questions": len(catalog.facts),
        "advisor://sources": len(catalog.sources),
        "advisor://cases": len(catalog.cases),
    }
    assert all(entry for _, entry in shelves.values())
    assert prices["as_of"] == str(DAY)
    assert prices["models"]


def test_saved_assessments_are_read_only_where_that_was_allowed(tmp_path, monkeypatch, catalog):
    from advisor.share.store import open_store

    monkeypatch.setenv("ADVISOR_DATABASE_URL", f"sqlite:///{tmp_path}/library.sqlite")
    advice = advise(Situation(title="Ours", answers={"knowledge_gap": "main"}), catalog, as_of=DAY)
    saved = open_store().save(advice)

    async def read(client):
        listed = json.loads((await client.read_resource("advisor://assessments")).contents[0].text)
        one = json.loads((await client.read_resource(f"advisor://assessments/{saved.id}")).contents[0].text)
        return listed["entries"], one

    async def refused(client):
        with pytest.raises(Exception, match="Unknown resource"):
            await client.read_resource("advisor://assessments")

    entries, one = talk(house(library=True), read)
    assert [entry["title"] for entry in entries] == ["Ours"]
    assert one["situation"]["answers"] == {"knowledge_gap": "main"}
    talk(house(), refused)


def test_both_prompts_name_only_tools_that_there_are():
    import re

    async def texts(client):
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assess = await client.get_prompt("assess_use_case")
        review = await client.get_prompt("review_training_file", {"path": "data/train.jsonl"})
        return tools, assess.messages[0].content.text + review.messages[0].content.text

    tools, text = talk(house(), texts)
    called_tools = set(re.findall(r"call `(\w+)`", text, re.IGNORECASE))

    assert called_tools
    assert called_tools <= tools
    assert "data/train.jsonl" in text


def test_an_interview_that_has_settled_agrees_with_the_decision(catalog):
    ended = call(house(), "interview", answers=ANSWERS).structured_content

    assert ended["recommended"] == decide(check_answers(ANSWERS, catalog), catalog, as_of=DAY).recommended


def test_measured_facts_of_an_audit_can_be_given_as_answers(tmp_path, catalog):
    training_file(tmp_path)
    audited = call(house(tmp_path), "audit", data="train.jsonl").structured_content
    facts = {name: value for name, value in audited["facts"].items() if name in catalog.facts}

    assert facts
    assert not call(house(), "decide", answers=facts).is_error
