"""The answers: the first screen's facts, then the few questions that would settle most, and beside them where it points."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import Recommendation, askable
from advisor.decide.records import NextQuestion
from advisor.doors.ui import brief, deciding, dials, like, look, pages, question, saving, start, state
from advisor.doors.ui.clock import today
from advisor.scenario.answers import MAX_TITLE
from advisor.share.report import words
from advisor.wording import say

GROUPS: Final = ("task", "knowledge", "behavior", "examples", "operation", "team")


def render() -> None:
    """Draw the page."""
    catalog = state.catalog()
    with st.container():
        _refused()
    if state.starting():
        start.render(catalog)
        return
    found = deciding.recommendation(state.current(), catalog)
    left, right = st.columns([1.45, 1], gap="large")
    # Places keep their order from run to run, so that a new answer replaces what is there instead of pushing it.
    with left:
        _ask(found, catalog)
        _others(found, catalog)
        _enough(found)
        _index(catalog)
        brief.show(catalog)
    # Limits take longer than the decision; the next question is on screen before they are known.
    held = deciding.held(state.current(), catalog)
    with right:
        _live(held, catalog)
    with left, st.container(key="similar"):
        like.show(state.current(), catalog)
    look.dock(held, catalog)


def _refused() -> None:
    found = state.refused()
    if found:
        listed = "\n".join(f"- {look.plain(problem)}" for problem in found[:8])
        st.warning(f"{say('interview.refused')}\n{listed}")


def _ask(found: Recommendation, catalog: Catalog) -> None:
    following = found.next_question
    name = state.asked() or (following.fact if following else None)
    if name is None:
        _done(found, catalog)
        return
    question.show(name, catalog, above=_above(name, found))


def _above(name: str, found: Recommendation) -> str:
    told = next((item for item in found.questions if item.fact == name), None)
    if told is None:
        answered = name in state.current().answers
        return say("interview.answered_so_far" if answered else "interview.changes_little")
    most = found.questions[0].fact == name
    return say("interview.settles_most" if most else "interview.worth_answering", doubt=doubt(told))


def doubt(asked: NextQuestion) -> str:
    """Return what a question is worth: the doubt it removes and how much more often the advice would be right."""
    return say("interview.doubt", share=words.percent(asked.settles), worth=words.worth(asked))


def _others(found: Recommendation, catalog: Catalog) -> None:
    """Offer the other questions that would settle most, in any order."""
    following = found.next_question
    shown = state.asked() or (following.fact if following else None)
    others = [item for item in found.questions if item.fact != shown]
    if not others:
        return
    with st.container(key="worth", gap="small"):
        look.overline(say("interview.answer_first"))
        for asked in others:
            with st.expander(
                f"{look.plain(asked.question)} *{look.plain(doubt(asked))}*", key=f"worth_{asked.fact}"
            ):
                question.inline(asked.fact, catalog)


def _enough(found: Recommendation) -> None:
    if found.questions:
        with st.container(key="enough", horizontal=True, gap="medium", vertical_alignment="center"):
            pages.link("recommendation", say("interview.enough"), icon=":material/arrow_forward:")
            look.quiet(say("interview.come_back"))


def _done(found: Recommendation, catalog: Catalog) -> None:
    settled = found.settled != "open"
    with st.container(key="card"), st.container(key="good_enough"):
        look.overline(say("interview.nothing_worth_asking" if settled else "interview.rest_open"))
        st.header(say("interview.good_enough"), anchor=False)
        look.quiet(words.certainty(found, catalog))
        pages.link("recommendation", say("interview.show_result"), icon=":material/arrow_forward:")
        question.undo()


def _index(catalog: Catalog) -> None:
    """List the questions of one group at a time, each with its answer; a click asks it."""
    work = state.current()
    open_now = set(askable(work.answers, catalog, as_of=today()))
    shown = {
        group: [
            name
            for name, fact in catalog.facts.items()
            if fact.group == group and fact.asked and (name in open_now or name in work.answers)
        ]
        for group in GROUPS
    }
    groups = [group for group in GROUPS if shown[group]]
    if not groups:
        return
    with st.container(key="index", gap="small"):
        look.overline(say("interview.all_questions"))
        chosen = st.segmented_control(
            say("interview.group"),
            groups,
            default=groups[0],
            required=True,
            format_func=lambda group: _group(group, shown[group]),
            key="group",
            label_visibility="collapsed",
        )
        for name in shown.get(chosen or groups[0], shown[groups[0]]):
            st.button(
                _line(name, catalog), key=f"jump_{name}", type="tertiary", on_click=state.ask, args=(name,)
            )
        with st.container(horizontal=True, gap="medium"):
            st.button(
                say("interview.first_screen"), key="edit_facts", type="tertiary", on_click=state.edit_facts
            )
            st.button(
                say("interview.start_over"), key="start_over", type="tertiary", on_click=state.start_over
            )
        look.quiet(say("interview.index_note"))


def _group(group: str, names: list[str]) -> str:
    named, count = say(f"interview.group_{group}"), sum(name in state.current().answers for name in names)
    if not count:
        return say("interview.without_answers", group=named)
    return say("interview.with_answers", group=named, count=count)


def _line(name: str, catalog: Catalog) -> str:
    work, fact = state.current(), catalog.facts[name]
    asked = look.plain(fact.question)
    if name in work.answers:
        return f"{asked} **{look.plain(words.answer(work.answers[name], fact))}**"
    return f"{asked} *{say('interview.left_open')}*" if name in work.unsure else asked


def _live(found: Recommendation, catalog: Catalog) -> None:
    work = state.current()
    with st.container(key="live"):
        st.html(
            f'<p class="adv-over">{escape(say("interview.points_now"))}</p>'
            f'<div role="status"><p class="adv-leader" style="--c:{look.accent(found)}">'
            f"{escape(words.headline(found, catalog))}</p>{look.verdict(found)}"
            f'<p class="adv-quiet" style="margin-top:.6rem">{escape(_said(found, catalog))}</p></div>'
            + look.share_bars(found, catalog)
        )
        dials.show(deciding.place(work, catalog), catalog)
        pages.link("recommendation", say("interview.whole_result"), icon=":material/arrow_forward:")
    title()
    saving.button(catalog, key="save")


def _said(found: Recommendation, catalog: Catalog) -> str:
    """Describe what to start with where it should end elsewhere, and how likely that is."""
    start, end = found.start_with.strategy, found.recommended
    first = f"{words.points_to(found, catalog)} " if found.verdict != "too_early" and start != end else ""
    return first + words.lead(found, catalog)


def title() -> None:
    """Draw the field with the assessment's name."""
    st.session_state["title"] = state.current().title
    st.text_input(
        say("interview.title"),
        key="title",
        placeholder=say("interview.untitled"),
        max_chars=MAX_TITLE,
        on_change=lambda: state.rename(st.session_state["title"]),
    )
