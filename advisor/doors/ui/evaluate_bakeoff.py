"""The bake-off on the Evaluate page: plan it, start it in a process of its own, watch it, open what was run before."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.doors.ui import evaluate_new_run, look, pages
from advisor.doors.ui.evaluate_new_run import CHOSEN
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.folder import RESULT, RunFolder, bakeoffs_folder
from advisor.evaluate.bakeoff.records import BakeoffPlan
from advisor.evaluate.bakeoff.running import compared
from advisor.evaluate.bakeoff.watching import Standing, standing, start
from advisor.evaluate.evaluating import Compared
from advisor.wording import say

SECONDS_BETWEEN_LOOKS = "2s"


def show(show_result: Callable[[Compared], None]) -> None:
    """Draw the panel; a finished run is shown by ``show_result``."""
    look.quiet(say("evaluate_bakeoff.lede"))
    with st.expander(say("evaluate_bakeoff.new_run"), expanded=not _runs()):
        evaluate_new_run.show()
    _open(show_result)


def _runs() -> list[str]:
    found = bakeoffs_folder().glob("*/options.json")
    return [path.parent.name for path in sorted(found, key=lambda one: one.stat().st_mtime, reverse=True)]


def _open(show_result: Callable[[Compared], None]) -> None:
    runs = _runs()
    if not runs:
        return
    if st.session_state.get(CHOSEN) not in runs:
        st.session_state[CHOSEN] = runs[0]
    chosen = st.selectbox(say("evaluate_bakeoff.run"), runs, key=CHOSEN, format_func=_title)
    folder = RunFolder(bakeoffs_folder() / chosen)
    now = standing(folder)
    if now.state == "done":
        _plan_of(folder)
        try:
            show_result(_finished(str(folder.path), (folder.path / RESULT).stat().st_mtime_ns))
        except AdvisorError as error:
            pages.show_error(error)
        return
    looking = SECONDS_BETWEEN_LOOKS if now.state == "running" else None
    st.fragment(_watch, run_every=looking)(str(folder.path), now.state)


@st.cache_data(max_entries=8, show_spinner=say("evaluate_bakeoff.comparing"))
def _finished(path: str, written: int) -> Compared:
    """Read a finished run; ``written`` tells one result from a later one."""
    del written
    return compared(RunFolder(Path(path)))


def _title(run: str) -> str:
    folder = RunFolder(bakeoffs_folder() / run)
    try:
        options = folder.options()
    except AdvisorError:
        return say("evaluate_bakeoff.other_version", run=run)
    state = say(f"evaluate_bakeoff.state_{standing(folder).state}")
    return say(
        "evaluate_bakeoff.run_title", model=options.model, arms=len(options.arms), run=run, state=state
    )


def _watch(path: str, drawn: str) -> None:
    folder = RunFolder(Path(path))
    now = standing(folder)
    if now.state != drawn:
        # Only a whole run of the page begins to look or stops looking, and only it shows the result.
        st.rerun()
    _plan_of(folder)
    state = escape(say(f"evaluate_bakeoff.state_{now.state}"))
    st.html(f'<p aria-live="polite"><span class="adv-chip" style="margin-left:0">{state}</span></p>')
    if now.total:
        told = {"done": now.done, "total": now.total, "arm": now.arm, "doing": now.doing}
        st.progress(min(1.0, now.done / now.total), look.plain(say("evaluate_bakeoff.progress", **told)))
    if now.problem:
        pages.show_error(
            AdvisorError(now.problem["problem"], place=now.problem["place"], remedy=now.problem["remedy"])
        )
    _buttons(folder, now)


def _buttons(folder: RunFolder, now: Standing) -> None:
    if now.state == "running":
        st.button(say("evaluate_bakeoff.stop"), key="bakeoff_stop", on_click=folder.cancel)
    else:
        label = say("evaluate_bakeoff.start") if now.state == "planned" else say("evaluate_bakeoff.resume")
        if st.button(label, type="primary", key="bakeoff_start"):
            start(folder)
            st.rerun()


def _plan_of(folder: RunFolder) -> None:
    plan = folder.plan()
    if plan is None:
        return
    minutes = max(1, round(plan.seconds / 60))
    with st.expander(say("evaluate_bakeoff.plan", calls=plan.calls, cost=_money(plan), minutes=minutes)):
        st.dataframe(
            [_row(one) for one in (*plan.arms, *([plan.judge] if plan.judge else []))],
            hide_index=True,
            width="stretch",
        )
        look.quiet(_rows_of(plan))
        left_out = (say("evaluate_bakeoff.left_out", what=one) for one in plan.left_out)
        look.quiet(" · ".join((*left_out, *plan.notes)))


def _rows_of(plan: BakeoffPlan) -> str:
    told = {"rows": plan.rows, "train": plan.train_rows, "receiver": plan.receiver}
    if plan.shows is None:
        return say("evaluate_bakeoff.plan_rows", **told)
    return say("evaluate_bakeoff.plan_rows_detect", points=plan.shows, **told)


def _row(one: Any) -> dict[str, Any]:
    return {
        say("evaluate_bakeoff.arm"): one.arm, say("evaluate_bakeoff.what_it_does"): one.does, say("evaluate_bakeoff.questions"): one.calls, say("evaluate_bakeoff.tokens_in"): one.tokens_in, say("evaluate_bakeoff.tokens_out"): one.tokens_out,
        "USD": say("evaluate_bakeoff.unknown") if one.usd is None else f"{one.usd:,.4f}",
    }  # fmt: skip


def _money(plan: BakeoffPlan) -> str:
    return (
        say("evaluate_bakeoff.no_price")
        if plan.usd is None
        else say("evaluate_bakeoff.usd", expected=plan.usd.expected)
    )
