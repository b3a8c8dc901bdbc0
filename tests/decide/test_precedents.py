"""The published case most like a situation: itself when it is one, none where nothing is shared, the same in any order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import Catalog
from advisor.decide.precedents import PUBLISHED, closeness, similar_cases
from advisor.scenario import check_answers
from tests.situations import answers


def published(catalog: Catalog) -> list[str]:
    return [case.id for case in catalog.cases.values() if case.kind in PUBLISHED and case.source.url]


def test_each_published_case_is_most_like_itself(catalog: Catalog) -> None:
    for name in published(catalog)[::7]:
        given_ = check_answers(catalog.cases[name].answers, catalog)
        first = similar_cases(given_, catalog)[0]
        itself = next(item for item in similar_cases(given_, catalog, limit=500) if item.id == name)
        assert itself.likeness == first.likeness
        assert not itself.differs_on


def test_nothing_is_like_a_situation_without_answers(catalog: Catalog) -> None:
    assert similar_cases({}, catalog) == ()


def test_textbook_examples_and_archetypes_are_no_published_cases(catalog: Catalog) -> None:
    found = similar_cases({"knowledge_gap": "main"}, catalog, limit=500)
    assert found
    assert {catalog.cases[item.id].kind for item in found} <= set(PUBLISHED)


@settings(max_examples=25)
@given(given_answers=answers(), seed=st.randoms())
def test_likeness_is_a_share_and_does_not_hang_on_the_order_of_answers(
    catalog: Catalog, given_answers, seed
) -> None:
    found = similar_cases(given_answers, catalog, limit=5)
    mixed = list(given_answers.items())
    seed.shuffle(mixed)
    assert similar_cases(dict(mixed), catalog, limit=5) == found
    assert all(0 <= item.likeness <= 1 for item in found)
    assert [item.likeness for item in found] == sorted((item.likeness for item in found), reverse=True)
    for item in found:
        assert not set(item.agrees_on) & set(item.differs_on)
        assert set(item.agrees_on) | set(item.differs_on) <= set(given_answers)


def test_answers_are_close_by_their_kind(catalog: Catalog) -> None:
    facts = catalog.facts
    assert closeness("weekly", "weekly", facts["knowledge_change"]) == 1
    assert closeness("never", "realtime", facts["knowledge_change"]) == 0
    assert 0 < closeness("weekly", "monthly", facts["knowledge_change"]) < 1
    assert closeness(100.0, 1000.0, facts["labelled_examples"]) > closeness(
        10.0, 1e6, facts["labelled_examples"]
    )
    assert closeness(("answering",), ("answering", "tone"), facts["behaviors"]) == 0.5


def test_a_case_that_agrees_on_more_is_nearer(catalog: Catalog) -> None:
    case = max((catalog.cases[name] for name in published(catalog)), key=lambda one: len(one.answers))
    part = dict(list(case.answers.items())[:3])
    likeness = [
        next(found.likeness for found in similar_cases(known, catalog, limit=500) if found.id == case.id)
        for known in (part, case.answers)
    ]
    assert likeness[0] < likeness[1] < 1


def test_the_nearest_case_to_a_case_is_nearly_always_itself(catalog: Catalog) -> None:
    names = published(catalog)
    own = [similar_cases(catalog.cases[name].answers, catalog, limit=1)[0].id == name for name in names]
    assert sum(own) / len(own) > 0.95
