"""The result on one page, in the order in which a person asks: what, how sure, what it costs, what is in the way, how."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import Flip, Recommendation
from advisor.doors.ui import (
    deciding,
    decision_map,
    dials,
    evidence,
    look,
    pages,
    result_answers,
    result_money,
    state,
    taking_away,
    training_links,
)
from advisor.doors.ui.address import Work, encode
from advisor.share.report import summary, words
from advisor.wording import say

MANY: Final = 6


def render() -> None:
    """Draw the page."""
    catalog, work = state.catalog(), state.current()
    if work.empty:
        _nothing_yet()
        return
    found = deciding.held(work, catalog)
    _hero(found, catalog)
    _questions(found)
    result_money.show(found, catalog)
    _limits(found, work, catalog)
    _plan(found, catalog)
    _why(found, catalog)
    _changes(found, catalog)
    result_answers.show(catalog)
    taking_away.show(work, catalog)
    _techniques(found, catalog)
    _ruled_out(found, catalog)
    decision_map.show(found, catalog)
    training_links.show(found, catalog)
    _basis(found)


def _nothing_yet() -> None:
    st.title(say("recommendation.no_result"), anchor=False)
    look.quiet(say("recommendation.comes_with_first"))
    pages.link("interview", say("recommendation.to_questions"), icon=":material/arrow_forward:")


def _hero(found: Recommendation, catalog: Catalog) -> None:
    left, right = st.columns([1.45, 1], gap="large")
    named = found.verdict != "too_early"
    with left:
        state_of = "named" if named else "early"
        titled = say(f"recommendation.titled_{state_of}", title=found.title)
        look.overline(titled if found.title else say(f"recommendation.over_{state_of}"))
        st.title(look.plain(words.headline(found, catalog)), anchor=False)
        st.html(
            f'<p class="adv-lede">{escape(summary.in_one_sentence(found, catalog))}</p>'
            f'<p style="margin:.9rem 0 .4rem">{look.verdict(found)}</p>'
            f'<p class="adv-quiet">{escape(summary.how_sure(found, catalog))} {escape(words.certainty(found, catalog))}</p>'
        )
        explained = dict.fromkeys([*summary.named(found), *found.shortlist])
        with st.expander(say("recommendation.strategies_explained"), key="explained"):
            st.html(
                look.definition(
                    [(words.strategy(name, catalog), _meaning(name, catalog)) for name in explained]
                )
            )
    with right:
        st.html(look.share_bars(found, catalog))
        with st.expander(say("recommendation.picture"), key="picture", expanded=not named):
            dials.show(deciding.place(state.current(), catalog), catalog)


def _meaning(name: str, catalog: Catalog) -> str:
    text = catalog.strategies[name]
    return f"{text.summary} {text.what_it_is}".strip()


def _questions(found: Recommendation) -> None:
    if found.questions:
        st.header(say("recommendation.worth_asking"), anchor=False)
        st.html(look.worth_asking(found))
        pages.link("interview", say("recommendation.answer_them"), icon=":material/arrow_forward:")


def _limits(found: Recommendation, work: Work, catalog: Catalog) -> None:
    held = deciding.limits(work, catalog)
    listed = summary.limits_in_order(held.limits, found)
    if not listed:
        return
    pressing = [item for item in listed if item.state != "met"]
    st.header(say("recommendation.in_the_way" if pressing else "recommendation.nothing_in_way"), anchor=False)
    if pressing:
        look.limits_table(pressing, catalog)
    if met := listed[len(pressing) :]:
        with st.expander(say("recommendation.count_met", count=len(met)), key="limits_met"):
            look.limits_table(met, catalog, label=say("recommendation.limits_met"))
    if pressing and held.alternatives:
        look.overline(say("recommendation.meet_missed"))
        st.html(look.definition([(item.title, item.because) for item in held.alternatives]))


def _plan(found: Recommendation, catalog: Catalog) -> None:
    st.header(say("recommendation.plan"), anchor=False)
    way, otherwise = words.way(found)
    if why := words.before_the_way(found):
        look.quiet(why)
    number = 1
    for strategy, steps in summary.phases(way):
        name, days = words.strategy(strategy, catalog), summary.days(strategy, catalog, found)
        several = len(way) > 1
        look.overline(say("recommendation.days_to_use", strategy=name, days=days) if several else name)
        rows = "".join(
            f'<li style="--c:var(--{step.strategy})"><b>{escape(step.title)}</b><span>{escape(say("recommendation.until", until=step.until))}</span></li>'
            for step in steps
        )
        st.html(f'<ol class="adv-steps" start="{number}" style="counter-reset:step {number - 1}">{rows}</ol>')
        number += len(steps)
    for step in otherwise:
        with st.container(key=f"otherwise_{step.strategy}"):
            look.overline(say("recommendation.if_that_fails"))
            look.quiet(say("recommendation.step_when", step=step.title, until=step.until))
    pages.link("data", say("recommendation.bring_data"), icon=":material/arrow_forward:")


def _why(found: Recommendation, catalog: Catalog) -> None:
    carrying, against = words.sides(found.reasons)
    name = words.strategy(found.recommended, catalog)
    st.header(say("recommendation.why", strategy=name), anchor=False)
    evidence.reasons(carrying[:MANY], catalog, prefix="why")
    if len(carrying) > MANY:
        with st.expander(say("recommendation.more_reasons", count=len(carrying) - MANY), key="more_reasons"):
            for reason in carrying[MANY:]:
                st.markdown(f"**{look.plain(reason.title)}**")
                evidence.reason_body(reason, catalog)
    silent = words.idle(found.reasons)
    if silent:
        titles = {rule: entry.title for rule, entry in catalog.rules.items()}
        with st.expander(say("recommendation.idle", count=len(silent)), key="idle_reasons"):
            st.html(look.definition([(reason.title, words.why_idle(reason, titles)) for reason in silent]))
    if against:
        other = next((words.strategy(item, catalog) for item in found.then), "")
        told = say("recommendation.arguments_for", strategy=other)
        st.header(told if other else say("recommendation.arguments_against"), anchor=False)
        evidence.reasons(against, catalog, prefix="against")


def _changes(found: Recommendation, catalog: Catalog) -> None:
    st.header(words.changes(found), anchor=False)
    if not found.flips:
        look.quiet(say("recommendation.nothing_changes"))
        return
    for change in found.flips[:MANY]:
        _flip(change, catalog)
    if len(found.flips) > MANY:
        with st.expander(say("recommendation.more", count=len(found.flips) - MANY), key="more_flips"):
            st.html(look.flips(found.flips[MANY:], catalog))


def _flip(change: Flip, catalog: Catalog) -> None:
    with st.container(key=f"flip_{change.fact}", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(look.flips([change], catalog))
        token = f"now;{change.fact}~{encode(change.to)}"
        pages.link(
            "compare",
            say("recommendation.try_it"),
            icon=":material/compare_arrows:",
            parameters={"with": token},
            width="content",
        )


def _ruled_out(found: Recommendation, catalog: Catalog) -> None:
    if found.ruled_out:
        st.header(say("recommendation.ruled_out"), anchor=False)
        rows = "".join(
            f'<li>{look.tag(item.strategy, catalog)} <span class="adv-what">{escape(item.because)}</span></li>'
            for item in found.ruled_out
        )
        st.html(f'<ul class="adv-flips">{rows}</ul>')


def _techniques(found: Recommendation, catalog: Catalog) -> None:
    if found.techniques:
        st.header(say("recommendation.techniques"), anchor=False)
    for technique in found.techniques:
        with st.expander(look.plain(technique.title), key=f"technique_{technique.id}"):
            record = catalog.techniques[technique.id]
            said = evidence.evidence_list(record.evidence, catalog) if record.evidence else ""
            st.html(
                look.definition(
                    [
                        (say("recommendation.what"), technique.summary),
                        (say("recommendation.how_to_start"), technique.how),
                    ]
                )
                + said
            )


def _basis(found: Recommendation) -> None:
    st.divider()
    warnings = "".join(f"<br>{escape(warning)}" for warning in found.warnings)
    told = say(
        "recommendation.basis",
        version=found.rulebook["version"],
        hash=found.rulebook["sha256"][:12],
        day=found.as_of,
        count=found.answered,
    )
    st.html(f'<p class="adv-quiet adv-basis">{escape(told)}{warnings}</p>')
