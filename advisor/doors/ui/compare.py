"""Two to four assessments, or variants of one, side by side: what differs in the answers and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import streamlit as st

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.cost import StrategyCost
from advisor.cost.rounding import worth
from advisor.doors.ui import deciding, look, opening, pages, state
from advisor.doors.ui.address import Work, decode, encode
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES
from advisor.scenario import alternatives
from advisor.share.recheck import still_fitting
from advisor.share.report import words
from advisor.share.report.costs import span
from advisor.wording import say

MAX_COLUMNS: Final = 4
NOW: Final = "now"
_SEPARATOR, _CHANGE = ";", "~"


@dataclass(frozen=True)
class Column:
    """One assessment of the comparison."""

    token: str
    """How the address names it: now, a saved id, or fact~value for a variant of what is on screen."""
    title: str
    answers: Mapping[str, Any]


def render() -> None:
    """Draw the page."""
    catalog = state.catalog()
    st.title(say("compare.heading"), anchor=False)
    columns = _columns(catalog)
    _choose(columns, catalog)
    if len(columns) < 2:
        look.quiet(say("compare.choose_two"))
        if state.current().empty:
            pages.link("interview", say("compare.to_questions"), icon=":material/arrow_forward:")
        return
    found = [deciding.advice(Work(column.title, column.answers), catalog) for column in columns]
    _outcomes(columns, found, catalog)
    _answers(columns, catalog)
    _money(columns, found, catalog)
    _reasons(columns, found)


def _tokens() -> list[str]:
    given = [token for token in st.query_params.get("with", "").split(_SEPARATOR) if token]
    default = [] if state.current().empty else [NOW]
    return list(dict.fromkeys(given or default))[:MAX_COLUMNS]


def _set_tokens(tokens: Sequence[str]) -> None:
    state.set_page_parameter("with", _SEPARATOR.join(tokens))


def _columns(catalog: Catalog) -> list[Column]:
    found = []
    for token in _tokens():
        try:
            found.append(_column(token, catalog))
        except AdvisorError as error:
            pages.show_error(error)
    return found


def _column(token: str, catalog: Catalog) -> Column:
    work = state.current()
    if token == NOW:
        return Column(NOW, work.title or say("compare.on_screen"), work.answers)
    if _CHANGE in token:
        name, _, text = token.partition(_CHANGE)
        value = decode(name, text, catalog)
        title = f"{words.question(name, catalog)} {words.answer(value, catalog.facts[name])}"
        return Column(token, title, {**work.answers, name: value})
    fitting, _ = still_fitting(opening.store().get(token).situation, catalog)
    return Column(token, fitting.title or say("compare.untitled"), fitting.answers)


def _choose(columns: Sequence[Column], catalog: Catalog) -> None:
    entries = {entry.id: entry.title or say("compare.untitled") for entry in opening.store().list()}
    names = {NOW: say("compare.on_screen"), **entries, **{column.token: column.title for column in columns}}
    st.session_state["compared"] = [column.token for column in columns]
    st.multiselect(
        say("compare.assessments"),
        list(names),
        key="compared",
        format_func=names.__getitem__,
        max_selections=MAX_COLUMNS,
        placeholder=say("compare.choose_up_to"),
        on_change=lambda: _set_tokens(st.session_state["compared"]),
    )
    if not state.current().empty and len(columns) < MAX_COLUMNS:
        _variant(catalog)


def _variant(catalog: Catalog) -> None:
    with st.expander(say("compare.add_variant"), key="variant"):
        left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
        facts = [name for name, fact in catalog.facts.items() if fact.asked and fact.type != "many"]
        with left:
            name = st.selectbox(
                say("compare.question"),
                facts,
                key="variant_fact",
                format_func=lambda f: words.question(f, catalog),
            )
        others = alternatives(name, catalog, as_of=today(), current=state.current().answers.get(name))
        with middle:
            value = st.selectbox(
                say("compare.answer"),
                others,
                key=f"variant_{name}",
                format_func=lambda v: words.answer(v, catalog.facts[name]),
            )
        with right:
            token = f"{name}{_CHANGE}{encode(value)}"
            st.button(
                say("compare.add"),
                key="variant_add",
                type="primary",
                on_click=_set_tokens,
                args=([*_tokens(), token],),
            )


def _outcomes(columns: Sequence[Column], found: Sequence[Advice], catalog: Catalog) -> None:
    for box, column, advice in zip(st.columns(len(columns), gap="medium"), columns, found, strict=True):
        recommendation = advice.recommendation
        with box, st.container(border=True):
            st.html(
                f'<h2 class="adv-card-title" dir="auto">{escape(column.title)}</h2>'
                f'<p class="adv-leader" style="--c:{look.accent(recommendation)}">'
                f"{escape(words.headline(recommendation, catalog))}</p>{look.verdict(recommendation)}"
                + look.share_bars(recommendation, catalog, order=STRATEGIES)
            )


def _money(columns: Sequence[Column], found: Sequence[Advice], catalog: Catalog) -> None:
    """Draw what each strategy costs a month in each column, and how far from the first."""
    st.header(say("compare.money"), anchor=False)
    for column, advice in zip(columns, found, strict=True):
        if advice.cost is None:
            look.quiet(say("compare.no_costs", title=column.title, because=advice.cost_unknown_because))
    costs = [advice.cost.strategies if advice.cost else {} for advice in found]
    rows = [
        (words.strategy(name, catalog), [_month(cost.get(name), costs[0].get(name)) for cost in costs])
        for name in STRATEGIES
    ]
    _table(say("compare.money"), say("compare.strategy"), columns, rows)


def _month(priced: StrategyCost | None, first: StrategyCost | None) -> str:
    if priced is None or priced.per_month.expected is None:
        return say("compare.unknown")
    told = span(priced.per_month)
    before = first.per_month.expected if first else None
    if priced is first or before is None:
        return told
    change = priced.per_month.expected - before
    return (
        told
        if abs(change) < 0.005 * max(before, 1)
        else f"{told}, {'+' if change > 0 else '−'}{worth(abs(change))}"
    )


def _reasons(columns: Sequence[Column], found: Sequence[Advice]) -> None:
    """Draw the reasons that hold in some columns and not in others."""
    st.header(say("compare.reasons"), anchor=False)
    titles = {reason.rule: reason.title for advice in found for reason in advice.recommendation.reasons}
    held = [{reason.rule for reason in advice.recommendation.reasons} for advice in found]
    differing = [rule for rule in titles if not all(rule in rules for rules in held)]
    if not differing:
        look.quiet(say("compare.same_reasons"))
        return
    rows = [
        (titles[rule], [say("compare.holds") if rule in rules else "–" for rules in held])
        for rule in differing
    ]
    _table(say("compare.reasons"), say("compare.reason"), columns, rows)


def _table(
    title: str, first: str, columns: Sequence[Column], rows: Sequence[tuple[str, Sequence[str]]]
) -> None:
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, cells in rows
    )
    st.html(look.table([first, *(column.title for column in columns)], body, title))


def _answers(columns: Sequence[Column], catalog: Catalog) -> None:
    st.header(say("compare.answers"), anchor=False)
    differing = [
        name for name in catalog.facts if len({repr(column.answers.get(name)) for column in columns}) > 1
    ]
    if not differing:
        look.quiet(say("compare.same_answers"))
        return
    rows = [
        (
            words.question(name, catalog),
            [words.answer(c.answers.get(name), catalog.facts[name]) for c in columns],
        )
        for name in differing
    ]
    _table(say("compare.answers"), say("compare.question"), columns, rows)
