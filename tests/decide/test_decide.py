"""A recommendation says what to try, how sure that is, why, and what would change it."""

from __future__ import annotations

import pytest

from advisor.catalog import load_catalog
from advisor.decide import askable, decide, decision_map
from advisor.decide.lint import lint
from advisor.errors import AdvisorError
from advisor.scenario import Situation

DAILY = {
    "knowledge_gap": "main",
    "behavior_gap": "none",
    "knowledge_change": "daily",
    "needs_citations": True,
}
VOICE = {
    "knowledge_gap": "none", "behavior_gap": "main", "behaviors": ("tone",), "written_guide": "none",
    "labelled_examples": 2000.0, "example_quality": "reviewed", "prompting_result": "nearly", "task_change": "rarely",
}  # fmt: skip


def test_fresh_facts_lead_to_retrieval_with_the_rule_and_its_evidence(catalog, day):
    found = decide(DAILY, catalog, as_of=day)

    assert found.recommended == "rag"
    reason = next(r for r in found.reasons if r.rule == "fresh-knowledge-favours-retrieval")
    assert {used.fact: used.value for used in reason.facts}["knowledge_change"] == "daily"
    assert reason.evidence
    assert reason.age_days == 0


def test_a_stable_voice_with_thousands_of_examples_leads_to_tuning(catalog, day):
    assert decide(VOICE, catalog, as_of=day).recommended == "fine_tuning"


def test_both_at_once_lead_to_the_hybrid(catalog, day):
    both = {**VOICE, **DAILY, "behavior_gap": "main", "prompting_result": "fails"}

    assert decide(both, catalog, as_of=day).recommended == "hybrid"


def test_on_the_way_to_the_hybrid_retrieval_is_built_once(catalog, day):
    found = decide(
        {**VOICE, **DAILY, "behavior_gap": "main", "prompting_result": "fails"}, catalog, as_of=day
    )
    assert (found.start_with.strategy, found.recommended) == ("rag", "hybrid")
    assert sum(step.title.startswith("Build") for step in found.roadmap) == 1


def test_three_json_fields_need_no_more_than_a_prompt(catalog, day):
    found = decide(
        {"knowledge_gap": "none", "behavior_gap": "some", "behaviors": ("output_format",),
         "written_guide": "page", "labelled_examples": 5.0},
        catalog, as_of=day,
    )  # fmt: skip

    assert found.recommended in ("prompting", "few_shot")


def test_the_origin_of_a_measured_answer_is_carried_into_the_reason(catalog, day):
    situation = Situation(answers=VOICE, origins={"labelled_examples": "measured"})
    found = decide(situation, catalog, as_of=day)

    origins = {used.origin for r in found.reasons for used in r.facts if used.fact == "labelled_examples"}
    assert origins == {"measured"}


def test_a_rule_one_answer_away_names_the_answer(catalog, day):
    found = decide({"knowledge_gap": "main"}, catalog, as_of=day)

    nearly = {item.rule: item for item in found.nearly}
    assert nearly
    assert all(len(item.missing) == 1 for item in nearly.values())


def test_the_next_question_applies_and_is_open(catalog, day):
    found = decide({"knowledge_gap": "none"}, catalog, as_of=day)

    assert found.next_question is not None
    assert found.next_question.fact in askable({"knowledge_gap": "none"}, catalog, as_of=day)
    assert "knowledge_change" not in askable({"knowledge_gap": "none"}, catalog, as_of=day)


def respond(answers, catalog, day, *, limit=40):
    """Answer what is asked, from a full set of answers, until the interview stops."""
    known: dict[str, object] = {}
    asked = []
    found = decide(known, catalog, as_of=day)
    while found.next_question is not None and len(asked) < limit:
        name = found.next_question.fact
        asked.append(name)
        if name not in answers:
            break
        known[name] = answers[name]
        found = decide(known, catalog, as_of=day)
    return found, asked


def test_the_interview_ends_by_itself_well_before_the_last_question(catalog, day):
    full = {
        "in_use": "people", "drivers": ("labour",), "behaviors": ("answering",), "fetch": "by_search", "passage_by_hand": "yes",
        "ability": "ordinary", "first_reader": "user", "stream": "live", "many_passages": False, "variants": "one",
        "knowledge_gap": "main", "behavior_gap": "none", "knowledge_change": "weekly", "needs_citations": True,
        "knowledge_tokens": 5e6, "knowledge_in_request": False, "access_per_user": True, "knowledge_form": "documents",
        "retrieval_result": "not_tried", "labelled_examples": 0.0, "examples_obtainable": "slowly",
        "prompting_result": "not_tried", "task_breadth": "broad", "task_change": "rarely", "gradable": "no",
        "queries_per_day": 2000.0, "latency_budget_ms": 3000.0, "running_cost": "matters", "error_cost": "high",
        "privacy": "contract", "training_allowed": True, "model_access": "any", "bound_vendor": "free",
        "team_skill": "some", "can_host": False, "budget": "medium", "first_version": "weeks",
    }  # fmt: skip
    found, asked = respond(full, catalog, day)

    assert found.settled in ("settled", "final")
    assert found.recommended == "rag"
    assert len(asked) <= 9


def test_the_map_shows_a_border_between_strategies(catalog, day):
    drawn = decision_map(VOICE, catalog, x="labelled_examples", y="written_guide", as_of=day)

    assert len(drawn.first) == len(drawn.y_values)
    assert all(len(row) == len(drawn.x_values) for row in drawn.first)
    assert len({name for row in drawn.first for name in row}) > 1


@pytest.mark.parametrize(("x", "y"), [("budget", "budget"), ("behaviors", "budget"), ("bugdet", "privacy")])
def test_an_axis_that_makes_no_map_is_refused(x, y, catalog, day):
    with pytest.raises(AdvisorError):
        decision_map({}, catalog, x=x, y=y, as_of=day)


def test_the_rulebook_passes_its_own_lint(catalog, day):
    findings = [f for f in lint(catalog, as_of=day, samples=8_000) if f.severity == "error"]

    assert findings == []


def test_the_lint_finds_what_is_planted(tmp_path, day):
    (tmp_path / "decision").mkdir()
    rule = (
        "id: {id}\ntitle: T\nconsideration: {about}\nwhen: {when}\neffect: {effect}\nbecause: B\nunless: U\n"
        "evidence:\n  - {{source: judgement, says: S., supports: judgement}}\n"
        "reviewed: 2026-11-22\nreview_by: 2027-05-22\nexamples:\n"
        "  - {{name: a, facts: {{budget: low, labelled_examples: 77.5}}, fires: true}}\n"
        "  - {{name: b, facts: {{budget: {second}}}, fires: false}}\n"
    )
    planted = {
        "planted-one": ("{budget: low}", "{look_up: strongly_for}", "high"),
        "planted-two": ("{budget: low}", "{look_up: strongly_against}", "high"),
        "planted-dead": ("{budget: low, labelled_examples: 77.5}", "{look_up: for}", "high"),
        "planted-literal": ("{budget: low, labelled_examples: {at_least: 77}}", "{look_up: for}", "high"),
        "planted-wrong-example": ("{budget: low}", "{look_up: for}", "low"),
    }
    for name, (when, effect, second) in planted.items():
        about = "money-to-build" if name != "planted-two" else "team"
        text = rule.format(id=name, about=about, when=when, effect=effect, second=second)
        (tmp_path / "decision" / f"{name}.yaml").write_text(text, encoding="utf-8")

    findings = lint(load_catalog(tmp_path), as_of=day, samples=3_000)
    found = {
        (finding.check, name)
        for finding in findings
        for name in planted
        if name in finding.place + finding.message
    }

    assert ("contradiction", "planted-one") in found
    assert ("always-together", "planted-two") in found
    assert ("never-fires", "planted-dead") in found
    assert ("threshold-without-source", "planted-literal") in found
    assert ("examples", "planted-wrong-example") in found
