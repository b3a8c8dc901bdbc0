"""Reasons with everything one needs to doubt them: the answers behind them, the exceptions, who says so."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from advisor.catalog import Catalog, Evidence
from advisor.decide.records import Reason
from advisor.doors.ui import look
from advisor.share.report import words
from advisor.wording import say


def reasons(found: Sequence[Reason], catalog: Catalog, *, prefix: str) -> None:
    """Draw each reason as a line that opens."""
    for reason in found:
        with st.expander(look.plain(reason.title), key=f"{prefix}_{reason.rule}"):
            reason_body(reason, catalog)


def reason_body(reason: Reason, catalog: Catalog) -> None:
    """Draw why a rule holds, when it does not, what fired it, and the evidence."""
    pairs = [
        (say("evidence.why"), reason.because),
        (say("evidence.unless"), reason.unless),
        (say("evidence.because_you_said"), facts_behind(reason, catalog)),
        (say("evidence.argues"), words.effects(reason.effect, reason.rules_out, catalog)),
    ]
    st.html(
        look.definition((term, text) for term, text in pairs if text)
        + evidence_list(reason.evidence, catalog)
    )
    if reason.overdue:
        look.quiet(say("evidence.overdue"))


def facts_behind(reason: Reason, catalog: Catalog) -> str:
    """List the answers that fired a rule, with where they came from if not from a person."""
    parts = []
    for used in reason.facts:
        told = words.answer(used.value, catalog.facts.get(used.fact))
        origin = "" if used.origin == "answered" else f" ({words.ORIGINS.get(used.origin, used.origin)})"
        parts.append(f"{words.question(used.fact, catalog)} {told}{origin}")
    return "; ".join(parts)


def evidence_list(evidence: Sequence[Evidence], catalog: Catalog) -> str:
    """Return who says so, as a list with links."""
    items = "".join(f"<li>{_item(item, catalog)}</li>" for item in evidence)
    head = escape(say("evidence.evidence"))
    return f'<p class="adv-over" style="margin-top:1rem">{head}</p><ul class="adv-sources">{items}</ul>'


def _item(item: Evidence, catalog: Catalog) -> str:
    source = catalog.sources.get(item.source)
    cited = words.citation(source) if source else item.source
    text = escape(cited)
    if source and source.url.startswith(("https://", "http://")):
        text = f'<a href="{escape(source.url)}" target="_blank" rel="noopener noreferrer">{text}</a>'
    return f"{escape(item.says)} <em>{escape(words.SUPPORT[item.supports])} · {text}</em>"
