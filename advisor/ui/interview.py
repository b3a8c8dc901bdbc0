"""The first page: one question at a time, and beside it the recommendation as it stands."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import Recommendation, askable
from advisor.report import words
from advisor.scenario import Situation
from advisor.scenario.answers import MAX_TITLE, check_answers
from advisor.ui import brief, deciding, downloads, evidence, look, pages, question, saving, state
from advisor.ui.clock import today

EXAMPLES: Final = 3
GROUPS: Final = {
    "task": "Task",
    "knowledge": "Knowledge",
    "behavior": "Behaviour",
    "examples": "Examples",
    "operation": "Operation",
    "team": "Team",
}


def render() -> None:
    """Draw the page."""
    catalog = state.catalog()
    work = state.current()
    found = deciding.recommendation(work, catalog)
    # Places keep their order from run to run, so that a new answer replaces what is there instead of pushing it.
    with st.container():
        (_welcome if work.empty else _title_line)()
    with st.container():
        _refused()
    left, right = st.columns([1.45, 1], gap="large")
    with left:
        _ask(found, catalog)
        _worth_asking(found)
        _index(catalog)
        brief.show(catalog)
    with right:
        if work.empty:
            _examples(catalog)
        else:
            _live(found, catalog)
    if not work.empty:
        look.dock(found, catalog)


def _welcome() -> None:
    st.title("Prompt it, look it up, or train it?", anchor=False)
    st.html(
        '<p class="adv-lede">Answer a few plain questions about your task. You see at once how to adapt a language '
        "model to it, why, and what would change the advice. Six to nine answers are usually enough.</p>"
    )


def _title_line() -> None:
    shown, buttons = st.columns([3, 1], vertical_alignment="bottom")
    with shown:
        st.session_state["title"] = state.current().title
        st.text_input(
            "Title of the assessment",
            key="title",
            placeholder="Untitled assessment: give it a name",
            label_visibility="collapsed",
            max_chars=MAX_TITLE,
            on_change=lambda: state.rename(st.session_state["title"]),
        )
    with buttons:
        st.button("Start over", key="start_over", type="tertiary", on_click=state.start_over)


def _refused() -> None:
    found = state.refused()
    if found:
        listed = "\n".join(f"- {look.plain(problem)}" for problem in found[:8])
        st.warning(f"Parts of the address could not be used and were left out:\n{listed}")


def _ask(found: Recommendation, catalog: Catalog) -> None:
    following = found.next_question
    name = state.asked() or (following.fact if following else None)
    if name is None:
        _done(found, catalog)
        return
    group = GROUPS.get(catalog.facts[name].group, catalog.facts[name].group)
    question.show(name, catalog, above=f"{group} · {_position(name, found)}")


def _worth_asking(found: Recommendation) -> None:
    """List what else is worth asking; a click asks it."""
    if len(found.questions) < 2 or not found.answered:
        return
    with st.container(key="worth", gap="small"):
        look.overline("Most worth answering now")
        for asked in found.questions:
            label = f"{look.plain(asked.question)} *{look.plain(words.worth(asked))}*"
            st.button(
                label, key=f"worth_{asked.fact}", type="tertiary", on_click=state.ask, args=(asked.fact,)
            )


def _position(name: str, found: Recommendation) -> str:
    following = found.next_question
    if following and following.fact == name and found.answered:
        return f"question {found.answered + 1}, the best one to answer next"
    return f"question {found.answered + 1}" if name not in state.current().answers else "your answer so far"


def _done(found: Recommendation, catalog: Catalog) -> None:
    with st.container(key="card"):
        look.overline("Settled" if found.settled != "open" else "Nothing left to ask")
        st.header("You can stop here" if found.settled != "open" else "You left the rest open", anchor=False)
        look.quiet(words.certainty(found, catalog))
        pages.link("recommendation", "Read the whole recommendation", icon=":material/arrow_forward:")
        look.quiet("Or go on: any question below can still be answered.")
        st.button("Undo", key="undo", type="tertiary", on_click=state.undo, disabled=not state.can_undo())


def _index(catalog: Catalog) -> None:
    """List the questions of one group at a time, each with its answer; a click asks it."""
    work = state.current()
    open_now = set(askable(work.answers, catalog, as_of=today()))
    shown = {
        group: [
            n
            for n, fact in catalog.facts.items()
            if fact.group == group and fact.asked and (n in open_now or n in work.answers)
        ]
        for group in GROUPS
    }
    groups = [group for group in GROUPS if shown[group]]
    if not groups:
        return
    with st.container(key="index", gap="small"):
        look.overline("All questions")
        chosen = st.segmented_control(
            "Group of questions",
            groups,
            default=groups[0],
            required=True,
            format_func=lambda group: (
                f"{GROUPS[group]} {sum(n in work.answers for n in shown[group])}/{len(shown[group])}"
            ),
            key="group",
            label_visibility="collapsed",
        )
        for name in shown.get(chosen or groups[0], shown[groups[0]]):
            st.button(
                _line(name, catalog), key=f"jump_{name}", type="tertiary", on_click=state.ask, args=(name,)
            )


def _line(name: str, catalog: Catalog) -> str:
    work, fact = state.current(), catalog.facts[name]
    if name in work.answers:
        return f"{look.plain(fact.question)} **{look.plain(words.answer(work.answers[name], fact))}**"
    return look.plain(fact.question) + (" *left open*" if name in work.unsure else "")


def _examples(catalog: Catalog) -> None:
    cases = [case for case in catalog.cases.values() if case.example] or list(catalog.cases.values())
    with st.container(key="live"):
        look.overline("Or start from a real case")
        for case in cases[:EXAMPLES]:
            situation = Situation(title=case.title, answers=check_answers(case.answers, catalog))
            who = f" *{look.plain(case.source.org)}*" if case.source.org else ""
            st.button(
                f"**{look.plain(case.title)}**{who}",
                key=f"case_{case.id}",
                on_click=state.load,
                args=(situation,),
                width="stretch",
            )
        look.quiet("Published decisions. You see the answers and our advice, and can change any answer.")


def _live(found: Recommendation, catalog: Catalog) -> None:
    with st.container(key="live"):
        st.html(
            f'<p class="adv-over">Recommendation so far</p>'
            f'<div role="status"><p class="adv-leader" style="--c:{look.accent(found)}">'
            f"{escape(words.headline(found, catalog))}</p>{look.verdict(found)}"
            f'<p class="adv-quiet" style="margin-top:.6rem">{escape(words.lead(found, catalog))} '
            f"{escape(words.certainty(found, catalog))}</p></div>" + look.share_bars(found, catalog)
        )
        carrying, _ = words.sides(found.reasons)
        if carrying:
            look.overline("Why")
            evidence.reasons(carrying[:3], catalog, prefix="live")
        if found.flips:
            look.overline(words.changes(found))
            st.html(look.flips(found.flips[:3], catalog))
        pages.link("recommendation", "Whole recommendation", icon=":material/arrow_forward:")
        downloads.menu(state.current(), catalog)
        saving.button(catalog, key="save")
