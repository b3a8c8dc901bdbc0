"""The part of the Train page that plans: rows and a few choices in, the whole plan as a readable page out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.decide.limits import Route
from advisor.doors.ui import dataset, deciding, look, pages, state
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.share.store.address import data_folder
from advisor.train import job_verbs
from advisor.train.bundle import write_bundle
from advisor.train.jobs import JobStore
from advisor.train.planning import plan_training
from advisor.train.receivers import require_named, terms_of
from advisor.train.records import Span, TrainingPlan
from advisor.train.suggestion import Suggested, refusal, suggested
from advisor.train.table import BACKENDS, entry


def show() -> None:
    """Draw the data set, the choices and, once there are rows, the plan."""
    with st.expander("Plan a run", expanded=True, key="plan_run"):
        left, right = st.columns([1, 1.6], gap="large")
        with left:
            held = dataset.bring()
            backend, wishes = _form()
        with right:
            if held is None:
                look.quiet("Upload training rows to see the plan. The file from the Data page is used here.")
                return
            try:
                _plan(planned(state.current().situation(), held.path, backend, **wishes))
            except AdvisorError as error:
                pages.show_error(error)


def planned(situation: Situation, rows: Path, backend: str, **wishes: Any) -> TrainingPlan:
    """Plan as the shell does: from the same answers, with the same defaults."""
    return plan_training(situation, rows, backend, state.catalog(), as_of=today(), **wishes).plan


def _form() -> tuple[str, dict[str, Any]]:
    catalog, sized = state.catalog(), st.session_state.get("sized", {})
    advised = suggested(_routes(), catalog)
    backends = list(BACKENDS)
    backend = st.selectbox(
        "Where",
        backends,
        index=backends.index(advised.backend),
        format_func=lambda name: entry(name).title,
        key="train_backend",
    )
    if backend == advised.backend:
        look.quiet(f"From your result: {advised.because}")
    model = _model(backend, advised, sized)
    methods = ["lora", "qlora", "dora", "full"]
    wishes = {
        "model": model,
        "method": st.selectbox(
            "Method", methods, index=methods.index(sized.get("method", "lora")), key="train_method"
        ),
        "epochs": _open_number("Epochs", 1, 20, "train_epochs", None),
        "rank": _open_number("Rank", 1, 1024, "train_rank", sized.get("rank")),
        "seq_len": _open_number("Longest row in tokens", 64, 131_072, "train_length", sized.get("seq_len")),
    }
    if sized:
        look.quiet("Method, rank and length come from the Size page. Change them here or there.")
    return backend, wishes


def _routes() -> tuple[Route, ...]:
    return deciding.limits(state.current(), state.catalog()).routes


def _model(backend: str, advised: Suggested, sized: Mapping[str, Any]) -> str | None:
    """Offer the models that the backend is known for; a name of one's own may be typed."""
    catalog = state.catalog()
    routes = catalog.market.tuning.values()
    listed = sorted({route.base.rpartition(":")[2] for route in routes if route.backend == backend})
    usual = advised.base_model if backend == advised.backend else None
    if entry(backend).kind != "hosted":
        listed, usual = list(catalog.models), sized.get("model") or entry(backend).default_model
    first = usual if usual in listed else None
    chosen = st.selectbox(
        "Base model",
        listed,
        index=None if first is None else listed.index(first),
        accept_new_options=True,
        placeholder=entry(backend).default_model or "Choose, or type a name",
        key=f"train_model_{backend}",
    )
    return str(chosen) if chosen else None


def _open_number(label: str, least: int, most: int, key: str, value: int | None) -> int | None:
    return st.number_input(label, least, most, value, placeholder="recommended", key=key)


def _plan(plan: TrainingPlan) -> None:
    st.html(f'<dl class="adv-terms">{"".join(_term(*pair) for pair in _terms(plan))}</dl>')
    for warning in plan.warnings:
        st.warning(look.plain(warning))
    with st.expander("Files in the bundle"):
        st.dataframe(
            [{"file": file.path, "bytes": file.size_bytes, "sha256": file.sha256} for file in plan.files],
            hide_index=True,
        )
        if plan.config:
            st.code(plan.config, language="yaml")
    kind = entry(plan.backend).kind
    if kind == "bundle":
        look.quiet("This backend writes a bundle for another machine. Write it with: advisor plan.")
        return
    _button(plan, local=kind == "local")


def _button(plan: TrainingPlan, *, local: bool) -> None:
    """Draw the button that spends money or sends rows, with both in its text; shut where the cost is not known."""
    label = (
        "Start training here, on this machine"
        if local
        else f"Send the rows to {_receivers(plan)} for {_money(plan.cost)}"
    )
    unknown = not local and plan.cost is None
    refused = refusal(plan.backend, state.current().answers, _routes(), state.catalog())
    shut = unknown or bool(refused)
    st.button(label, type="primary", key="train_start", on_click=_start, args=(plan,), disabled=shut)
    if refused:
        look.quiet(f"Not available: your answers exclude it. {refused}")
    if unknown:
        look.quiet(
            "The price of this model at this service is unknown, so this page cannot start the job. Choose a base "
            "model that the service lists, or start it there."
        )


def _receivers(plan: TrainingPlan) -> str:
    return " and ".join(item.name for item in plan.recipients) or "nobody"


def _terms(plan: TrainingPlan) -> list[tuple[str, str]]:
    held_out = plan.evaluation.held_out_rows
    rows_a_step = plan.spec.micro_batch * plan.spec.gradient_accumulation * plan.spec.n_gpus
    settings = (
        f"rank {plan.spec.rank}, {rows_a_step} rows a step, rate {plan.spec.learning_rate:g}, "
        f"{plan.spec.epochs:g} passes, rows up to {plan.spec.seq_len:,} tokens"
    )
    who = "; ".join(f"{item.name} ({item.where}): {item.receives}" for item in plan.recipients)
    return [
        ("Rows", f"{plan.train_rows} to train on, {held_out} held out"),
        ("Settings", settings),
        ("Cost", "not known" if plan.cost is None else _money(plan.cost)),
        ("Time", _minutes(plan.duration)),
        ("Memory", "the vendor's" if plan.memory is None else _span(plan.memory, "GiB")),
        ("Who gets the data", who or "nobody"),
        ("Good enough when", plan.evaluation.accept_when),
    ]


def _term(name: str, value: str) -> str:
    return f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"


def _money(cost: Span | None) -> str:
    if cost is None:
        return "a sum that is not known"
    return (
        f"{cost.expected:.2f} USD ({cost.low:.2f} to {cost.high:.2f})" if cost.high else "nothing is billed"
    )


def _minutes(duration: Span | None) -> str:
    if duration is None:
        return "not known"
    low, expected, high = (
        max(1, round(seconds / 60)) for seconds in (duration.low, duration.expected, duration.high)
    )
    return f"{expected} min ({low} to {high})"


def _span(span: Span, unit: str) -> str:
    return f"{span.expected:.1f} {unit} ({span.low:.1f} to {span.high:.1f})"


def _start(plan: TrainingPlan) -> None:
    store = JobStore()
    bundle: Any = data_folder() / "bundles" / plan.sha256[:16]
    try:
        written = write_bundle(plan, bundle)
        terms = terms_of(plan, written, os.environ)
        if terms is not None:
            require_named(terms, ())
        job_verbs.submit(store, plan, written, catalog=state.catalog())
    except AdvisorError as error:
        pages.tell(error)
