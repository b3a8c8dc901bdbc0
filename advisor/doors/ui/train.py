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
from advisor.wording import say

SECONDS_BETWEEN_LOOKS = "2s"
MAX_SHOWN = 20
CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}


def render() -> None:
    """Draw the page."""
    st.title(say("train.training"), anchor=False)
    look.quiet(say("train.plan_first"))
    train_plan.show()
    st.header(say("train.jobs"), anchor=False)
    store = JobStore()
    jobs = store.all()
    if not jobs:
        look.quiet(say("train.no_jobs"))
        return
    dataset.next_step("evaluate", say("train.next_evaluate"))
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
        with st.expander(say("train.details")):
            _details(store, job)


def _settings(store: JobStore, job: Job) -> str:
    """Describe what tells one run from another; a plan that another version wrote may not be readable."""
    try:
        plan = store.plan(job.id)
    except (OSError, ValidationError):
        return ""
    spec = plan.spec
    told = {"method": spec.method, "rows": plan.train_rows, "rate": spec.learning_rate}
    if spec.method == "full":
        return say("train.settings_full", **told)
    return say("train.settings", rank=spec.rank, **told)


def _summary(job: Job, settings: str, curves: JobCurves) -> str:
    head = f"{escape(job.base_model)} · {escape(entry(job.backend).title)}"
    facts = " · ".join(escape(fact) for fact in (settings, *_facts(job, curves)) if fact)
    state = escape(say(f"train.state_{job.state}"))
    saved = escape(say("train.saved_at", id=job.id, moment=moment(job.created_at)))
    return (
        f'<h3 class="adv-card-title">{head}</h3>'
        f'<p class="adv-quiet"><span class="adv-chip" style="margin-left:0">{state}</span> {saved}</p><p>{facts}</p>'
    )


def _facts(job: Job, curves: JobCurves) -> list[str]:
    latest, facts = curves.latest, []
    if job.state == "running" and latest.get("kind") == "stage":
        facts.append(latest["message"])
    if latest.get("step") is not None and latest.get("max_steps"):
        facts.append(say("train.step_of", step=latest["step"], steps=latest["max_steps"]))
    if latest.get("loss") is not None:
        facts.append(say("train.loss", loss=latest["loss"]))
    if curves.eval_loss:
        first, last = curves.eval_loss[0][1], curves.eval_loss[-1][1]
        facts.append(say("train.held_out", first=first, last=last))
    if latest.get("tokens_per_second"):
        facts.append(say("train.tokens_per_second", tokens=latest["tokens_per_second"]))
    if latest.get("memory_gib"):
        facts.append(f"{latest['memory_gib']:.2f} GiB")
    if job.state == "running" and latest.get("seconds_left") and latest.get("kind") != "stage":
        facts.append(say("train.minutes_left", minutes=max(1, round(latest["seconds_left"] / 60))))
    if job.state == "queued" and latest and entry(job.backend).kind == "local":
        facts.append(say("train.can_resume"))
    return facts


def _share_done(curves: JobCurves) -> float | None:
    step, whole = curves.latest.get("step"), curves.latest.get("max_steps")
    return min(1.0, step / whole) if step is not None and whole else None


def _buttons(job: Job) -> None:
    with st.container(horizontal=True, gap="small"):
        if not job.ended:
            st.button(say("train.stop"), key=f"cancel_{job.id}", on_click=_act, args=("cancel", job.id))
        if job.state == "queued":
            st.button(
                say("train.resume"),
                key=f"resume_{job.id}",
                on_click=_act,
                args=("resume", job.id),
                type="primary",
            )
        if not job.ended and entry(job.backend).kind == "hosted":
            st.button(
                say("train.refresh_status"), key=f"refresh_{job.id}", on_click=_act, args=("refresh", job.id)
            )


def _act(verb: str, job_id: str) -> None:
    try:
        getattr(job_verbs, verb)(JobStore(), job_id)
    except AdvisorError as error:
        pages.tell(error)


def _details(store: JobStore, job: Job) -> None:
    if job.artefacts:
        st.dataframe(
            [
                {say("train.file"): item.location, say("train.kind"): item.kind, "sha256": item.sha256 or ""}
                for item in job.artefacts
            ],
            hide_index=True,
        )
    card = store.folder_of(job.id) / "run" / "MODEL_CARD.md"
    if card.exists():
        st.download_button(
            say("train.model_card"),
            card.read_bytes(),
            file_name=f"{job.id}.md",
            key=f"card_{job.id}",
            on_click="ignore",
        )
    if job.state == "succeeded" and card.exists():
        st.code(f"advisor train run-model {job.id}", language=None)
    lines = [f"{moment(event.at)}  {event.message}" for event in job.events]
    log = store.folder_of(job.id) / "run" / "log.txt"
    if log.exists():
        lines += log.read_text(encoding="utf-8", errors="replace").splitlines()[-100:]
    st.code("\n".join(lines) or say("train.nothing_yet"), language=None)


def _side_by_side(jobs: list[Job], curves: dict[str, JobCurves]) -> None:
    drawn = [job.id for job in jobs if curves[job.id].loss or curves[job.id].eval_loss]
    if not drawn:
        return
    st.header(say("train.side_by_side"), anchor=False)
    chosen = st.multiselect(say("train.runs"), drawn, default=drawn[:2], key="compared_runs")
    if not chosen:
        return
    figure: Any = train_figures.loss_figure({job_id: curves[job_id] for job_id in chosen}, dark=look.dark())
    st.plotly_chart(figure, config=CHART, key="loss_chart")
    for job_id in chosen:
        look.quiet(train_figures.in_words(job_id, curves[job_id]))
