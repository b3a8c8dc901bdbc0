"""The Train page: plan a run, start it, and follow all runs; every job lives on the disk and not in this page."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st
from pydantic import ValidationError

from advisor.doors.ui import dataset, look, pages, train_figures, train_plan
from advisor.doors.ui.clock import moment
from advisor.errors import AdvisorError
from advisor.train import job_verbs
from advisor.train.curves import JobCurves, curves_of
from advisor.train.jobs import JobStore
from advisor.train.records import Job
from advisor.train.table import entry

SECONDS_BETWEEN_LOOKS = "2s"
MAX_SHOWN = 20
STATES = {
    "queued": "waiting",
    "running": "running",
    "succeeded": "done",
    "failed": "failed",
    "cancelled": "stopped",
}
CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}


def render() -> None:
    """Draw the page."""
    st.title("Training", anchor=False)
    look.quiet("Plan first: see files, data recipients, memory and cost. Nothing starts until you confirm.")
    train_plan.show()
    st.header("Jobs", anchor=False)
    store = JobStore()
    jobs = store.all()
    if not jobs:
        look.quiet("No jobs yet. Jobs appear here and survive a restart.")
        return
    dataset.next_step("evaluate", "Next: evaluate it")
    lively = any(not job.ended for job in jobs)
    st.fragment(_jobs, run_every=SECONDS_BETWEEN_LOOKS if lively else None)(store)


def _jobs(store: JobStore) -> None:
    jobs = [_looked_at(store, job) for job in store.all()[:MAX_SHOWN]]
    curves = {job.id: curves_of(store, job) for job in jobs}
    for job in jobs:
        _job(store, job, curves[job.id])
    _side_by_side(jobs, curves)


def _looked_at(store: JobStore, job: Job) -> Job:
    # a provider is asked only when somebody presses the button; our own disk may be asked at every look
    if job.ended or entry(job.backend).kind == "hosted":
        return job
    try:
        return job_verbs.refresh(store, job.id)
    except AdvisorError:
        return job


def _job(store: JobStore, job: Job, curves: JobCurves) -> None:
    with st.container(border=True, key=f"job_{job.id}"):
        st.html(_summary(job, _settings(store, job), curves))
        share = _share_done(curves)
        if not job.ended and share is not None:
            st.progress(share)
        if job.error:
            st.error(look.plain(job.error))
        _buttons(job)
        with st.expander("Events, log and files"):
            _details(store, job)


def _settings(store: JobStore, job: Job) -> str:
    """Describe what tells one run from another; a plan that another version wrote may not be readable."""
    try:
        plan = store.plan(job.id)
    except (OSError, ValidationError):
        return ""
    spec = plan.spec
    rank = "" if spec.method == "full" else f" rank {spec.rank}"
    return f"{spec.method}{rank}, {plan.train_rows} rows, rate {spec.learning_rate:g}"


def _summary(job: Job, settings: str, curves: JobCurves) -> str:
    head = f"{escape(job.base_model)} · {escape(entry(job.backend).title)}"
    facts = " · ".join(escape(fact) for fact in (settings, *_facts(job, curves)) if fact)
    return (
        f'<h3 class="adv-card-title">{head}</h3>'
        f'<p class="adv-quiet"><span class="adv-chip" style="margin-left:0">{STATES[job.state]}</span> {escape(job.id)}, '
        f"saved {moment(job.created_at)}</p><p>{facts}</p>"
    )


def _facts(job: Job, curves: JobCurves) -> list[str]:
    latest, facts = curves.latest, []
    if job.state == "running" and latest.get("kind") == "stage":
        facts.append(latest["message"])
    if latest.get("step") is not None and latest.get("max_steps"):
        facts.append(f"step {latest['step']} of {latest['max_steps']}")
    if latest.get("loss") is not None:
        facts.append(f"loss {latest['loss']:.3f}")
    if curves.eval_loss:
        facts.append(f"held out {curves.eval_loss[0][1]:.3f} → {curves.eval_loss[-1][1]:.3f}")
    if latest.get("tokens_per_second"):
        facts.append(f"{latest['tokens_per_second']:.0f} tokens/s")
    if latest.get("memory_gib"):
        facts.append(f"{latest['memory_gib']:.2f} GiB")
    if job.state == "running" and latest.get("seconds_left") and latest.get("kind") != "stage":
        facts.append(f"about {max(1, round(latest['seconds_left'] / 60))} min left")
    if job.state == "queued" and latest and entry(job.backend).kind == "local":
        facts.append("stopped; can resume from its last checkpoint")
    return facts


def _share_done(curves: JobCurves) -> float | None:
    step, whole = curves.latest.get("step"), curves.latest.get("max_steps")
    return min(1.0, step / whole) if step is not None and whole else None


def _buttons(job: Job) -> None:
    with st.container(horizontal=True, gap="small"):
        if not job.ended:
            st.button("Stop", key=f"cancel_{job.id}", on_click=_act, args=("cancel", job.id))
        if job.state == "queued":
            st.button(
                "Resume", key=f"resume_{job.id}", on_click=_act, args=("resume", job.id), type="primary"
            )
        if not job.ended and entry(job.backend).kind == "hosted":
            st.button("Refresh status", key=f"refresh_{job.id}", on_click=_act, args=("refresh", job.id))


def _act(verb: str, job_id: str) -> None:
    try:
        getattr(job_verbs, verb)(JobStore(), job_id)
    except AdvisorError as error:
        pages.tell(error)


def _details(store: JobStore, job: Job) -> None:
    if job.artefacts:
        st.dataframe(
            [
                {"file": item.location, "kind": item.kind, "sha256": item.sha256 or ""}
                for item in job.artefacts
            ],
            hide_index=True,
        )
    card = store.folder_of(job.id) / "run" / "MODEL_CARD.md"
    if card.exists():
        st.download_button(
            "Model card", card.read_bytes(), file_name=f"{job.id}.md", key=f"card_{job.id}", on_click="ignore"
        )
    if job.state == "succeeded" and card.exists():
        st.code(f"advisor train run-model {job.id}", language=None)
    lines = [f"{moment(event.at)}  {event.message}" for event in job.events]
    log = store.folder_of(job.id) / "run" / "log.txt"
    if log.exists():
        lines += log.read_text(encoding="utf-8", errors="replace").splitlines()[-100:]
    st.code("\n".join(lines) or "Nothing yet.", language=None)


def _side_by_side(jobs: list[Job], curves: dict[str, JobCurves]) -> None:
    drawn = [job.id for job in jobs if curves[job.id].loss or curves[job.id].eval_loss]
    if not drawn:
        return
    st.header("Loss, side by side", anchor=False)
    chosen = st.multiselect("Runs", drawn, default=drawn[:2], key="compared_runs")
    if not chosen:
        return
    figure: Any = train_figures.loss_figure({job_id: curves[job_id] for job_id in chosen}, dark=look.dark())
    st.plotly_chart(figure, config=CHART, key="loss_chart")
    for job_id in chosen:
        look.quiet(train_figures.in_words(job_id, curves[job_id]))
