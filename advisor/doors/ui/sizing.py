"""The Sizing page: one training run in a few choices; parameters, memory by parts, cards and changes beside them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st
from pydantic import ValidationError

from advisor.catalog import Catalog
from advisor.doors.ui import dataset, deciding, look, pages, state
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.train.plan_text import span_text
from advisor.train.records import Span
from advisor.train.size.estimate import Estimate, Question, estimate, find_architecture
from advisor.train.size.programs import PROGRAMS, settings_of
from advisor.train.size.run import Run
from advisor.train.suggestion import suggested
from advisor.wording import say

METHODS = ("lora", "qlora", "dora", "full")
LOSSES = ("chunked", "plain", "fused")
OPTIMIZERS = ("adamw", "adamw-8bit", "paged-adamw-8bit")


def render() -> None:
    """Draw the page."""
    st.title(say("sizing.title"), anchor=False)
    look.quiet(say("sizing.computed"))
    catalog = state.catalog()
    left, right = st.columns([1, 1.7], gap="large")
    with left:
        model = st.selectbox(
            say("sizing.base_model"), list(catalog.models), index=_first(catalog), key="size_model"
        )
        run, question = _form(catalog)
        if run is not None:
            # Train takes these over; the session keeps them when this page is left.
            st.session_state["sized"] = {
                "model": model,
                "method": run.method,
                "rank": None if run.method == "full" else run.rank,
                "seq_len": run.seq_len,
            }
    with right:
        if run is None:
            return
        try:
            architecture = find_architecture(catalog, model=model, config=None)
            _answer(estimate(catalog, architecture, run, question), catalog)
            dataset.next_step("train", say("sizing.next"))
        except AdvisorError as error:
            pages.show_error(error)


def _first(catalog: Catalog) -> int:
    """Return where the list starts: at the model of the cheapest way to train that the answers allow."""
    names = list(catalog.models)
    advised = suggested(deciding.limits(state.current(), catalog).routes, catalog).base_model
    kept = st.session_state.get("sized", {}).get("model")
    usual = next((name for name in (kept, advised, "llama-3.1-8b") if name in names), names[0])
    return names.index(usual)


def _form(catalog: Catalog) -> tuple[Run | None, Question]:
    method = _choice("method", METHODS)
    rank = st.select_slider(
        say("sizing.rank"), [4, 8, 16, 32, 64, 128], 16, key="size_rank", disabled=method == "full"
    )
    seq_len = st.number_input(say("sizing.row_tokens"), 64, 131_072, 2048, step=64, key="size_length")
    batch = st.number_input(say("sizing.rows_at_once"), 1, 256, 2, key="size_batch")
    card = st.selectbox(
        say("sizing.card"), [say("sizing.cheapest_card"), *catalog.market.gpus], key="size_card"
    )
    tokens = st.number_input(say("sizing.training_tokens"), 1, 10_000_000, 1000, key="size_tokens")
    with st.expander(say("sizing.more"), key="size_more"):
        optimizer = _choice("optimizer", OPTIMIZERS)
        program = st.selectbox(
            say("sizing.program"), [say("sizing.not_named"), *PROGRAMS], key="size_program"
        )
        loss = _choice("loss", LOSSES)
        checkpointing = st.checkbox(say("sizing.checkpointing"), value=True, key="size_checkpointing")
    question = Question(
        today(), None if card not in catalog.market.gpus else card, train_tokens=tokens * 1000
    )
    settings = {
        **settings_of(program if program in PROGRAMS else None),
        "method": method,
        "rank": rank,
        "seq_len": seq_len,
        "micro_batch": batch,
        "optimizer": optimizer,
        "loss_kernel": loss,
        "checkpointing": checkpointing,
    }
    try:
        return Run.model_validate(settings), question
    except ValidationError as error:
        st.error(look.plain(error.errors()[0]["msg"]))
        return None, question


def _choice(name: str, options: Sequence[str]) -> str:
    return st.selectbox(
        say(f"sizing.choice_{name}"),
        options,
        format_func=lambda option: say(f"sizing.option_{name}_{option}"),
        key=f"size_{name}",
    )


def _answer(found: Estimate, catalog: Catalog) -> None:
    for doubt in found.doubts:
        st.warning(look.plain(doubt))
    memory = found.memory_gib
    peak = Span(low=memory.low, expected=memory.expected, high=memory.high, unit="gib")
    terms = [
        (
            say("sizing.trained"),
            say("sizing.parameters", count=found.trainable_parameters, share=found.trainable_share),
        ),
        (say("sizing.peak"), say("sizing.reached_in", memory=span_text(peak), phase=memory.phase)),
    ]
    if found.seconds_span is not None and found.gpu is not None:
        money = f", {span_text(found.usd)}" if found.usd else ""
        on = say("sizing.on", card=catalog.market.gpus[found.gpu].label)
        terms.append((on, f"{span_text(found.seconds_span)}{money}"))
    st.html(look.definition(terms))
    st.header(say("sizing.in_memory"), anchor=False)
    st.html(_bars(memory.parts))
    _cards(found, catalog)
    with st.expander(say("sizing.assumptions")):
        for line in found.assumptions:
            st.write(look.plain(line))


def _bars(parts: dict[str, float]) -> str:
    largest = max(parts.values(), default=1.0)
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:400;padding-right:1rem">'
        f"{escape(name.replace('_', ' '))}</th>"
        f'<td style="width:60%"><div style="background:var(--accent);height:.7em;'
        f'width:{max(1, round(100 * value / largest))}%"></div></td>'
        f'<td style="text-align:right;white-space:nowrap;padding-left:.5rem">{value:.2f} GiB</td></tr>'
        for name, value in sorted(parts.items(), key=lambda item: -item[1])
        if value >= 0.005
    )
    return f'<table style="width:100%"><caption style="display:none">{escape(say("sizing.by_parts"))}</caption>{rows}</table>'


def _cards(found: Estimate, catalog: Catalog) -> None:
    st.header(say("sizing.fits_on"), anchor=False)
    st.dataframe(
        [
            {
                say("sizing.head_card"): catalog.market.gpus[fit.gpu].label,
                "GiB": f"{fit.memory_gib:g}",
                say("sizing.head_fits"): _percent(fit.probability),
                say("sizing.head_usd"): say("sizing.not_known")
                if fit.usd_per_hour is None
                else f"{fit.usd_per_hour:.2f}",
            }
            for fit in found.fits
        ],
        hide_index=True,
        height="content",
    )
    for change in found.changes_to_fit:
        told = say(
            "sizing.change",
            change=change.change,
            memory=change.memory_gib,
            card=catalog.market.gpus[change.gpu].label,
            probability=_percent(change.probability),
            costs=change.costs,
        )
        st.write(look.plain(told))


def _percent(probability: float) -> str:
    """Write a probability; an estimate is never certain."""
    if 0.01 <= probability <= 0.99:
        return f"{probability:.0%}"
    return say("sizing.under_1" if probability < 0.01 else "sizing.over_99")
