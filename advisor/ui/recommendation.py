"""The whole recommendation: what to do, why, how sure it is, and what would change it."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import Recommendation
from advisor.report import words
from advisor.ui import deciding, decision_map, downloads, evidence, look, pages, saving, state, training_links

MANY: Final = 6


def render() -> None:
    """Draw the page."""
    catalog, work = state.catalog(), state.current()
    if work.empty:
        _nothing_yet()
        return
    found = deciding.recommendation(work, catalog)
    _hero(found, catalog)
    left, right = st.columns([1.45, 1], gap="large", vertical_alignment="center")
    with left:
        downloads.row(work, catalog)
    with right:
        saving.button(catalog, key="save")
    left, right = st.columns([1.45, 1], gap="large")
    with left:
        _roadmap(found)
        _why(found, catalog)
    with right:
        _questions(found)
        _changes(found, catalog)
        _excluded(found, catalog)
        _techniques(found, catalog)
    decision_map.show(found, catalog)
    training_links.show(found, catalog)
    _basis(found)


def _nothing_yet() -> None:
    st.title("No recommendation yet", anchor=False)
    look.quiet("It appears with your first answer.")
    pages.link("interview", "Go to the questions", icon=":material/arrow_forward:")


def _hero(found: Recommendation, catalog: Catalog) -> None:
    left, right = st.columns([1.45, 1], gap="large", vertical_alignment="center")
    with left:
        over = "Too early to name one" if found.verdict == "too_early" else "Start with"
        told = words.points_to(found, catalog) if found.verdict != "too_early" else ""
        said = " ".join(filter(None, (told, words.lead(found, catalog), words.certainty(found, catalog))))
        look.overline(f"{found.title} · {over.lower()}" if found.title else over)
        st.title(look.plain(words.headline(found, catalog)), anchor=False)
        st.html(
            f'<p class="adv-lede">{escape(said)}</p><p style="margin:.9rem 0 0">{look.verdict(found)}</p>'
        )
    with right:
        st.html(look.share_bars(found, catalog))


def _roadmap(found: Recommendation) -> None:
    st.header("What to do, and when to stop", anchor=False)
    way, otherwise = words.way(found)
    steps = "".join(
        f'<li style="--c:var(--{step.strategy})"><b>{escape(step.title)}</b><span>Until {escape(step.until)}</span></li>'
        for step in way
    )
    if why := words.before_the_way(found):
        look.quiet(why)
    st.html(f'<ol class="adv-steps">{steps}</ol>')
    for step in otherwise:
        look.quiet(f"If that fails: {step.title}")


def _why(found: Recommendation, catalog: Catalog) -> None:
    carrying, against = words.sides(found.reasons)
    st.header("Why", anchor=False)
    evidence.reasons(carrying[:MANY], catalog, prefix="why")
    if len(carrying) > MANY:
        with st.expander(f"{len(carrying) - MANY} more reasons", key="more_reasons"):
            for reason in carrying[MANY:]:
                st.markdown(f"**{look.plain(reason.title)}**")
                evidence.reason_body(reason, catalog)
    silent = words.idle(found.reasons)
    if silent:
        titles = {name: rule.title for name, rule in catalog.rules.items()}
        with st.expander(f"{len(silent)} that hold and add nothing here", key="idle_reasons"):
            pairs = [(reason.title, words.why_idle(reason, titles)) for reason in silent]
            st.html(look.definition(pairs))
    if against:
        st.header("What speaks against it", anchor=False)
        evidence.reasons(against, catalog, prefix="against")


def _questions(found: Recommendation) -> None:
    if found.questions:
        st.header("Worth asking", anchor=False)
        st.html(look.worth_asking(found))
        pages.link("interview", "Answer them", icon=":material/arrow_forward:")


def _changes(found: Recommendation, catalog: Catalog) -> None:
    st.header(words.changes(found), anchor=False)
    if not found.flips:
        look.quiet("No single answer changes the recommendation.")
        return
    st.html(look.flips(found.flips[:MANY], catalog))
    if len(found.flips) > MANY:
        with st.expander(f"{len(found.flips) - MANY} more", key="more_flips"):
            st.html(look.flips(found.flips[MANY:], catalog))


def _excluded(found: Recommendation, catalog: Catalog) -> None:
    if found.ruled_out:
        st.header("Ruled out", anchor=False)
        rows = "".join(
            f'<li>{look.tag(item.strategy, catalog)} <span class="adv-what">{escape(item.because)}</span></li>'
            for item in found.ruled_out
        )
        st.html(f'<ul class="adv-flips">{rows}</ul>')


def _techniques(found: Recommendation, catalog: Catalog) -> None:
    if found.techniques:
        st.header("What goes with it", anchor=False)
    for technique in found.techniques:
        with st.expander(look.plain(technique.title), key=f"technique_{technique.id}"):
            record = catalog.techniques[technique.id]
            said = evidence.evidence_list(record.evidence, catalog) if record.evidence else ""
            st.html(look.definition([("What", technique.summary), ("How to start", technique.how)]) + said)


def _basis(found: Recommendation) -> None:
    st.divider()
    warnings = "".join(f"<br>{escape(warning)}" for warning in found.warnings)
    st.html(
        f'<p class="adv-quiet">Rulebook {escape(found.rulebook["version"])} '
        f"({escape(found.rulebook['sha256'][:12])}), numbers of {found.as_of}, {found.answered} answers.{warnings}</p>"
    )
