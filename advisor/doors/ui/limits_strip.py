"""The strip of limits that is always in view while one decides: met, missed or unknown, with both numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide.limits import Limit
from advisor.doors.ui import deciding, state
from advisor.share.report import summary, words
from advisor.wording import say

PAGES: Final = ("interview", "recommendation", "costs")
MARKS: Final = {"missed": "✕", "unknown": "?", "met": "✓"}


def show(catalog: Catalog) -> None:
    """Draw the limits of what is recommended and of what to start with, what is missed first."""
    work = state.current()
    if work.empty or state.starting():
        return
    found = deciding.recommendation(work, catalog)
    named = {found.recommended, found.start_with.strategy}
    listed = summary.limits_in_order(deciding.limits(work, catalog).limits, found)
    if not listed:
        return
    shown = _one_each(listed)
    chips = "".join(_chip(item, _whom(item, named, catalog)) for item in shown)
    with st.container(key="limits"):
        # The list is in sight either way: closed, as far as two lines hold it; open, one limit a line with its reason.
        st.html(
            f'<div class="adv-strip"><details><summary>{escape(_counts(shown))}</summary></details>'
            f'<ul class="adv-limits" tabindex="0" aria-label="{escape(say("limits_strip.label"))}">{chips}</ul></div>'
        )


def _counts(limits: Sequence[Limit]) -> str:
    count = Counter[str](item.state for item in limits)
    told = (say(f"limits_strip.count_{state}", count=count[state]) for state in MARKS if count[state])
    return say("limits_strip.counts", counts=" · ".join(told))


def _one_each(limits: Sequence[Limit]) -> list[Limit]:
    # What matters most comes first in the list, so the worst of each kind is the first.
    return list({item.what: item for item in reversed(limits)}.values())[::-1]


def _whom(item: Limit, named: set[str], catalog: Catalog) -> str:
    """Name the strategies where a limit does not hold for all that are advised."""
    own = [name for name in item.strategies if name in named]
    return "" if len(own) == len(named) else words.any_of(own, catalog)


def _chip(item: Limit, whom: str) -> str:
    # A pill holds both numbers; how they spread is in the reason, and in the table of the result.
    needed, available = (text.split(", ")[0] for text in (item.needed, item.available))
    numbers = say("limits_strip.numbers", needed=needed, available=available)
    limit = item.what.capitalize()
    if whom:
        state = say(f"limits_strip.{item.state}_for", limit=limit, strategies=whom)
    else:
        state = say(f"limits_strip.all_{item.state}", limit=limit)
    return (
        f'<li class="adv-{item.state}"><b aria-hidden="true">{MARKS[item.state]}</b> <b>{escape(state)}</b> '
        f"<span>{escape(numbers)}</span> <small>{escape(item.because)}</small></li>"
    )
