"""Money where the decision is read: what to start with, where it should end and the runner-up, with people's hours."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import Recommendation
from advisor.doors.ui import deciding, look, pages, question, result_answers, state
from advisor.share.report import summary, words
from advisor.wording import say

COLUMNS: Final = ("per_month", "people_per_month", "once", "people_once")


def show(found: Recommendation, catalog: Catalog) -> None:
    """Draw a small table, or the one question that costs cannot do without."""
    st.header(say("result_money.heading"), anchor=False)
    advice = deciding.advice(state.current(), catalog)
    rows = summary.moneys(advice)
    if rows:
        st.html(_table(rows, catalog))
        look.quiet(say("result_money.people_assumed"))
    elif "queries_per_day" not in state.current().answers:
        look.quiet(say("result_money.one_answer"))
        with st.container(key="ask_money"):
            st.markdown(f"**{look.plain(result_answers.asked('queries_per_day', catalog))}**")
            question.inline("queries_per_day", catalog)
    else:
        look.quiet(advice.cost_unknown_because)
    pages.link("costs", say("result_money.all_costs"), icon=":material/arrow_forward:")
    del found


def _table(rows: tuple[summary.Money, ...], catalog: Catalog) -> str:
    heads = [say(f"result_money.{column}") for column in COLUMNS]
    body = "".join(_row(row, heads, catalog) for row in rows)
    return look.table(["", *heads], body, say("result_money.heading"), "adv-money", "adv-stacked")


def _row(row: summary.Money, heads: list[str], catalog: Catalog) -> str:
    name = f"{escape(words.strategy(row.strategy, catalog))} <small>{escape(row.role)}</small>"
    texts = [getattr(row, column) for column in COLUMNS]
    return f'<tr><th scope="row">{name}</th>{look.cells(heads, texts)}</tr>'
