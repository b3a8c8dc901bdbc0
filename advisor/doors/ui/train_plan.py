"""The part of the Train page that plans: rows and a few choices in, the whole plan as a readable page out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

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
from advisor.wording import say

TERMS: Final = ("rows", "settings", "cost", "time", "memory", "recipients", "good_enough")


def show() -> None:
    """Draw the data set, the choices and, once there are rows, the plan."""
    with st.expander(say("train_plan.plan_a_run"), expanded=True, key="plan_run"):
        left, right = st.columns([1, 1.6], gap="large")
        with left:
            held = dataset.bring()
            chosen = None if held is None else _form()
        with right:
            if held is None or chosen is None:
                _empty()
                return
            backend, wishes = chosen
            try:
                _plan(planned(state.current().situation(), held.path, backend, **wishes))
            except AdvisorError as error:
                pages.show_error(error)


def _empty() -> None:
    """Show what to do first, and what the plan will tell."""
    look.quiet(say("train_plan.upload_rows"))
    st.html(
        look.definition((say(f"train_plan.term_{name}"), say(f"train_plan.comes_{name}")) for name in TERMS)
    )


def planned(situation: Situation, rows: Path, backend: str, **wishes: Any) -> TrainingPlan:
    """Plan as the shell does: from the same answers, with the same defaults."""
    return plan_training(situation, rows, backend, state.catalog(), as_of=today(), **wishes).plan


def _form() -> tuple[str, dict[str, Any]]:
    catalog, sized = state.catalog(), st.session_state.get("sized", {})
    advised = suggested(_routes(), catalog)
    backends = list(BACKENDS)
    backend = st.selectbox(
        say("train_plan.where"),
        backends,
        index=backends.index(advised.backend),
        format_func=lambda name: entry(name).title,
        key="train_backend",
    )
    if backend == advised.backend:
        look.quiet(say("train_plan.from_your_result", because=advised.because))
    model = _model(backend, advised, sized)
    methods = ["lora", "qlora", "dora", "full"]
    wishes = {
        "model": model,
        "method": st.selectbox(
            say("train_plan.method"),
            methods,
            index=methods.index(sized.get("method", "lora")),
            key="train_method",
        ),
        "epochs": _open_number(say("train_plan.epochs"), 1, 20, "train_epochs", None),
        "rank": _open_number(say("train_plan.rank"), 1, 1024, "train_rank", sized.get("rank")),
        "seq_len": _open_number(
            say("train_plan.longest_row"), 64, 131_072, "train_length", sized.get("seq_len")
        ),
    }
    if sized:
        look.quiet(say("train_plan.from_size_page"))
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
        say("train_plan.base_model"),
        listed,
        index=None if first is None else listed.index(first),
        accept_new_options=True,
        placeholder=entry(backend).default_model or say("train_plan.choose_or_type"),
        key=f"train_model_{backend}",
    )
    return str(chosen) if chosen else None


def _open_number(label: str, least: int, most: int, key: str, value: int | None) -> int | None:
    return st.number_input(label, least, most, value, placeholder=say("train_plan.recommended"), key=key)


def _plan(plan: TrainingPlan) -> None:
    st.html(f'<dl class="adv-terms">{"".join(_term(*pair) for pair in _terms(plan))}</dl>')
    for warning in plan.warnings:
        st.warning(look.plain(warning))
    with st.expander(say("train_plan.files_in_bundle")):
        st.dataframe(
            [
                {
                    say("train_plan.file"): file.path,
                    say("train_plan.bytes"): file.size_bytes,
                    "sha256": file.sha256,
                }
                for file in plan.files
            ],
            hide_index=True,
        )
        if plan.config:
            st.code(plan.config, language="yaml")
    kind = entry(plan.backend).kind
    if kind == "bundle":
        look.quiet(say("train_plan.writes_bundle"))
        return
    _button(plan, local=kind == "local")


def _button(plan: TrainingPlan, *, local: bool) -> None:
    """Draw the button that spends money or sends rows, with both in its text; shut where the cost is not known."""
    label = (
        say("train_plan.start_here")
        if local
        else say("train_plan.send_rows", receivers=_receivers(plan), cost=_money(plan.cost))
    )
    unknown = not local and plan.cost is None
    refused = refusal(plan.backend, state.current().answers, _routes(), state.catalog())
    shut = unknown or bool(refused)
    st.button(label, type="primary", key="train_start", on_click=_start, args=(plan,), disabled=shut)
    if refused:
        look.quiet(say("train_plan.not_available", reason=refused))
    if unknown:
        look.quiet(say("train_plan.price_unknown"))


def _receivers(plan: TrainingPlan) -> str:
    return say("train_plan.and").join(item.name for item in plan.recipients) or say("train_plan.nobody")


def _terms(plan: TrainingPlan) -> list[tuple[str, str]]:
    held_out = plan.evaluation.held_out_rows
    rows_a_step = plan.spec.micro_batch * plan.spec.gradient_accumulation * plan.spec.n_gpus
    settings = say(
        "train_plan.settings_told",
        rank=plan.spec.rank,
        rows=rows_a_step,
        rate=plan.spec.learning_rate,
        epochs=plan.spec.epochs,
        length=plan.spec.seq_len,
    )
    who = "; ".join(
        say("train_plan.who_receives", name=item.name, where=item.where, receives=item.receives)
        for item in plan.recipients
    )
    told = (
        say("train_plan.rows_held_out", train=plan.train_rows, held_out=held_out),
        settings,
        say("train_plan.not_known") if plan.cost is None else _money(plan.cost),
        _minutes(plan.duration),
        say("train_plan.the_vendors") if plan.memory is None else _gib(plan.memory),
        who or say("train_plan.nobody"),
        plan.evaluation.accept_when,
    )
    return [(say(f"train_plan.term_{name}"), text) for name, text in zip(TERMS, told, strict=True)]


def _term(name: str, value: str) -> str:
    return f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"


def _money(cost: Span | None) -> str:
    if cost is None:
        return say("train_plan.sum_not_known")
    if not cost.high:
        return say("train_plan.nothing_billed")
    return say("train_plan.usd", expected=cost.expected, low=cost.low, high=cost.high)


def _minutes(duration: Span | None) -> str:
    if duration is None:
        return say("train_plan.not_known")
    low, expected, high = (
        max(1, round(seconds / 60)) for seconds in (duration.low, duration.expected, duration.high)
    )
    return say("train_plan.minutes", expected=expected, low=low, high=high)


def _gib(span: Span) -> str:
    return say("train_plan.gib", expected=span.expected, low=span.low, high=span.high)


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
