"""The bake-off on the Evaluate page: plan it, start it in a process of its own, watch it, open what was run before."""

from __future__ import annotations

from collections.abc import Callable
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

SECONDS_BETWEEN_LOOKS = "2s"
STATES = {
    "planned": "planned; no model has been called yet",
    "running": "running",
    "done": "done",
    "stopped": "stopped; every answer is kept",
    "failed": "stopped by a problem; every answer is kept",
}


def show(show_result: Callable[[Compared], None]) -> None:
    """Draw the panel; a finished run is shown by ``show_result``."""
    look.quiet(
        "Run every way of adapting a model on the same held-out rows. You see calls, cost and time first. A run is kept on "
        "disk, resumes after a restart and never repeats a call."
    )
    with st.expander("A new run", expanded=not _runs()):
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
    chosen = st.selectbox("Run", runs, key=CHOSEN, format_func=_title)
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


@st.cache_data(max_entries=8, show_spinner="Comparing …")
def _finished(path: str, written: int) -> Compared:
    """Read a finished run; ``written`` tells one result from a later one."""
    del written
    return compared(RunFolder(Path(path)))


def _title(run: str) -> str:
    folder = RunFolder(bakeoffs_folder() / run)
    try:
        options = folder.options()
    except AdvisorError:
        return f"{run}: written by another version"
    return f"{options.model}, {len(options.arms)} arms, {run}: {STATES[standing(folder).state]}"


def _watch(path: str, drawn: str) -> None:
    folder = RunFolder(Path(path))
    now = standing(folder)
    if now.state != drawn:
        # Only a whole run of the page begins to look or stops looking, and only it shows the result.
        st.rerun()
    _plan_of(folder)
    st.html(
        f'<p aria-live="polite"><span class="adv-chip" style="margin-left:0">{STATES[now.state]}</span></p>'
    )
    if now.total:
        st.progress(
            min(1.0, now.done / now.total), look.plain(f"{now.done} of {now.total} · {now.arm}: {now.doing}")
        )
    if now.problem:
        pages.show_error(
            AdvisorError(now.problem["problem"], place=now.problem["place"], remedy=now.problem["remedy"])
        )
    _buttons(folder, now)


def _buttons(folder: RunFolder, now: Standing) -> None:
    if now.state == "running":
        st.button("Stop", key="bakeoff_stop", on_click=folder.cancel)
    else:
        label = "Start" if now.state == "planned" else "Resume"
        if st.button(label, type="primary", key="bakeoff_start"):
            start(folder)
            st.rerun()


def _plan_of(folder: RunFolder) -> None:
    plan = folder.plan()
    if plan is None:
        return
    with st.expander(
        f"Plan: {plan.calls:,} questions, {_money(plan)}, about {max(1, round(plan.seconds / 60))} min"
    ):
        st.dataframe(
            [_row(one) for one in (*plan.arms, *([plan.judge] if plan.judge else []))],
            hide_index=True,
            width="stretch",
        )
        shows = (
            ""
            if plan.shows is None
            else f" These rows can detect differences of about {plan.shows:g} points."
        )
        look.quiet(
            f"{plan.rows} held-out rows, {plan.train_rows} training rows.{shows} Asked: {plan.receiver}."
        )
        look.quiet(" · ".join((*(f"left out: {one}" for one in plan.left_out), *plan.notes)))


def _row(one: Any) -> dict[str, Any]:
    return {
        "Arm": one.arm, "What it does": one.does, "Questions": one.calls, "Tokens in": one.tokens_in, "Tokens out": one.tokens_out,
        "USD": "unknown" if one.usd is None else f"{one.usd:,.4f}",
    }  # fmt: skip


def _money(plan: BakeoffPlan) -> str:
    return "no price known" if plan.usd is None else f"{plan.usd.expected:,.2f} USD"
