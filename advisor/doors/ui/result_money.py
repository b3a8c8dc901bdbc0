"""Money where the decision is read: what to start with, where it should end and the runner-up, with people's hours."""

from __future__ import annotations

from html import escape

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import Recommendation
from advisor.doors.ui import deciding, look, pages, question, state
from advisor.share.report import summary, words

HEADS = ("A month", "People a month", "Once", "People once")


def show(found: Recommendation, catalog: Catalog) -> None:
    """Draw a small table, or the one question that costs cannot do without."""
    st.header("What it costs", anchor=False)
    advice = deciding.advice(state.current(), catalog)
    rows = summary.moneys(advice)
    if rows:
        st.html(_table(rows, catalog))
        look.quiet("People's hours are assumed unless you gave them; see the costs.")
    elif "queries_per_day" not in state.current().answers:
        look.quiet("It depends on one answer:")
        with st.container(key="ask_money"):
            st.markdown(f"**{look.plain(words.question('queries_per_day', catalog))}**")
            question.inline("queries_per_day", catalog)
    else:
        look.quiet(advice.cost_unknown_because)
    pages.link(
        "costs", "All costs, and the traffic at which the order changes", icon=":material/arrow_forward:"
    )
    del found


def _table(rows: tuple[summary.Money, ...], catalog: Catalog) -> str:
    cells = "".join(f'<th scope="col">{text}</th>' for text in HEADS)
    return (
        '<div class="adv-scroll" tabindex="0" role="region" aria-label="What it costs"><table class="adv-table adv-money adv-stacked">'
        f"<thead><tr><td></td>{cells}</tr></thead><tbody>{''.join(_row(row, catalog) for row in rows)}</tbody></table></div>"
    )


def _row(row: summary.Money, catalog: Catalog) -> str:
    name = f"{escape(words.strategy(row.strategy, catalog))} <small>{escape(row.role)}</small>"
    texts = (row.per_month, row.people_per_month, row.once, row.people_once)
    return f'<tr><th scope="row">{name}</th>{look.cells(HEADS, texts)}</tr>'
