"""Each mistake an author can make in ``rules/`` gets an error with file, line and the edit to make."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from advisor.catalog import load_catalog, rules_folder
from advisor.errors import AdvisorError

RULE = """\
id: test-rule
title: A test
consideration: missing-facts
when:
  knowledge_gap: [some, main]
  labelled_examples: {at_least: 100}
effect:
  look_up: for
rules_out: [fine_tuning]
because: Because.
unless: Never.
evidence:
  - {source: judgement, says: So., supports: judgement}
reviewed: 2026-11-22
review_by: 2027-05-22
examples:
  - {name: one, facts: {knowledge_gap: main, labelled_examples: 200}, fires: true}
  - {name: two, facts: {knowledge_gap: none}, fires: false}
"""

MISTAKES = {
    "misspelt fact": ("labelled_examples: {at_least", "labeled_exampels: {at_least", ["test-rule.yaml:6", "no fact 'labeled_exampels'", "Did you mean 'labelled_examples'?"]),
    "unknown option": ("[some, main]", "[some, mian]", ["test-rule.yaml:5", "no option 'mian'", "'main'"]),
    "unknown comparison": ("{at_least: 100}", "{atleast: 100}", ["test-rule.yaml:6", "'atleast'", "'at_least'"]),
    "comparison of words": ("knowledge_gap: [some, main]", "in_use: {at_least: people}", ["test-rule.yaml:5", "type choice"]),
    "number given as text": ("{at_least: 100}", "{at_least: many}", ["test-rule.yaml:6", "Give a number"]),
    "unknown parameter": ("{at_least: 100}", "{at_least: {parameter: decision.few}}", ["test-rule.yaml:6", "no parameter 'decision.few'"]),
    "unknown key": ("because: Because.", "becuase: Because.", ["test-rule.yaml:10", "no key 'becuase'", "'because'"]),
    "unknown key deeper": ("says: So.", "say: So.", ["test-rule.yaml:13", "no key 'say'", "'says'"]),
    "missing key": ("unless: Never.\n", "", ["test-rule.yaml", "'unless' is missing", "When the rule is wrong"]),
    "unknown effect": ("look_up: for", "look_up: fro", ["test-rule.yaml:8", "'fro'", "'for'"]),
    "unknown dial": ("look_up: for", "lookup: for", ["test-rule.yaml:8", "'lookup'", "'look_up'"]),
    "effect on a strategy": ("look_up: for", "rag: for", ["test-rule.yaml:8", "'rag'", "'look_up'"]),
    "unknown strategy": ("[fine_tuning]", "[fine_tunning]", ["test-rule.yaml:9", "'fine_tunning'", "'fine_tuning'"]),
    "unknown consideration": ("missing-facts", "mising-facts", ["test-rule.yaml", "consideration 'mising-facts'", "'missing-facts'"]),
    "no consideration": ("consideration: missing-facts\n", "", ["test-rule.yaml:1", "'consideration' is missing", "What the rule argues about"]),
    "a topic, as rules had before": ("consideration: missing-facts", "topic: knowledge", ["test-rule.yaml:3", "no key 'topic'"]),
    "unknown source": ("source: judgement", "source: jugdement", ["'jugdement'", "'judgement'"]),
    "bad day": ("reviewed: 2026-11-22", "reviewed: 22.11.2026", ["test-rule.yaml:14", "YYYY-MM-DD"]),
    "day that does not exist": ("reviewed: 2026-11-22", "reviewed: 2026-02-30", ["test-rule.yaml:14"]),
    "review before it was reviewed": ("review_by: 2027-05-22", "review_by: 2025-05-22", ["review_by must come after"]),
    "no example that fires": ("fires: true", "fires: unknown", ["example that fires"]),
    "example with an unknown fact": ("facts: {knowledge_gap: none}", "facts: {knowledge_gpa: none}", ["'knowledge_gpa'", "'knowledge_gap'"]),
    "unknown technique": ("because: Because.", "advise: [magic]\nbecause: Because.", ["technique 'magic'"]),
    "repeated key": ("title: A test", "title: A test\ntitle: B", ["test-rule.yaml:3", "occurs twice"]),
    "empty condition": ("when:\n  knowledge_gap: [some, main]\n  labelled_examples: {at_least: 100}", "when: {}", ["test-rule.yaml:4", "a condition is a mapping"]),
    "any without a list": ("knowledge_gap: [some, main]", "any: {knowledge_gap: main}", ["test-rule.yaml:5", "'any' takes a list"]),
    "name that is not the file's": ("id: test-rule", "id: other-rule", ["test-rule.yaml:1", "Give both the same name"]),
    "name in capitals": ("id: test-rule", "id: Test_Rule", ["test-rule.yaml:1", "'id'"]),
    "not a mapping": (RULE, "- a\n- b\n", ["test-rule.yaml", "must hold a mapping"]),
    "expression in text": ("{at_least: 100}", "'> 100'", ["test-rule.yaml:6", "Give a number"]),
}  # fmt: skip


def overlay_with(folder: Path, text: str) -> Path:
    (folder / "decision").mkdir(parents=True)
    (folder / "decision" / "test-rule.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_rule_that_the_mistakes_are_planted_in_is_sound(tmp_path):
    catalog = load_catalog(overlay_with(tmp_path, RULE))

    assert "test-rule" in catalog.rules


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_rule_is_named_with_its_line_and_remedy(mistake, tmp_path):
    before, after, words = MISTAKES[mistake]
    text = RULE.replace(before, after)
    assert text != RULE

    with pytest.raises(AdvisorError) as caught:
        load_catalog(overlay_with(tmp_path, text))

    for word in words:
        assert word in str(caught.value)


FILES = {
    "facts.yaml": ("x_fact: {type: ordered, question: Q?, group: task}", ["facts.yaml:1", "needs options"]),
    "facts.yaml ": (
        "x_fact: {type: number, question: Q?, bouds: [0, 1]}",
        ["facts.yaml:1", "'bouds'", "'bounds'"],
    ),
    "facts.yaml  ": (
        "x_fact: {type: choice, question: Q?, options: [{id: a, label: A}], prior: {a: 1}, formerly: {old: {b: c}}}",
        ["facts.yaml:1", "option 'c'", "Known: a"],
    ),
    "facts.yaml   ": (
        "x_fact: {type: boolean, question: Q?, formerly: {knowledge_gap: {}}}",
        ["facts.yaml:1", "formerly 'knowledge_gap'", "a fact of its own"],
    ),
    "facts.yaml    ": (
        "x_fact: {type: boolean, question: Q?, formerly: {error_tolerance: {}}}",
        ["facts.yaml:1", "and so was 'error_cost'"],
    ),
    "considerations.yaml": (
        "x-idea: {title: T, summary: S, needs_gian: true}",
        ["considerations.yaml:1", "'needs_gian'", "'needs_gain'"],
    ),
    "parameters/x.yaml": (
        (
            "topic: x\nnumbers:\n  n:\n    title: T\n    unit: usd\n    values:\n"
            "      - {from: 2026-01-01, low: 3, expected: 2, high: 4, sources: [judgement], checked: 2026-01-01, review_by: 2027-01-01}"
        ),
        ["x.yaml:7", "must not fall"],
    ),
    "parameters/y.yaml": (
        (
            "topic: y\nnumbers:\n  n:\n    title: T\n    unit: usd\n    values:\n"
            "      - {from: 2026-01-01, value: '3', sources: [judgement], checked: 2026-01-01, review_by: 2027-01-01}"
        ),
        ["y.yaml:7", "must be a number"],
    ),
    "sources.yaml": (
        "s: {title: T, by: B, kind: papper, published: 2020, checked: 2026-01-01, read: full}",
        ["sources.yaml:1", "'papper'", "'paper'"],
    ),
    "cases/a-case.yaml": ("id: a-case\ntitle: T\n", ["a-case.yaml", "is missing"]),
}


@pytest.mark.parametrize("name", FILES)
def test_a_mistake_in_another_file_is_named_too(name, tmp_path):
    text, words = FILES[name]
    path = tmp_path / name.strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

    with pytest.raises(AdvisorError) as caught:
        load_catalog(tmp_path)

    for word in words:
        assert word in str(caught.value)


def test_an_overlay_that_is_no_folder_is_refused(tmp_path):
    with pytest.raises(AdvisorError, match="no such folder"):
        load_catalog(tmp_path / "nowhere")


def test_an_overlay_replaces_a_rule_and_changes_the_hash(tmp_path):
    ours = load_catalog()
    name = next(iter(ours.rules))
    target = tmp_path / "decision" / f"{name}.yaml"
    target.parent.mkdir()
    shutil.copy(rules_folder() / "decision" / f"{name}.yaml", target)
    target.write_text(
        target.read_text(encoding="utf-8").replace(ours.rules[name].title, "Our own words"), "utf-8"
    )

    theirs = load_catalog(tmp_path)

    assert theirs.rules[name].title == "Our own words"
    assert len(theirs.rules) == len(ours.rules)
    assert theirs.sha256 != ours.sha256


def test_an_edited_overlay_is_read_again(tmp_path):
    folder = overlay_with(tmp_path, RULE)
    assert load_catalog(folder).rules["test-rule"].title == "A test"

    (folder / "decision" / "test-rule.yaml").write_text(RULE.replace("A test", "Another title"), "utf-8")

    assert load_catalog(folder).rules["test-rule"].title == "Another title"
