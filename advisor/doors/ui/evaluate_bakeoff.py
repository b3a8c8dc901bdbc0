"""The bake-off on the Evaluate page: plan it, start it in a process of its own, watch it, open what was run before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.doors.ui import dataset, look, pages, state
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.arms import ARMS
from advisor.evaluate.bakeoff.choosing import read_arm
from advisor.evaluate.bakeoff.demo import demo_options
from advisor.evaluate.bakeoff.folder import RunFolder, bakeoffs_folder, open_run
from advisor.evaluate.bakeoff.records import BakeoffOptions, BakeoffPlan
from advisor.evaluate.bakeoff.running import compared, ready
from advisor.evaluate.bakeoff.uploads import keep_files
from advisor.evaluate.bakeoff.watching import Standing, standing, start
from advisor.evaluate.evaluating import Compared
from advisor.net import is_local
from advisor.train.packaged_model import PACKAGED_MODEL

SECONDS_BETWEEN_LOOKS = "2s"
CHOSEN = "bakeoff_run"
DOCUMENTS = ["md", "markdown", "txt", "rst", "html", "htm", "pdf", "docx"]
ROWS = ["jsonl", "json", "csv", "parquet"]
DEFAULT_ARMS = ("prompt", "few-shot", "retrieval", "few-shot-retrieval", "right-passage")
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
        _new()
    _open(show_result)


def _new() -> None:
    left, right = st.columns(2)
    with left:
        own = dataset.instead_of_upload("bakeoff")
    label = "Rows: train.jsonl and eval.jsonl, or one file"
    rows = [] if own else left.file_uploader(label, ROWS, accept_multiple_files=True, key="bakeoff_rows")
    documents = right.file_uploader(
        "Documents", DOCUMENTS, accept_multiple_files=True, key="bakeoff_documents"
    )
    model = left.text_input("Model", PACKAGED_MODEL, key="bakeoff_model").strip()
    url = right.text_input(
        "Address of its service on this machine", placeholder="default: the packaged small model", key="bakeoff_url",
        help="For other machines, use the shell: advisor bakeoff --base-url.",
    ).strip()  # fmt: skip
    arms = st.multiselect(
        "Arms",
        list(ARMS),
        DEFAULT_ARMS,
        format_func=lambda name: f"{name}: {ARMS[name].does}",
        key="bakeoff_arms",
    )
    with st.container(horizontal=True):
        if st.button("Plan", type="primary", disabled=not (own or rows), key="bakeoff_plan"):
            files = dict([own] if own else [(one.name, one.getvalue()) for one in rows])
            texts = {one.name: one.getvalue() for one in documents}
            _made(lambda: _options(files, texts, model, url, arms))
        if st.button(
            "Plan the demonstration", key="bakeoff_demo", help="Packaged model and task, training included."
        ):
            _made(demo_options)


def _options(
    rows: dict[str, bytes], documents: dict[str, bytes], model: str, url: str, arms: list[str]
) -> BakeoffOptions:
    if url and not is_local(url):
        raise AdvisorError(
            "the page calls services on this machine only",
            place=url,
            remedy="Start it from the shell: advisor bakeoff --base-url URL.",
        )
    data = keep_files(rows)
    kept = keep_files(documents) if documents else None
    only = next(iter(rows)) if len(rows) == 1 else ""
    # A key is for the service that its owner named in the shell; a page sends none.
    return BakeoffOptions(
        data=data / Path(only).name if only else data, documents=kept, model=model, base_url=url or None,
        arms=tuple(map(read_arm, arms)), key_variable="ADVISOR_NO_KEY",
    )  # fmt: skip


def _made(options: Callable[[], BakeoffOptions]) -> None:
    try:
        folder = open_run(options(), None)
        ready(folder, state.catalog(), day=today())
    except AdvisorError as error:
        pages.show_error(error)
        return
    st.session_state[CHOSEN] = folder.path.name


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
            show_result(compared(folder))
        except AdvisorError as error:
            pages.show_error(error)
        return
    st.fragment(_watch, run_every=SECONDS_BETWEEN_LOOKS if now.state == "running" else None)(str(folder.path))


def _title(run: str) -> str:
    folder = RunFolder(bakeoffs_folder() / run)
    try:
        options = folder.options()
    except AdvisorError:
        return f"{run}: written by another version"
    return f"{options.model}, {len(options.arms)} arms, {run}: {STATES[standing(folder).state]}"


def _watch(path: str) -> None:
    folder = RunFolder(Path(path))
    now = standing(folder)
    if now.state == "done":
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
        st.button(label, type="primary", key="bakeoff_start", on_click=_start, args=(folder,))


def _start(folder: RunFolder) -> None:
    start(folder)


def _plan_of(folder: RunFolder) -> None:
    plan = folder.plan()
    if plan is None:
        return
    with st.expander(
        f"Plan: {plan.calls:,} questions, {_money(plan)}, about {max(1, round(plan.seconds / 60))} min"
    ):
        st.dataframe([_row(one) for one in plan.arms], hide_index=True, width="stretch")
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
