"""What has moved since an assessment was saved: rules, shares, costs, ends of models."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import look, opening
from advisor.doors.ui.clock import today
from advisor.share.report import words
from advisor.wording import say


def ask(assessment_id: str) -> None:
    """Remember that this assessment is to be checked."""
    st.session_state["checked"] = assessment_id


def show(assessment_id: str, catalog: Catalog) -> None:
    """Draw the difference, if this is the assessment that was asked about."""
    if st.session_state.get("checked") != assessment_id:
        return
    from advisor.share.recheck import recheck

    saved = opening.store().get(assessment_id)
    if saved.advice is None:
        look.quiet(say("moved.no_advice"))
        return
    found = recheck(saved.advice, catalog, as_of=today())
    if not found.anything:
        look.quiet(say("moved.nothing", day=saved.advice.recommendation.as_of))
        return
    heading = say("moved.advice_changed" if found.verdict_changed else "moved.figures_moved")
    st.html(f"<p><b>{escape(heading)}</b></p>" + _rows(found, catalog))


def _change(before: Any, after: Any) -> str:
    return f"{before} → {after}"


def _firing(moved: Any) -> str:
    if moved.after is None:
        return "stopped"
    return "started" if moved.before is None else "changed"


def _rows(found: Any, catalog: Catalog) -> str:
    pairs = []
    if found.verdict_changed:
        sides = zip(
            (found.recommended.before, found.recommended.after),
            (found.verdict.before, found.verdict.after),
            strict=True,
        )
        before, after = (words.outcome(name, word, catalog) for name, word in sides)
        pairs.append((say("moved.advice"), _change(before, after)))
    pairs += [
        (
            say("moved.probability", strategy=words.strategy(m.name, catalog)),
            _change(words.chance(m.before), words.chance(m.after)),
        )
        for m in found.probabilities
    ]
    pairs += [(say("moved.rule", rule=m.name), say(f"moved.rule_{_firing(m)}")) for m in found.rules]
    pairs += [
        (say("moved.cost", strategy=words.strategy(m.name, catalog)), _change(m.before, m.after))
        for m in found.costs
    ]
    pairs += [
        (
            say("moved.ending", strategy=words.strategy(m.name, catalog)),
            _change(m.before or say("moved.none"), m.after or say("moved.none")),
        )
        for m in found.endings
    ]
    pairs += [
        (say("moved.answer", question=m.name), say("moved.left_out", why=m.after)) for m in found.dropped
    ]
    warnings = "".join(f"<li>{escape(text)}</li>" for text in found.new_warnings)
    return look.definition(pairs) + (f'<ul class="adv-sources">{warnings}</ul>' if warnings else "")
