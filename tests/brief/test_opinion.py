"""A second opinion is checked as a whole, compared fact by fact, and never moves a number of ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.decide import decide
from advisor.decide.records import RuledOut
from advisor.doors.brief import Opinion, ask_opinion, check_opinion, compare
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES
from advisor.scenario import Situation, check_answers
from tests.brief.conftest import BRIEF
from tests.brief.endpoint_server import Reply, completion, verdict
from tests.command_line import advisor
from tests.situations import answers as any_answers

DAILY = {"fact": "knowledge_change", "value": "daily", "quote": "changes every day"}
# Literal words, read otherwise than the answers say.
WEEKLY = DAILY | {"value": "weekly"}
MANY = {"fact": "labelled_examples", "value": 120, "quote": "about 120 good examples"}
CLEARLY_RAG = {"knowledge_gap": "main", "knowledge_change": "daily", "labelled_examples": 120}
CHANCES = {"prompting": 0.1, "few_shot": 0.1, "rag": 0.5, "fine_tuning": 0.1, "hybrid": 0.2}


def reply(probabilities=CHANCES, reasons=(DAILY,), **more) -> str:
    return json.dumps({"probabilities": probabilities, "reasons": list(reasons), **more})


def compared(catalog, day, answers, *reasons, **probabilities):
    situation = Situation(answers=check_answers(answers, catalog))
    chances, checked = check_opinion(
        reply(dict.fromkeys(STRATEGIES, 0.0) | probabilities, reasons or (DAILY,)), BRIEF, catalog
    )
    opinion = Opinion(endpoint="h", model="m", probabilities=chances, reasons=checked)
    return compare(opinion, situation, decide(situation, catalog, as_of=day), catalog, day=day)


def test_the_model_is_asked_with_the_text_and_nothing_of_ours(server, endpoint, catalog, brief):
    server.replies = [verdict(DAILY, MANY, rag=0.7, hybrid=0.3)]
    found = ask_opinion(brief, catalog, endpoint)
    (request,) = server.requests
    system, user = request["body"]["messages"]
    assert user == {"role": "user", "content": brief}
    assert brief not in system["content"]
    assert all(f"- {name}: " in system["content"] for name in STRATEGIES)
    assert (found.endpoint, found.model) == (endpoint.host, "test-model")
    assert found.probabilities["rag"] == pytest.approx(0.7)
    assert {item.quote for item in found.reasons} == {DAILY["quote"], MANY["quote"]}


def test_the_schema_takes_what_the_checks_take(catalog):
    import jsonschema

    from advisor.doors.brief.prompt import verdict_format

    schema = verdict_format(catalog)["json_schema"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(reply()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(reply(recommended="rag")), schema)


def test_an_endpoint_without_schemas_is_asked_for_plain_json(server, endpoint, catalog, brief):
    server.replies = [Reply(status=400), verdict(DAILY, rag=1)]
    assert ask_opinion(brief, catalog, endpoint).probabilities["rag"] == 1
    assert [r["body"]["response_format"]["type"] for r in server.requests] == ["json_schema", "json_object"]


def test_agreement_and_its_rate_are_told(catalog, day):
    found = compared(catalog, day, CLEARLY_RAG, rag=0.8, hybrid=0.2)
    assert (found.recommended, found.ours, found.agrees) == ("rag", ("rag",), True)
    assert "12 of 15" in found.advice
    assert found.day == day


def test_a_disagreement_says_measure_first_and_names_the_facts(catalog, day):
    found = compared(catalog, day, CLEARLY_RAG, WEEKLY, MANY, fine_tuning=0.8, hybrid=0.2)
    assert (found.recommended, found.agrees) == ("fine_tuning", False)
    assert "measure first" in found.advice
    assert "2 of 10" in found.advice
    (differing,) = found.differs_on
    assert (differing.fact, differing.ours, differing.theirs) == ("knowledge_change", "daily", "weekly")
    assert differing.quote in BRIEF


def test_a_fact_that_is_open_with_us_is_one_to_differ_on(catalog, day):
    found = compared(catalog, day, {"knowledge_gap": "main", "knowledge_change": "daily"}, MANY, rag=1)
    assert [(item.fact, item.ours, item.theirs) for item in found.differs_on] == [
        ("labelled_examples", None, 120.0)
    ]


def test_a_strategy_that_is_ruled_out_is_told_with_its_reason(catalog, day):
    situation = Situation(answers=check_answers(CLEARLY_RAG, catalog))
    ours = decide(situation, catalog, as_of=day)
    gone = RuledOut(strategy="fine_tuning", because="Training is not allowed.", rule="r")
    ours = ours.model_copy(update={"ruled_out": (gone,)})
    opinion = Opinion(
        endpoint="h",
        model="m",
        probabilities=dict.fromkeys(STRATEGIES, 0.0) | {"fine_tuning": 1.0},
        reasons=(),
    )
    advice = compare(opinion, situation, ours, catalog, day=day).advice
    assert "measure first" in advice
    assert "cannot be had (Training is not allowed)" in advice


def test_while_it_is_too_early_only_what_is_off_the_shortlist_differs(catalog, day):
    inside = compared(catalog, day, {"knowledge_gap": "main"}, rag=1)
    assert inside.agrees is None
    assert set(inside.ours) >= {"rag", "hybrid"}
    assert "too early" in inside.advice
    outside = compared(catalog, day, {"knowledge_gap": "main"}, fine_tuning=1)
    assert outside.agrees is False


def test_two_that_are_level_are_no_name(catalog, day):
    found = compared(catalog, day, CLEARLY_RAG, rag=0.5, hybrid=0.5)
    assert (found.recommended, found.agrees) == (None, None)


def test_prompting_and_few_shot_count_together(catalog, day):
    found = compared(catalog, day, CLEARLY_RAG, rag=0.4, prompting=0.29, few_shot=0.31)
    assert (found.recommended, found.agrees) == ("few_shot", False)


HOSTILE = {
    "prose": "I recommend RAG.",
    "a_list": "[]",
    "null": "null",
    "a_key_with_escapes_twice": '{"\\u001b[2J": 1, "\\u001b[2J": 2}',
    "nan": reply(CHANCES | {"rag": float("nan")}),
    "infinity": reply().replace("0.5", "1e999"),
    "a_long_integer": reply().replace("0.5", "9" * 4000),
    "deep": "[" * 100_000,
    "proposals": json.dumps({"proposals": []}),
    "one_key_more": reply(recommended="rag"),
    "probabilities_as_a_list": reply([0.2] * 5),
    "a_strategy_missing": reply(dict.fromkeys(STRATEGIES[1:], 0.25)),
    "a_strategy_more": reply(CHANCES | {"agents": 0.0}),
    "percentages": reply(dict.fromkeys(STRATEGIES, 20)),
    "text": reply(CHANCES | {"rag": "0.5"}),
    "true": reply(dict.fromkeys(STRATEGIES, 0) | {"rag": True}),
    "negative": reply(CHANCES | {"rag": -0.1, "hybrid": 0.8}),
    "too_much": reply(CHANCES | {"rag": 0.53}),
    "too_little": reply(dict.fromkeys(STRATEGIES, 0)),
    "no_reasons": reply(reasons=()),
    "reasons_as_text": json.dumps({"probabilities": CHANCES, "reasons": "because"}),
    "too_many_reasons": reply(reasons=[DAILY] * 201),
    "an_invented_quote": reply(reasons=[DAILY, MANY | {"quote": "ten thousand examples"}]),
    "an_empty_quote": reply(reasons=[DAILY | {"quote": " "}]),
    "an_unknown_fact": reply(reasons=[DAILY | {"fact": "recommended"}]),
    "an_option_with_escapes": reply(reasons=[DAILY | {"value": "\x1b[2J" * 50}]),
    "a_fact_twice": reply(reasons=[DAILY, DAILY]),
    "a_reason_in_words": reply(reasons=["it changes every day"]),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_verdict_is_refused_whole_in_three_parts(server, endpoint, catalog, brief, name):
    server.replies = [completion(HOSTILE[name])]
    with pytest.raises(AdvisorError) as caught:
        ask_opinion(brief, catalog, endpoint)
    told = caught.value
    assert told.problem
    assert told.place
    assert told.remedy
    assert len(str(told)) < 300
    assert str(told).isprintable()


@pytest.mark.parametrize("total", [0.98, 0.99, 1.01, 1.02])
def test_rounded_probabilities_are_taken_and_add_up_to_one(catalog, total):
    chances, _ = check_opinion(reply(CHANCES | {"rag": total - 0.5}), BRIEF, catalog)
    assert sum(chances.values()) == pytest.approx(1)


@given(
    found=any_answers(),
    weights=st.lists(st.integers(0, 20), min_size=5, max_size=5).filter(any),
    reasons=st.sampled_from([(DAILY,), (MANY,), (DAILY, MANY)]),
)
def test_the_recommendation_is_the_same_byte_for_byte_with_and_without(found, weights, reasons):
    from datetime import date

    catalog, day = load_catalog(), date(2026, 11, 22)
    situation = Situation(answers=found)
    without = decide(situation, catalog, as_of=day)
    before = without.model_dump_json(by_alias=True), situation.model_dump_json()
    chances = {name: weight / sum(weights) for name, weight in zip(STRATEGIES, weights, strict=True)}
    probabilities, checked = check_opinion(reply(chances, reasons), BRIEF, catalog)
    opinion = Opinion(endpoint="h", model="m", probabilities=probabilities, reasons=checked)
    second = compare(opinion, situation, without, catalog, day=day)
    assert (without.model_dump_json(by_alias=True), situation.model_dump_json()) == before
    assert decide(situation, catalog, as_of=day).model_dump_json(by_alias=True) == before[0]
    assert ("measure first" in second.advice) == (second.agrees is False)
    assert "second_opinion" not in type(without).model_fields


# --- the command -------------------------------------------------------------------------------------------


@pytest.fixture
def configured(server, monkeypatch):
    monkeypatch.setenv("ADVISOR_LLM_BASE_URL", server.url)
    monkeypatch.setenv("ADVISOR_LLM_MODEL", "small-model")
    return server


@pytest.fixture
def paths(tmp_path):
    (tmp_path / "brief.txt").write_text(BRIEF, encoding="utf-8")
    (tmp_path / "answers.json").write_text(json.dumps({"answers": CLEARLY_RAG}), encoding="utf-8")
    return tmp_path


def run(paths, *options):
    return advisor("brief", str(paths / "brief.txt"), "--as-of", "2026-11-22", *options)


def proposed(*items):
    return completion({"proposals": list(items)})


def test_json_carries_the_second_opinion_and_the_notice_says_it_is_sent_twice(configured, paths):
    configured.replies = [proposed(MANY), verdict(WEEKLY, fine_tuning=1)]
    done = run(paths, "--second-opinion", "--answers", str(paths / "answers.json"), "--yes", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["second_opinion"]
    assert (told["recommended"], told["agrees"], told["ours"]) == ("fine_tuning", False, ["rag"])
    assert [item["fact"] for item in told["differs_on"]] == ["knowledge_change"]
    assert (told["model"], told["day"]) == ("small-model", "2026-11-22")
    assert told["endpoint"] in done.stderr
    assert "a second time" in " ".join(done.stderr.split())


def test_without_the_option_the_text_is_sent_once(configured, paths):
    configured.replies = [proposed(MANY)]
    done = run(paths, "--yes", "--json")
    assert json.loads(done.stdout)["second_opinion"] is None
    assert len(configured.requests) == 1
    assert "a second time" not in done.stderr


def test_nothing_is_sent_before_somebody_agrees(configured, paths):
    done = run(paths, "--second-opinion", "--json")
    assert done.returncode == 1
    assert configured.requests == []


def test_answers_are_written_the_same_with_and_without(configured, paths):
    configured.replies = [proposed(MANY, DAILY), proposed(MANY, DAILY), verdict(DAILY, fine_tuning=1)]
    options = ("--yes", "--json", "--accept", "labelled_examples")
    for folder in ("a", "b"):
        (paths / folder).mkdir()
    run(paths, *options, "-o", str(paths / "a" / "new.json"))
    run(paths, *options, "--second-opinion", "-o", str(paths / "b" / "new.json"))
    assert (paths / "a" / "new.json").read_bytes() == (paths / "b" / "new.json").read_bytes()


def test_a_refused_opinion_does_not_cost_the_proposals(configured, paths):
    configured.replies = [proposed(MANY), completion("fine_tuning!")]
    done = run(paths, "--second-opinion", "--yes", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert [item["fact"] for item in told["proposals"]] == ["labelled_examples"]
    assert told["second_opinion"] is None
    assert set(told["error"]) == {"problem", "place", "remedy"}


def test_people_read_both_verdicts_and_what_follows(configured, paths):
    configured.replies = [proposed(MANY), verdict(WEEKLY, fine_tuning=1)]
    done = run(paths, "--second-opinion", "--answers", str(paths / "answers.json"), "--yes")
    shown = " ".join(done.stdout.split())
    assert "A second opinion by small-model at 127.0.0.1" in shown
    assert "knowledge_change: it reads Every week; yours Every day" in shown
    assert "measure first" in shown


def test_answers_alone_are_a_mistake(configured, paths):
    done = run(paths, "--answers", str(paths / "answers.json"), "--yes")
    assert done.returncode == 1
    assert configured.requests == []
