"""The part of the Train page that plans: rows and a few choices in, the whole plan as a readable page out."""

from __future__ import annotations

import hashlib
import os
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.files import write_bytes
from advisor.store.address import data_folder
from advisor.train import job_verbs
from advisor.train.backends import BACKENDS, entry, load_backend
from advisor.train.bundle import write_bundle
from advisor.train.hyperparameters import Work, recommend
from advisor.train.jobs import JobStore
from advisor.train.plan_figures import data_figures
from advisor.train.receivers import require_named, terms_of
from advisor.train.records import Span, TrainingPlan, TrainingSpec
from advisor.ui import look, pages
from advisor.ui.clock import today

PACKAGED = "smollm2-135m"


def show() -> None:
    """Draw the form and, once there are rows, the plan."""
    with st.expander("Plan a run", expanded=not JobStore().ids()):
        left, right = st.columns([1, 1.6], gap="large")
        with left:
            spec = _form()
        with right:
            if spec is None:
                look.quiet("Give a file of training rows to see the plan.")
                return
            try:
                _plan(spec)
            except AdvisorError as error:
                pages.show_error(error)


def _form() -> TrainingSpec | None:
    file = st.file_uploader("Training rows, JSON lines", type=["jsonl"], key="train_rows")
    backend = st.selectbox(
        "Where", list(BACKENDS), format_func=lambda name: entry(name).title, key="train_backend"
    )
    model = st.text_input("Base model", PACKAGED, key="train_model")
    method = st.selectbox("Method", ["lora", "qlora", "dora", "full"], key="train_method")
    epochs = st.number_input("Passes over the rows", 1, 20, 3, key="train_epochs")
    rank = st.select_slider("Rank", [4, 8, 16, 32, 64], 16, key="train_rank")
    seq_len = st.number_input("Longest row in tokens", 64, 32_768, 512, step=64, key="train_length")
    if file is None:
        return None
    return TrainingSpec(
        backend=backend,
        base_model=model.strip(),
        train_path=_kept(file.getvalue()),
        method=method,
        epochs=epochs,
        rank=rank,
        alpha=2 * rank,
        seq_len=seq_len,
        as_of=today(),
    )


def _kept(content: bytes) -> Path:
    # Named after the content: the plan names this path, and the same rows must give the same plan. Not among everybody's
    # temporary files, where another user could have put others of that name.
    digest = hashlib.sha256(content).hexdigest()[:16]
    path = data_folder() / "training-rows" / f"{digest}.jsonl"
    if not path.exists():
        write_bytes(path, content)
    return path


def _plan(spec: TrainingSpec) -> None:
    plan = load_backend(spec.backend).plan(_with_recommended(spec))
    st.html(f'<dl class="adv-terms">{"".join(_term(*pair) for pair in _terms(plan))}</dl>')
    for warning in plan.warnings:
        st.warning(look.plain(warning))
    with st.expander("What would be written"):
        st.dataframe(
            [{"file": file.path, "bytes": file.size_bytes, "sha256": file.sha256} for file in plan.files],
            hide_index=True,
        )
        if plan.config:
            st.code(plan.config, language="yaml")
    if entry(spec.backend).kind == "bundle":
        look.quiet("This backend is a bundle for another machine; write it with: advisor plan.")
        return
    _button(plan, local=entry(spec.backend).kind == "local")


def _button(plan: TrainingPlan, *, local: bool) -> None:
    """Draw the button that spends money or sends rows, with both in its text; shut where the cost is not known."""
    label = "Start training here" if local else f"Send the rows to {_receivers(plan)} for {_money(plan.cost)}"
    unknown = not local and plan.cost is None
    st.button(label, type="primary", key="train_start", on_click=_start, args=(plan,), disabled=unknown)
    if unknown:
        look.quiet(
            "No price is known for this model at this service, so nothing can be ordered from here. Choose a base "
            "model that the service lists, or order there."
        )


def _receivers(plan: TrainingPlan) -> str:
    return " and ".join(item.name for item in plan.recipients) or "nobody"


def _with_recommended(spec: TrainingSpec) -> TrainingSpec:
    """Set the rate and the batch as recommended for these rows; what the form asks for stays."""
    data = data_figures(spec)
    work = Work("standard", data.train_rows, data.tokens.expected, spec.method)
    advice = recommend(load_catalog(), None, work, spec.as_of)
    names = {"learning_rate", "warmup_ratio", "micro_batch", "gradient_accumulation"}
    return spec.model_copy(update=advice.model_dump(include=names))


def _terms(plan: TrainingPlan) -> list[tuple[str, str]]:
    held_out = plan.evaluation.held_out_rows
    rows_a_step = plan.spec.micro_batch * plan.spec.gradient_accumulation * plan.spec.n_gpus
    who = "; ".join(f"{item.name} ({item.where}): {item.receives}" for item in plan.recipients)
    return [
        ("Rows", f"{plan.train_rows} to train on, {held_out} held out"),
        ("Settings", f"{rows_a_step} rows a step, rate {plan.spec.learning_rate:g}"),
        ("Cost", "unknown" if plan.cost is None else _money(plan.cost)),
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
    return f"{cost.expected:.2f} USD ({cost.low:.2f} to {cost.high:.2f})" if cost.high else "nothing"


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
        job_verbs.submit(store, plan, written)
    except AdvisorError as error:
        pages.tell(error)
