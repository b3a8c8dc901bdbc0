"""The published case most like a situation: itself when it is one, none where nothing is shared, the same in any order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import Catalog
from advisor.scenario import check_answers
from advisor.scenario.likeness import PUBLISHED, closeness, most_alike
from tests.situations import answers


def published(catalog: Catalog) -> list[str]:
    return [case.id for case in catalog.cases.values() if case.kind in PUBLISHED and case.source.url]


def test_each_published_case_is_most_like_itself(catalog: Catalog) -> None:
    for name in published(catalog)[::7]:
        given_ = check_answers(catalog.cases[name].answers, catalog)
        first = most_alike(given_, catalog)[0]
        itself = next(item for item in most_alike(given_, catalog, count=500) if item.case == name)
        assert itself.likeness == first.likeness
        assert not itself.differing


def test_nothing_is_like_a_situation_without_answers(catalog: Catalog) -> None:
    assert most_alike({}, catalog) == ()


def test_textbook_examples_and_archetypes_are_no_published_cases(catalog: Catalog) -> None:
    found = most_alike({"knowledge_gap": "main"}, catalog, count=500)
    assert found
    assert {catalog.cases[item.case].kind for item in found} <= set(PUBLISHED)


@settings(max_examples=25)
@given(given_answers=answers(), seed=st.randoms())
def test_likeness_is_a_share_and_does_not_hang_on_the_order_of_answers(
    catalog: Catalog, given_answers, seed
) -> None:
    found = most_alike(given_answers, catalog, count=5)
    mixed = list(given_answers.items())
    seed.shuffle(mixed)
    assert most_alike(dict(mixed), catalog, count=5) == found
    assert all(0 <= item.likeness <= 1 for item in found)
    assert [item.likeness for item in found] == sorted((item.likeness for item in found), reverse=True)
    for item in found:
        assert not set(item.shared) & set(item.differing)
        assert set(item.shared) | set(item.differing) <= set(given_answers)


def test_answers_are_close_by_their_kind(catalog: Catalog) -> None:
    facts = catalog.facts
    assert closeness("weekly", "weekly", facts["knowledge_change"]) == 1
    assert closeness("never", "realtime", facts["knowledge_change"]) == 0
    assert 0 < closeness("weekly", "monthly", facts["knowledge_change"]) < 1
    assert closeness(100.0, 1000.0, facts["labelled_examples"]) > closeness(
        10.0, 1e6, facts["labelled_examples"]
    )
    assert closeness(("answering",), ("answering", "tone"), facts["behaviors"]) == 0.5
