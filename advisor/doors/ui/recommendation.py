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
    st.title("No result yet", anchor=False)
    look.quiet("It appears with your first answer.")
    pages.link("interview", "Go to the questions", icon=":material/arrow_forward:")


def _hero(found: Recommendation, catalog: Catalog) -> None:
    left, right = st.columns([1.45, 1], gap="large")
    named = found.verdict != "too_early"
    with left:
        over = "Start with" if named else "Too early to name one"
        look.overline(f"{found.title} · {over.lower()}" if found.title else over)
        st.title(look.plain(words.headline(found, catalog)), anchor=False)
        st.html(
            f'<p class="adv-lede">{escape(summary.in_one_sentence(found, catalog))}</p>'
            f'<p style="margin:.9rem 0 .4rem">{look.verdict(found)}</p>'
            f'<p class="adv-quiet">{escape(summary.how_sure(found, catalog))} {escape(words.certainty(found, catalog))}</p>'
        )
        explained = dict.fromkeys([*summary.named(found), *found.shortlist])
        with st.expander("What these strategies are", key="explained"):
            st.html(
                look.definition(
                    [(words.strategy(name, catalog), _meaning(name, catalog)) for name in explained]
                )
            )
    with right:
        st.html(look.share_bars(found, catalog))
        with st.expander(
            "Picture: must it look things up, must it be trained?", key="picture", expanded=not named
        ):
            dials.show(deciding.place(state.current(), catalog), catalog)


def _meaning(name: str, catalog: Catalog) -> str:
    text = catalog.strategies[name]
    return f"{text.summary} {text.what_it_is}".strip()


def _questions(found: Recommendation) -> None:
    if found.questions:
        st.header("Worth asking first", anchor=False)
        st.html(look.worth_asking(found))
        pages.link("interview", "Answer them", icon=":material/arrow_forward:")


def _limits(found: Recommendation, work: Work, catalog: Catalog) -> None:
    held = deciding.limits(work, catalog)
    listed = summary.limits_in_order(held.limits, found)
    if not listed:
        return
    pressing = [item for item in listed if item.state != "met"]
    st.header("What is in the way" if pressing else "Nothing is in the way", anchor=False)
    if pressing:
        look.limits_table(pressing, catalog)
    if met := listed[len(pressing) :]:
        with st.expander(f"{len(met)} limit{'s' if len(met) > 1 else ''} met", key="limits_met"):
            look.limits_table(met, catalog, label="Limits met")
    if held.alternatives:
        look.overline("How to meet the missed limits" if pressing else "Also possible")
        st.html(look.definition([(item.title, item.because) for item in held.alternatives]))


def _plan(found: Recommendation, catalog: Catalog) -> None:
    st.header("What to do, and when to stop", anchor=False)
    way, otherwise = words.way(found)
    if why := words.before_the_way(found):
        look.quiet(why)
    number = 1
    for strategy, steps in summary.phases(way):
        over = f"{words.strategy(strategy, catalog)}: {summary.days(strategy, catalog, found)} until it is in use"
        look.overline(over if len(way) > 1 else words.strategy(strategy, catalog))
        rows = "".join(
            f'<li style="--c:var(--{step.strategy})"><b>{escape(step.title)}</b><span>Until {escape(step.until)}</span></li>'
            for step in steps
        )
        st.html(f'<ol class="adv-steps" start="{number}" style="counter-reset:step {number - 1}">{rows}</ol>')
        number += len(steps)
    for step in otherwise:
        with st.container(key=f"otherwise_{step.strategy}"):
            look.overline("If that fails")
            look.quiet(f"{step.title} when this happens: {step.until}")
    pages.link("data", "Do it: bring your data", icon=":material/arrow_forward:")


def _why(found: Recommendation, catalog: Catalog) -> None:
    carrying, against = words.sides(found.reasons)
    name = words.strategy(found.recommended, catalog)
    st.header(f"Why {name}", anchor=False)
    evidence.reasons(carrying[:MANY], catalog, prefix="why")
    if len(carrying) > MANY:
        more = len(carrying) - MANY
        with st.expander(f"{more} more reason{'s' if more > 1 else ''}", key="more_reasons"):
            for reason in carrying[MANY:]:
                st.markdown(f"**{look.plain(reason.title)}**")
                evidence.reason_body(reason, catalog)
    silent = words.idle(found.reasons)
    if silent:
        titles = {rule: entry.title for rule, entry in catalog.rules.items()}
        with st.expander(f"{len(silent)} that apply but change nothing here", key="idle_reasons"):
            st.html(look.definition([(reason.title, words.why_idle(reason, titles)) for reason in silent]))
    if against:
        others = [words.strategy(item, catalog) for item in found.then[:1]]
        st.header(f"Arguments for {others[0]} instead" if others else "Arguments against", anchor=False)
        evidence.reasons(against, catalog, prefix="against")


def _changes(found: Recommendation, catalog: Catalog) -> None:
    st.header(words.changes(found), anchor=False)
    if not found.flips:
        look.quiet("No single answer changes the recommendation.")
        return
    for change in found.flips[:MANY]:
        _flip(change, catalog)
    if len(found.flips) > MANY:
        with st.expander(f"{len(found.flips) - MANY} more", key="more_flips"):
            st.html(look.flips(found.flips[MANY:], catalog))


def _flip(change: Flip, catalog: Catalog) -> None:
    with st.container(key=f"flip_{change.fact}", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(look.flips([change], catalog))
        token = f"now;{change.fact}~{encode(change.to)}"
        pages.link(
            "compare", "Try it", icon=":material/compare_arrows:", parameters={"with": token}, width="content"
        )


def _ruled_out(found: Recommendation, catalog: Catalog) -> None:
    if found.ruled_out:
        st.header("Ruled out", anchor=False)
        rows = "".join(
            f'<li>{look.tag(item.strategy, catalog)} <span class="adv-what">{escape(item.because)}</span></li>'
            for item in found.ruled_out
        )
        st.html(f'<ul class="adv-flips">{rows}</ul>')


def _techniques(found: Recommendation, catalog: Catalog) -> None:
    if found.techniques:
        st.header("Techniques to add", anchor=False)
    for technique in found.techniques:
        with st.expander(look.plain(technique.title), key=f"technique_{technique.id}"):
            record = catalog.techniques[technique.id]
            said = evidence.evidence_list(record.evidence, catalog) if record.evidence else ""
            st.html(look.definition([("What", technique.summary), ("How to start", technique.how)]) + said)


def _basis(found: Recommendation) -> None:
    st.divider()
    warnings = "".join(f"<br>{escape(warning)}" for warning in found.warnings)
    st.html(
        f'<p class="adv-quiet adv-basis">Rulebook {escape(found.rulebook["version"])} '
        f"({escape(found.rulebook['sha256'][:12])}), numbers of {found.as_of}, {found.answered} answers.{warnings}</p>"
    )
