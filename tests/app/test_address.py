"""The address holds the answers: whatever is written reads back, and rubbish never breaks the page."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import Catalog
from advisor.doors.ui import look
from advisor.doors.ui.address import Work, address_of, read_address
from advisor.doors.ui.question import quick_picks
from advisor.share.report.text import tame
from tests.situations import answers


@given(answers(), st.text(max_size=40))
def test_an_address_reads_back_to_the_same_assessment(catalog: Catalog, given_answers, title: str) -> None:
    work = Work(title=title, answers=given_answers, unsure=("budget",), saved="abc.3")
    address = address_of(work)
    assert read_address(address, catalog) == (replace(work, title=title), [])
    assert len(address) <= len(given_answers) + 3


def test_only_what_was_answered_stands_in_the_address(catalog: Catalog) -> None:
    assert address_of(Work()) == {}
    assert address_of(Work(answers={"labelled_examples": 120.0, "behaviors": ()})) == {
        "labelled_examples": "120",
        "behaviors": "-",
    }


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=6))
def test_no_address_breaks_the_page(catalog: Catalog, rubbish: dict[str, str]) -> None:
    work, problems = read_address(rubbish, catalog)
    assert set(work.answers) <= set(catalog.facts)
    assert all(isinstance(problem, str) for problem in problems)


def test_a_refused_part_of_an_address_says_what_it_could_have_meant(catalog: Catalog) -> None:
    work, problems = read_address({"knowledge_gapp": "main", "labelled_examples": "nan"}, catalog)
    assert not work.answers
    assert "Did you mean 'knowledge_gap'?" in problems[0]
    assert len(problems) == 2


@given(st.text(max_size=200))
def test_text_in_labels_shows_as_it_stands(text: str) -> None:
    from markdown_it import MarkdownIt

    shown = MarkdownIt("commonmark", {"html": False}).renderInline(look.plain(tame(text)))
    assert not any(tag in shown for tag in ("<a", "<em", "<strong", "<code", "<img"))


def test_figures_to_pick_are_round_and_within_bounds(catalog: Catalog) -> None:
    for name, fact in catalog.facts.items():
        if fact.asked and fact.type == "number":
            picks = quick_picks(fact)
            low, high = fact.bounds or (0, float("inf"))
            assert picks, name
            assert picks == sorted(set(picks))
            assert all(low <= pick <= high for pick in picks), name
