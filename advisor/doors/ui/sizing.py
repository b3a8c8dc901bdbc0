"""The Sizing page: one training run in a few choices; parameters, memory by parts, cards and changes beside them."""

from __future__ import annotations

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

METHODS = {"LoRA": "lora", "QLoRA, base in 4 bits": "qlora", "DoRA": "dora", "All weights": "full"}
LOSSES = {"In chunks, as TRL does": "chunked", "All logits at once": "plain", "Fused kernel": "fused"}
OPTIMIZERS = {"AdamW": "adamw", "AdamW, 8 bits": "adamw-8bit", "AdamW, 8 bits, paged": "paged-adamw-8bit"}


def render() -> None:
    """Draw the page."""
    st.title("How large is the run?", anchor=False)
    look.quiet(
        "Memory is computed from the architecture and shown as a range. Nothing is downloaded or started."
    )
    catalog = state.catalog()
    left, right = st.columns([1, 1.7], gap="large")
    with left:
        model = st.selectbox("Base model", list(catalog.models), index=_first(catalog), key="size_model")
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
            dataset.next_step("train", "Next: plan the run with these settings")
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
    method = METHODS[st.selectbox("What trains", list(METHODS), key="size_method")]
    rank = st.select_slider("Rank", [4, 8, 16, 32, 64, 128], 16, key="size_rank", disabled=method == "full")
    seq_len = st.number_input("Tokens in a row", 64, 131_072, 2048, step=64, key="size_length")
    batch = st.number_input("Rows at once", 1, 256, 2, key="size_batch")
    optimizer = OPTIMIZERS[st.selectbox("Optimizer", list(OPTIMIZERS), key="size_optimizer")]
    program = st.selectbox("Program", ["not named", *PROGRAMS], key="size_program")
    loss = LOSSES[st.selectbox("Loss", list(LOSSES), key="size_loss")]
    checkpointing = st.checkbox(
        "Checkpointing: slower, far fewer activations", value=True, key="size_checkpointing"
    )
    card = st.selectbox("Card", ["the cheapest that fits", *catalog.market.gpus], key="size_card")
    tokens = st.number_input("Training tokens, in thousands", 1, 10_000_000, 1000, key="size_tokens")
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


def _answer(found: Estimate, catalog: Catalog) -> None:
    for doubt in found.doubts:
        st.warning(look.plain(doubt))
    memory = found.memory_gib
    peak = Span(low=memory.low, expected=memory.expected, high=memory.high, unit="gib")
    terms = [
        ("Trained", f"{found.trainable_parameters:,} parameters, {found.trainable_share:.2%} of all"),
        ("Memory at its peak", f"{span_text(peak)}, reached in the {memory.phase} phase"),
    ]
    if found.seconds_span is not None and found.gpu is not None:
        money = f", {span_text(found.usd)}" if found.usd else ""
        terms.append(
            (f"On {catalog.market.gpus[found.gpu].label}", f"{span_text(found.seconds_span)}{money}")
        )
    st.html(look.definition(terms))
    st.header("What is in memory", anchor=False)
    st.html(_bars(memory.parts))
    _cards(found, catalog)
    with st.expander("Assumptions behind the figures"):
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
    return f'<table style="width:100%"><caption style="display:none">Memory by parts</caption>{rows}</table>'


def _cards(found: Estimate, catalog: Catalog) -> None:
    st.header("What it fits on", anchor=False)
    st.dataframe(
        [
            {
                "card": catalog.market.gpus[fit.gpu].label,
                "GiB": f"{fit.memory_gib:g}",
                "fits": _percent(fit.probability),
                "USD an hour": "not known" if fit.usd_per_hour is None else f"{fit.usd_per_hour:.2f}",
            }
            for fit in found.fits
        ],
        hide_index=True,
        height="content",
    )
    for change in found.changes_to_fit:
        label = catalog.market.gpus[change.gpu].label
        text = f"{change.change}: {change.memory_gib:.1f} GiB on {label}, fits with {_percent(change.probability)}."
        st.write(look.plain(f"{text} It costs {change.costs}."))


def _percent(probability: float) -> str:
    """Write a probability; an estimate is never certain."""
    return "under 1 %" if probability < 0.01 else "over 99 %" if probability > 0.99 else f"{probability:.0%}"
