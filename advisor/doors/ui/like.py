"""The published case that is most like the answers on screen: what they did, how it ended, where to read it."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

import streamlit as st

from advisor.catalog import Catalog
from advisor.catalog.case_records import Case
from advisor.decide.precedents import Precedent
from advisor.doors.ui import deciding, look
from advisor.doors.ui.address import Work
from advisor.share.report import words
from advisor.wording import say


def show(work: Work, catalog: Catalog) -> None:
    """Draw the case, or say that none is alike yet."""
    look.overline(say("like.most_like_yours"))
    found = deciding.alike(work, catalog)
    if not found:
        look.quiet(say("like.none_yet"))
        return
    case = catalog.cases[found[0].id]
    st.html(
        f'<h2 class="adv-card-title">{escape(_name(case))}</h2>{_shared(found[0], catalog)}'
        + look.definition(
            [
                (say("like.they_chose"), chosen(case, catalog)),
                (say("like.ended"), case.outcome or say("like.not_told")),
            ]
        )
        + _link(case)
    )


def chosen(case: Case, catalog: Catalog) -> str:
    """Return what a case decided, in the names used everywhere, with the source's own words where they say more."""
    name = words.strategy(case.decision_core, catalog)
    own = case.decision.replace("_", " ")
    return name if case.decision.replace("-", "_") in catalog.strategies else f"{name}: {own}"


def _shared(found: Precedent, catalog: Catalog) -> str:
    both = len(found.agrees_on) + len(found.differs_on)
    alike = say("like.matching", count=len(found.agrees_on), both=both)
    other = "; ".join(words.question(name, catalog) for name in found.differs_on[:2])
    told = f"{alike} {say('like.different', questions=other)}" if other else alike
    return f'<p class="adv-quiet">{escape(told)}</p>'


def _name(case: Case) -> str:
    """Return the case's title, or what it is about where its title only repeats its id."""
    if not _repeats_id(case.title, case):
        return case.title
    return f"{case.situation.partition('. ')[0].partition('; ')[0].rstrip('.')}."


def _repeats_id(title: str, case: Case) -> bool:
    return title.lower().replace("-", " ") == case.id.replace("-", " ")


def _link(case: Case) -> str:
    source = case.source
    host = urlsplit(source.url).netloc.removeprefix("www.")
    told = " ".join(str(part) for part in (source.org, source.year) if part) or host or source.title
    title = "" if _repeats_id(source.title, case) or source.title == told else f": {source.title}"
    label = escape(f"{told}{title}")
    if not source.url.startswith(("https://", "http://")):
        return f'<p class="adv-quiet">{label}</p>'
    return f'<p><a href="{escape(source.url)}" target="_blank" rel="noopener noreferrer">{label}</a></p>'
