"""The answer of the Costs page: two sentences, and a slider that says at which traffic the order changes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from advisor.catalog import Catalog
from advisor.cost import CostProjection
from advisor.cost.at_traffic import crossing_between, month_at, present, traffics
from advisor.cost.rounding import money, worth
from advisor.doors.ui import look
from advisor.share.report import words
from advisor.wording import say


def show(projection: CostProjection, names: Sequence[str], catalog: Catalog) -> None:
    """Draw the sentences for what is advised (``names``, what to start with first) and the slider below them."""
    st.html(f'<p class="adv-lede">{look.text(_sentence(projection, names, catalog))}</p>')
    st.html(f'<p class="adv-lede">{look.text(_turn(projection, names, catalog))}</p>')
    marks = traffics(projection)
    if not marks:
        return
    chosen = st.select_slider(
        say("cost_answer.try_traffic"),
        marks,
        value=present(projection),
        format_func=worth,
        key="cost_traffic",
    )
    found = month_at(projection, chosen)
    told = [
        f"{words.strategy(name, catalog)} {money(found.costs[name], projection.currency, low=0, high=found.costs[name])}"
        for name in sorted(found.costs, key=lambda name: found.costs[name])
    ]
    look.quiet(
        say(
            "cost_answer.month_at",
            traffic=worth(chosen),
            months=projection.horizon_months,
            costs="; ".join(told) or say("cost_answer.not_known"),
        )
    )


def _sentence(projection: CostProjection, names: Sequence[str], catalog: Catalog) -> str:
    told = [_month(projection, name, catalog) for name in names[:2]]
    traffic = worth(projection.requests_per_month * 12 / 365)
    return say("cost_answer.at_traffic", traffic=traffic, costs="; ".join(told))


def _month(projection: CostProjection, name: str, catalog: Catalog) -> str:
    cost = projection.strategies[name]
    month, people = cost.per_month, cost.people.per_month
    billed = money(month.expected, projection.currency, low=month.low, high=month.high)
    hours = money(people.expected, projection.currency, low=0, high=people.high)
    return say("cost_answer.costs", name=words.strategy(name, catalog), billed=billed, hours=hours)


def _turn(projection: CostProjection, names: Sequence[str], catalog: Catalog) -> str:
    if len(names) < 2:
        return say("cost_answer.no_other")
    one, other = (words.strategy(name, catalog) for name in names[:2])
    found = crossing_between(projection, *names[:2])
    if found is None:
        return say("cost_answer.same_order", one=one, other=other)
    return found.sentence
