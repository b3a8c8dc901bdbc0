"""The first screen: what everybody knows about a case, and beside it the published case that is most like it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import streamlit as st

from advisor.catalog import Catalog, Fact
from advisor.decide.precedents import PUBLISHED
from advisor.doors.ui import amounts, binding, brief, like, look, pages, question, state
from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.scenario.answers import check_answers, check_value, typed_number
from advisor.wording import say

EXAMPLES: Final = 3
UNKNOWN: Final = "?"
# What anybody who has the task can say without measuring; more than that is asked afterwards, and only what would help.
FACTS: Final = (
    "behaviors",
    "knowledge_gap",
    "knowledge_tokens",
    "knowledge_change",
    "behavior_gap",
    "labelled_examples",
    "queries_per_day",
    "latency_budget_ms",
)
BESIDE: Final = ("queries_per_day", "latency_budget_ms")
"""Facts that fit side by side."""
SIZES: Final[Mapping[str, Mapping[str, float]]] = {
    "knowledge_tokens": {
        "few_pages": 2_000,
        "handbook": 100_000,
        "wiki": 2_500_000,
        "archive": 15_000_000,
        "millions_of_pages": 1_000_000_000,
    },
    "labelled_examples": {
        "none": 0,
        "dozens": 40,
        "hundreds": 300,
        "thousands": 3_000,
        "tens_of_thousands": 30_000,
    },
    "queries_per_day": {
        "dozens": 40,
        "hundreds": 300,
        "thousands": 3_000,
        "tens_of_thousands": 30_000,
        "millions": 3_000_000,
    },
    "latency_budget_ms": {
        "instantly": 300,
        "within_second": 1_000,
        "few_seconds": 3_000,
        "minutes": 120_000,
        "overnight": 28_800_000,
    },
}


def render(catalog: Catalog) -> None:
    """Draw the screen."""
    work = state.current()
    st.title(say("start.title"), anchor=False)
    st.html(f'<p class="adv-lede">{escape(say("start.lead"))}</p>')
    left, right = st.columns([1.45, 1], gap="large")
    with left, st.container(key="facts", gap="medium"):
        for name in FACTS:
            if name not in BESIDE and not _needless(name):
                _fact(name, catalog)
        for name, place in zip(BESIDE, st.columns(len(BESIDE)), strict=True):
            with place:
                _fact(name, catalog)
        _binding(catalog)
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            st.button(
                say("start.show_where"),
                key="points",
                type="primary",
                icon=":material/arrow_forward:",
                icon_position="right",
                on_click=state.show_result,
                disabled=work.empty,
            )
            if state.can_undo():
                question.undo()
    with right:
        with st.container(key="live"):
            if work.answers:
                like.show(work, catalog)
            else:
                _examples(catalog)
        brief.show(catalog)
        pages.link("library", say("start.from_library"), icon=":material/folder_open:")


def _fact(name: str, catalog: Catalog) -> None:
    fact, label = catalog.facts[name], say(f"start.ask_{name}")
    with st.container(key=f"fact_{name}", gap=None):
        if fact.type == "number":
            _amount(name, fact, label)
        else:
            _options(name, fact, label)


def _put(key: str, value: Any) -> None:
    """Make a field show a value; one that it shows already is left alone, or a click of this moment would be lost."""
    held = st.session_state.get(key, ())
    same = (
        sorted(held) == sorted(value) if isinstance(held, list) and isinstance(value, list) else held == value
    )
    if not same:
        st.session_state[key] = value


def _needless(name: str) -> bool:
    """Return whether the answers so far make a fact pointless: text that nobody has to look up."""
    return (
        name in ("knowledge_tokens", "knowledge_change")
        and state.current().answers.get("knowledge_gap") == "none"
    )


def _options(name: str, fact: Fact, label: str) -> None:
    key, several = f"start_{name}", fact.type == "many"
    labels = {option.id: option.label for option in fact.options} | {UNKNOWN: say("start.unknown")}
    work = state.current()
    given = work.answers.get(name)
    unsure = [UNKNOWN] if name in work.unsure else []
    _put(key, (list(given or ()) or unsure) if several else given or (unsure[0] if unsure else None))
    st.pills(
        label,
        list(labels),
        selection_mode="multi" if several else "single",
        format_func=labels.__getitem__,
        key=key,
        # The first answer is to be reached with three tab stops, and these options say what they are.
        help=None if several else fact.help or None,
        on_change=_take,
        args=(name, key),
    )


def _take(name: str, key: str) -> None:
    said = st.session_state[key]
    was_unsure = name in state.current().unsure
    state.begin_with_facts()
    words = said if isinstance(said, list) else [said] if said else []
    known = tuple(word for word in words if word != UNKNOWN)
    # Of several pills the newer counts: "don't know" beside others was either just chosen or just overruled.
    if UNKNOWN in words and (not was_unsure or not known):
        state.leave_open(name)
    else:
        state.answer(name, (known if isinstance(said, list) else said) or None)


def _binding(catalog: Catalog) -> None:
    """Ask for what binds: one question for four facts, and the vendor's name where there is one."""
    work, key = state.current(), "start_binding"
    naming = bool(st.session_state.get("naming_vendor"))
    shown = binding.ticked_in(work.answers, work.unsure, vendor_open=naming)
    _put(key, shown)
    with st.container(key="fact_binding", gap=None):
        st.pills(
            say("binding.question"),
            binding.OPTIONS,
            selection_mode="multi",
            format_func=binding.label,
            key=key,
            help=say("binding.help"),
            on_change=_take_binding,
            args=(key, shown),
        )
        if binding.VENDOR in shown:
            _vendor(catalog)


def _take_binding(key: str, before: list[str]) -> None:
    ticked = st.session_state[key]
    state.begin_with_facts()
    st.session_state["naming_vendor"] = binding.VENDOR in ticked and binding.UNKNOWN not in ticked
    values, unsure = binding.answers_from(ticked, before, state.current().answers)
    state.answer_together(values, unsure=unsure)


def _vendor(catalog: Catalog) -> None:
    names = {
        option.id: option.label for option in catalog.facts["bound_vendor"].options if option.id != "free"
    }
    given = state.current().answers.get("bound_vendor")
    _put("start_vendor", given if given in names else None)
    st.selectbox(
        say("start.vendor"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        key="start_vendor",
        on_change=lambda: state.answer("bound_vendor", st.session_state["start_vendor"]),
    )


def _amount(name: str, fact: Fact, label: str) -> None:
    key, work = f"start_{name}", state.current()
    given = work.answers.get(name)
    options = [say("start.unknown"), *_sizes(name)]
    known = {value: word for word, value in _sizes(name).items()}
    shown = (
        say("start.unknown")
        if name in work.unsure
        else None
        if given is None
        else known.get(given, amounts.told(given, fact))
    )
    problem = st.session_state.get(f"problem_{name}", "")
    if not problem:
        _put(key, shown)
    if shown is not None and shown not in options:
        options.append(shown)
    st.selectbox(
        label,
        options,
        index=None,
        key=key,
        accept_new_options=True,
        placeholder=say("start.choose_or_type", examples=amounts.examples(fact, 2)),
        help=fact.help or None,
        on_change=_take_amount,
        args=(name, fact, key),
    )
    if problem:
        st.error(look.plain(problem))


def _sizes(name: str) -> dict[str, float]:
    """Return the sizes that a question about an amount offers in words."""
    return {say(f"start.size_{size}"): value for size, value in SIZES[name].items()}


def _take_amount(name: str, fact: Fact, key: str) -> None:
    said = st.session_state[key]
    state.begin_with_facts()
    st.session_state[f"problem_{name}"] = ""
    if said == say("start.unknown"):
        state.leave_open(name)
        return
    try:
        state.answer(name, _value(name, fact, said))
    except AdvisorError as error:
        st.session_state[f"problem_{name}"] = f"{error.problem}. {error.remedy}"


def _value(name: str, fact: Fact, said: Any) -> Any:
    if said is None or not str(said).strip():
        return None
    number = _sizes(name).get(said)
    return check_value(name, fact, typed_number(str(said), fact, name) if number is None else number, name)


def _examples(catalog: Catalog) -> None:
    cases = [case for case in catalog.cases.values() if case.example] or list(catalog.cases.values())
    look.overline(say("start.real_case"))
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
    published = sum(case.kind in PUBLISHED for case in catalog.cases.values())
    look.quiet(say("start.cases_known", count=published))
