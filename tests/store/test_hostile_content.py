from __future__ import annotations

import pytest

from advisor.errors import AdvisorError
from advisor.scenario import Situation

INERT = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    '#read("/etc/passwd")',
    "\u202egnp.exe",
    "../../../../etc/passwd",
    "'; DROP TABLE assessment; --",
    "{{ 7 * 7 }} ${jndi:ldap://x} %s %(x)s",
    "日本語 العربية 🧑‍🚀",
    "[bold red]not markup[/]",
]


@pytest.mark.parametrize("text", INERT)
def test_hostile_text_is_kept_as_text(store, advice, text):
    situation = advice.situation.model_copy(update={"title": text, "notes": text})
    saved = store.save(advice.model_copy(update={"situation": situation}), tags=[text[:60]], owner=text)
    found = store.get(saved.id)
    assert found.situation == situation
    assert found.entry.title == text
    assert found.entry.owner == text
    assert [entry.id for entry in store.list(text)] == [saved.id]
    content = store.export_all()
    store.archive(saved.id)
    assert store.import_all(content).unchanged == 1


REFUSED = {
    "title_of_ten_megabytes": Situation(title="x" * 10_000_000),
    "notes_of_ten_megabytes": Situation(notes="x" * 10_000_000),
    "answer_of_ten_megabytes": Situation(answers={"model": "x" * 10_000_000}),
    "nul_in_title": Situation(title="a\0b"),
    "nul_in_answer": Situation(answers={"model": "a\0b"}),
    "nul_in_fact": Situation(answers={"a\0b": 1}),
    "nul_in_notes": Situation(notes="a\0b"),
    "escape_in_title": Situation(title="\x1b[2Jgone"),
    "half_a_character": Situation(title="\ud800"),
    "half_a_character_in_answer": Situation(answers={"model": "\udfff"}),
    "nan": Situation(answers={"queries_per_day": float("nan")}),
    "infinity": Situation(answers={"queries_per_day": float("inf")}),
    "an_object": Situation(answers={"model": object()}),
}


def nested(depth):
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused_in_words_and_not_saved(store, name):
    with pytest.raises(AdvisorError) as caught:
        store.save(REFUSED[name])
    assert len(str(caught.value)) < 300
    assert store.list() == ()


@pytest.mark.parametrize("depth", [60, 300, 100_000])
def test_deep_answers_are_refused(store, depth):
    with pytest.raises(AdvisorError):
        store.save(Situation(answers={"model": nested(depth)}))
    assert store.list() == ()


@pytest.mark.parametrize("tags", [["x" * 61], [f"t{i}" for i in range(21)], ["a\0"], ["\x1b[2J"]])
def test_hostile_tags_are_refused(store, advice, tags):
    with pytest.raises(AdvisorError):
        store.save(advice, tags=tags)
    assert store.list() == ()


def test_a_hostile_owner_is_refused(store, advice):
    with pytest.raises(AdvisorError):
        store.save(advice, owner="x" * 401)
    with pytest.raises(AdvisorError):
        store.seen_by("a\0b")
