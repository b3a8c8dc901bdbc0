"""Everything the advice rests on, to be read and doubted: questions, rules, numbers, prices, sources, cases."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import deciding, evidence, look, pages, rulebook_entries, state
from advisor.doors.ui.address import address_of
from advisor.doors.ui.clock import today
from advisor.doors.ui.rulebook_entries import KINDS, Entry
from advisor.scenario import Situation
from advisor.scenario.answers import check_answers
from advisor.wording import say

PAGE: Final = 20


def render() -> None:
    """Draw the page."""
    catalog, day = state.catalog(), today()
    st.title(say("rulebook.heading"), anchor=False)
    look.quiet(say("rulebook.version", version=catalog.version, hash=catalog.sha256[:12]))
    kind, text, overdue_only, mine_only = _filters()
    everything = sorted(rulebook_entries.of(catalog, kind), key=lambda entry: (entry.value, entry.title))
    mine = _firing(catalog) if kind == "rules" else set()
    overdue = sum(entry.overdue(day) for entry in everything)
    found = rulebook_entries.find(everything, text)
    if text and not found:
        _nothing(kind, text, catalog)
        return
    found = [entry for entry in found if entry.overdue(day)] if overdue_only else found
    found = [entry for entry in found if entry.id in mine] if mine_only and kind == "rules" else found
    look.quiet(say("rulebook.shown", count=len(found), total=len(everything), overdue=overdue, day=day))
    for entry in _one_page(found, f"{kind}{text}{overdue_only}{mine_only}"):
        with st.expander(
            _label(entry, day, fires=entry.id in mine),
            key=f"entry_{kind}_{entry.id}",
            expanded=len(found) == 1,
        ):
            _body(entry, catalog, day)


def _nothing(kind: str, text: str, catalog: Catalog) -> None:
    """Draw that this list has nothing, and lead to the list that has most."""
    counted = {
        other: len(rulebook_entries.find(rulebook_entries.of(catalog, other), text))
        for other in KINDS
        if other != kind
    }
    best = max(counted, key=counted.__getitem__)
    with st.container(border=True, key="nothing_found"):
        head = say("rulebook.nothing_found", kind=rulebook_entries.kind_title(kind))
        st.html(f'<h2 class="adv-card-title">{escape(head)}</h2>')
        if count := counted[best]:
            look.quiet(say("rulebook.found_elsewhere", kind=rulebook_entries.kind_title(best), count=count))
            st.button(
                say("rulebook.look_there"),
                key="look_there",
                on_click=state.set_page_parameter,
                args=("show", best),
            )
        else:
            look.quiet(say("rulebook.found_nowhere"))
            st.button(
                say("rulebook.show_all"),
                key="show_all",
                on_click=state.set_page_parameter,
                args=("find", ""),
            )


def _firing(catalog: Catalog) -> set[str]:
    """Return the rules that fire for the answers on screen."""
    work = state.current()
    return set() if work.empty else {reason.rule for reason in deciding.recommendation(work, catalog).reasons}


def _filters() -> tuple[str, str, bool, bool]:
    kind = state.page_parameter("show", KINDS, "rules")
    st.session_state["rulebook_kind"] = kind
    st.segmented_control(
        say("rulebook.what_to_show"),
        KINDS,
        key="rulebook_kind",
        required=True,
        format_func=rulebook_entries.kind_title,
        label_visibility="collapsed",
        on_change=_choose,
    )
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        st.session_state["rulebook_find"] = st.query_params.get("find", "")
        text = st.text_input(
            say("rulebook.find"),
            key="rulebook_find",
            placeholder=say("rulebook.find_hint"),
            on_change=_search,
        )
    with right:
        overdue = st.toggle(say("rulebook.overdue_only"), key="rulebook_overdue")
        mine = (
            kind == "rules"
            and not state.current().empty
            and st.toggle(say("rulebook.fires_for_me"), key="rulebook_mine")
        )
    return kind, text, overdue, mine


def _choose() -> None:
    state.set_page_parameter("find", "")
    state.set_page_parameter("show", st.session_state["rulebook_kind"])


def _search() -> None:
    state.set_page_parameter("find", st.session_state["rulebook_find"])


def _one_page(found: list[Entry], filters: str) -> list[Entry]:
    if len(found) <= PAGE:
        return found
    number = st.pagination(-(-len(found) // PAGE), key=f"page_{filters}")
    return found[(number - 1) * PAGE : number * PAGE]


def _label(entry: Entry, day: date, *, fires: bool) -> str:
    value = f" :gray[{look.plain(entry.value)}]" if entry.value else ""
    value += f" **{say('rulebook.fires_for_you')}**" if fires else ""
    return look.plain(entry.title) + value + (f" **{say('rulebook.overdue')}**" if entry.overdue(day) else "")


def _body(entry: Entry, catalog: Catalog, day: date) -> None:
    pairs = [*entry.pairs]
    if entry.checked:
        days = (day - entry.checked).days
        ago = say(
            "rulebook.checked_ago" if days >= 0 else "rulebook.checked_later", day=entry.checked, days=days
        )
        pairs.append((say("rulebook.checked"), ago))
    if entry.review_by:
        told = f"{entry.review_by}"
        overdue = entry.overdue(day)
        pairs.append(
            (say("rulebook.review_by"), say("rulebook.review_overdue", day=told) if overdue else told)
        )
    sources = [("sources", item.source, item.source) for item in entry.evidence]
    said = evidence.evidence_list(entry.evidence, catalog) if entry.evidence else ""
    st.html(look.definition(pairs) + said + _links([*sources, *entry.links]))
    if entry.answers:
        situation = Situation(title=entry.title, answers=check_answers(entry.answers, catalog))
        st.button(say("rulebook.start_from"), key=f"start_{entry.id}", on_click=_start, args=(situation,))


def _start(situation: Situation) -> None:
    state.load(situation)
    pages.go("interview")


def _links(links: list[rulebook_entries.Link]) -> str:
    if not links:
        return ""
    items = "".join(
        f"<li>{escape(rulebook_entries.kind_title(kind))}: {_anchor(kind, name, text)}</li>"
        for kind, name, text in dict.fromkeys(links)
    )
    head = escape(say("rulebook.linked"))
    return f'<p class="adv-over" style="margin-top:1rem">{head}</p><ul class="adv-sources">{items}</ul>'


def _anchor(kind: str, name: str, text: str) -> str:
    address = urlencode({**address_of(state.current()), "show": kind, "find": name})
    return f'<a href="?{escape(address)}" target="_self">{escape(text)}</a>'
