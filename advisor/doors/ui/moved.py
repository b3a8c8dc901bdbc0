"""What has moved since an assessment was saved: rules, shares, costs, ends of models."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import look, opening
from advisor.doors.ui.clock import today
from advisor.share.report import words


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
        look.quiet("It was saved without advice, so there is nothing to compare.")
        return
    found = recheck(saved.advice, catalog, as_of=today())
    if not found.anything:
        look.quiet(f"Nothing has moved since {saved.advice.recommendation.as_of}.")
        return
    heading = "The advice changed" if found.verdict_changed else "The advice is the same; these figures moved"
    st.html(f"<p><b>{heading}</b></p>" + _rows(found, catalog))


def _rows(found: Any, catalog: Catalog) -> str:
    pairs = []
    if found.verdict_changed:
        sides = zip(
            (found.recommended.before, found.recommended.after),
            (found.verdict.before, found.verdict.after),
            strict=True,
        )
        pairs.append(("Advice", " → ".join(words.outcome(name, word, catalog) for name, word in sides)))
    pairs += [
        (
            f"Probability of {words.strategy(m.name, catalog)}",
            f"{words.chance(m.before)} → {words.chance(m.after)}",
        )
        for m in found.probabilities
    ]
    pairs += [
        (
            f"Rule {m.name}",
            "no longer fires"
            if m.after is None
            else "fires now"
            if m.before is None
            else "means something else",
        )
        for m in found.rules
    ]
    pairs += [(f"{words.strategy(m.name, catalog)} a month", f"{m.before} → {m.after}") for m in found.costs]
    pairs += [
        (
            f"End of the model for {words.strategy(m.name, catalog)}",
            f"{m.before or 'none'} → {m.after or 'none'}",
        )
        for m in found.endings
    ]
    pairs += [(f"Answer {m.name}", f"left out: {m.after}") for m in found.dropped]
    warnings = "".join(f"<li>{escape(text)}</li>" for text in found.new_warnings)
    return look.definition(pairs) + (f'<ul class="adv-sources">{warnings}</ul>' if warnings else "")
