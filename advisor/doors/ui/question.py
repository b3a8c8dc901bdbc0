"""One question as a card: the words, the ways to answer, and the way to leave it open."""

from __future__ import annotations

import math
from typing import Any, Final

import streamlit as st

from advisor.catalog import Catalog, Fact
from advisor.doors.ui import amounts, look, state
from advisor.errors import AdvisorError
from advisor.scenario.answers import check_value, typed_number
from advisor.wording import say

MAX_PICKS: Final = 6
MAX_TYPED: Final = 60
_DIGITS: Final = 9


def show(name: str, catalog: Catalog, *, above: str) -> None:
    """Draw the question as the card of the page and take its answer; ``above`` is the small line over it.

    Digits on the keyboard choose among its answers, 0 leaves it open.
    """
    fact = catalog.facts[name]
    with st.container(key="card"), st.container(key=f"ask_{name}"):
        look.overline(above)
        st.header(look.plain(fact.question), anchor=False)
        with st.container(key="answers", gap="small"):
            _ways_to_answer(name, fact, digits=True)
        _other_ways(name, digits=True)
        if fact.help:
            look.quiet(fact.help)


def inline(name: str, catalog: Catalog) -> None:
    """Draw the help, the ways to answer and the way to leave it open, without a card."""
    fact = catalog.facts[name]
    with st.container(key=f"inline_{name}", gap="small"):
        if fact.help:
            look.quiet(fact.help)
        _ways_to_answer(name, fact, digits=False)
        _other_ways(name, digits=False)


def _ways_to_answer(name: str, fact: Fact, *, digits: bool) -> None:
    given = state.current().answers.get(name)
    match fact.type:
        case "number":
            _number(name, fact, given, digits=digits)
        case "many":
            _many(name, fact, given)
        case "text":
            _text(name, fact, given)
        case _:
            for number, (value, label) in enumerate(_options(fact), 1):
                _choice(name, value, label, chosen=given == value, digit=number if digits else 0)


def _options(fact: Fact) -> list[tuple[Any, str]]:
    if fact.type == "boolean":
        return [(True, say("question.yes")), (False, say("question.no"))]
    told = ((option, f" *{look.plain(option.help)}*" if option.help else "") for option in fact.options)
    return [(option.id, look.plain(option.label) + help_text) for option, help_text in told]


def _choice(name: str, value: Any, label: str, *, chosen: bool, digit: int) -> None:
    st.button(
        label,
        key=f"answer_{name}_{value}",
        type="primary" if chosen else "secondary",
        on_click=state.answer,
        args=(name, value),
        width="stretch",
        shortcut=str(digit) if 0 < digit <= _DIGITS else None,
    )


def _many(name: str, fact: Fact, given: Any) -> None:
    with st.form(f"form_{name}", border=False):
        ticked = [
            option.id
            for option in fact.options
            if st.checkbox(
                _with_help(option.label, option.help),
                value=option.id in (given or ()),
                key=f"tick_{name}_{option.id}",
            )
        ]
        if st.form_submit_button(say("question.continue"), type="primary"):
            state.answer(name, tuple(ticked))
            st.rerun()


def _with_help(label: str, help_text: str) -> str:
    return f"{look.plain(label)} :gray[{look.plain(help_text)}]" if help_text else look.plain(label)


def _number(name: str, fact: Fact, given: Any, *, digits: bool) -> None:
    picks = quick_picks(fact)
    if picks:
        with st.container(horizontal=True, gap="small"):
            for number, pick in enumerate(picks, 1):
                _pick(name, fact, pick, chosen=given == pick, digit=number if digits else 0)
    with st.form(f"form_{name}", border=False):
        text = st.text_input(
            say("question.own_figure"),
            value="" if given is None else amounts.told(given, fact),
            placeholder=say("question.for_example", examples=amounts.examples(fact)),
            max_chars=MAX_TYPED,
            key=f"number_{name}",
        )
        if st.form_submit_button(say("question.continue"), type="primary") and text.strip():
            _take_number(name, fact, text)


def _take_number(name: str, fact: Fact, text: str) -> None:
    try:
        value = check_value(name, fact, typed_number(text, fact, name), name)
    except AdvisorError as error:
        st.error(f"{look.plain(error.problem)}. {look.plain(error.remedy)}")
        return
    state.answer(name, value)
    st.rerun()


def _pick(name: str, fact: Fact, pick: float, *, chosen: bool, digit: int) -> None:
    st.button(
        look.plain(amounts.told(pick, fact)),
        key=f"pick_{name}_{pick:.0f}",
        type="primary" if chosen else "secondary",
        on_click=state.answer,
        args=(name, float(pick)),
        shortcut=str(digit) if 0 < digit <= _DIGITS else None,
    )


def _text(name: str, fact: Fact, given: Any) -> None:
    with st.form(f"form_{name}", border=False):
        value = st.text_input(
            fact.question, value=given or "", key=f"text_{name}", label_visibility="collapsed"
        )
        if st.form_submit_button(say("question.continue"), type="primary") and value:
            state.answer(name, value)
            st.rerun()


def _other_ways(name: str, *, digits: bool) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.button(
            say("question.unknown"),
            key=f"unsure_{name}",
            type="tertiary",
            on_click=state.leave_open,
            args=(name,),
            shortcut="0" if digits else None,
        )
        if state.current().answers.get(name) is not None:
            st.button(
                say("question.take_back"),
                key=f"clear_{name}",
                type="tertiary",
                on_click=state.answer,
                args=(name, None),
            )
        if digits:
            undo()


def undo() -> None:
    """Draw the way back one change."""
    st.button(
        say("question.undo"), key="undo", type="tertiary", on_click=state.undo, disabled=not state.can_undo()
    )


def quick_picks(fact: Fact) -> list[float]:
    """Return round numbers across the plausible range, taken from the question's prior."""
    if "lognormal" in fact.prior:
        median, spread = fact.prior["lognormal"]
        raw = [median * spread**power for power in (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)]
    elif "uniform" in fact.prior:
        least, most = fact.prior["uniform"]
        raw = [least + (most - least) * step / (MAX_PICKS - 1) for step in range(MAX_PICKS)]
    else:
        raw = [float(value) for value in fact.prior.get("values", {})]
    low, high = fact.bounds or (-math.inf, math.inf)
    rounded = sorted({_round(value) for value in raw if low <= value <= high})
    return ([0.0] if low == 0 and rounded and rounded[0] > 0 else []) + rounded[:MAX_PICKS]


def _round(value: float) -> float:
    # One leading digit: nobody knows a forecast to two.
    return float(f"{value:.1g}")
