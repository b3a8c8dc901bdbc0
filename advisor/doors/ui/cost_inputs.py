"""The workload as fields that take effect while one types, and texts whose tokens fill them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from advisor.catalog import Catalog, Fact
from advisor.cost.allowed import route_allowed
from advisor.cost.assumptions import ASSUMED, assumed_parameter
from advisor.cost.tokens import workload_facts
from advisor.doors.ui import look, state
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.scenario.answers import typed_number
from advisor.wording import say

TRAFFIC = ("queries_per_day", "growth_per_month", "horizon_months")
PROMPT = (
    "instruction_tokens",
    "query_tokens",
    "output_tokens",
    "few_shot_examples",
    "tokens_per_example",
    "retrieved_tokens",
)
CACHE = ("cache_hit", "prefix_variants", "peak_factor")
RETRIEVAL = ("knowledge_tokens", "chunk_tokens", "chunk_overlap", "changed_share", "rerank_documents")
TUNING = (
    "labelled_examples",
    "training_examples",
    "epochs",
    "training_runs",
    "retrains_per_year",
    "labelling_usd_per_example",
)
MONEY = ("people_usd_per_hour", "evaluation_examples", "currency_rate")
NUMBERS = TRAFFIC + PROMPT + CACHE + RETRIEVAL + TUNING + MONEY
ANSWER_SEPARATOR = "---"


def show(catalog: Catalog) -> None:
    """Draw every field of the workload; each keystroke counts after a short pause."""
    _model(catalog)
    _fields(TRAFFIC, catalog)
    look.overline(say("cost_inputs.tokens_of_request"))
    _fields(PROMPT, catalog)
    with st.expander(say("cost_inputs.count_tokens"), key="count_texts"):
        _count()
    with st.expander(say("cost_inputs.cache"), key="cache_fields"):
        _fields(CACHE, catalog)
        st.toggle(say("cost_inputs.batch"), value=_answer("batch") is True, key="cost_batch",
                  on_change=lambda: state.answer("batch", st.session_state["cost_batch"] or None))  # fmt: skip
    with st.expander(say("cost_inputs.retrieval"), key="retrieval_fields"):
        market = catalog.market
        _pick("embedding", say("cost_inputs.embedding"), list(market.embeddings), market.defaults.embedding)
        _pick(
            "vector_store",
            say("cost_inputs.vector_store"),
            list(market.vector_stores),
            market.defaults.vector_store,
        )
        _pick("reranker", say("cost_inputs.reranker"), list(market.rerankers), say("cost_inputs.none"))
        _fields(RETRIEVAL, catalog)
    with st.expander(say("cost_inputs.tuning"), key="tuning_fields"):
        cheapest = say("cost_inputs.cheapest_route")
        _pick("tuning_route", say("cost_inputs.tuning_route"), _routes(catalog), cheapest)
        _fields(TUNING, catalog)
    with st.expander(say("cost_inputs.people"), key="people_fields"):
        _pick("currency", say("cost_inputs.currency"), list(catalog.market.currencies), "USD")
        _fields(MONEY, catalog)


def short(name: str) -> str:
    """Return the label of a number's field."""
    return say(f"cost_inputs.short_{name}")


def _answer(name: str) -> Any:
    return state.current().answers.get(name)


def _model(catalog: Catalog) -> None:
    listed = [name for name, model in catalog.market.models.items() if model.shortlist]
    given = _answer("model")
    options = listed if given is None or given in listed else [given, *listed]
    _pick("model", say("cost_inputs.model"), options, catalog.market.defaults.model)


def _routes(catalog: Catalog) -> list[str]:
    """List the ways to tune that today and the answers leave open; what was named before stays."""
    market, answers = catalog.market, state.current().answers
    return [
        name
        for name, route in market.tuning.items()
        if route_allowed(route, answers, market, today()) is not False
    ]


def _pick(name: str, label: str, options: Sequence[str], default: str) -> None:
    key, given = f"cost_{name}", _answer(name)
    shown = [given, *options] if given is not None and given not in options else list(options)
    st.session_state[key] = given
    market = state.catalog().market
    labels = {name: route.label for name, route in market.tuning.items()} if name == "tuning_route" else {}
    st.selectbox(
        label,
        shown,
        key=key,
        format_func=lambda option: f"{labels[option]} ({option})" if option in labels else str(option),
        placeholder=say("cost_inputs.assumed", value=default),
        on_change=lambda: state.answer(name, st.session_state[key]),
    )


def _fields(names: Sequence[str], catalog: Catalog) -> None:
    # Row by row, so that a narrow screen and the tab key keep the order.
    for index in range(0, len(names), 2):
        for column, name in zip(st.columns(2), names[index : index + 2], strict=False):
            with column:
                _field(name, catalog.facts[name], catalog)


def _field(name: str, fact: Fact, catalog: Catalog) -> None:
    key, given = f"cost_{name}", _answer(name)
    # Rewrite the text only where it means something else, or a half-typed "1." would lose its point.
    typed, problem = _parse(st.session_state.get(key, ""), fact)
    if problem is None and typed != given:
        st.session_state[key] = "" if given is None else f"{given:,.10g}"
    st.text_input(
        short(name),
        key=key,
        live=True,
        placeholder=_assumed(name, catalog),
        help=fact.question + (f" {fact.help}" if fact.help else ""),
        on_change=lambda: _take(name, fact, key),
    )
    _, problem = _parse(st.session_state.get(key, ""), fact)
    if problem:
        st.caption(f":red[{look.plain(problem)}]")


def _assumed(name: str, catalog: Catalog) -> str:
    if name == "cache_hit":
        return say("cost_inputs.modelled")
    if name not in ASSUMED:
        return say("cost_inputs.not_counted")
    number = catalog.parameter(assumed_parameter(name, state.current().answers), today()).number
    return say("cost_inputs.assumed", value=f"{number:,.0f}" if number >= 100 else f"{number:,.4g}")


def _take(name: str, fact: Fact, key: str) -> None:
    value, problem = _parse(st.session_state[key], fact)
    if problem is None and value != _answer(name):
        state.answer(name, value)


def _parse(text: str, fact: Fact) -> tuple[float | None, str | None]:
    """Read a number as people type it: 100,000, 100k, 1.5M, hundreds, 5%; say what is wrong with it."""
    bare = text.strip()
    if not bare:
        return None, None
    try:
        value = typed_number(bare.removesuffix("%").strip(), fact, "")
    except AdvisorError:
        return None, say("cost_inputs.no_number")
    value = value / 100 if bare.endswith("%") else value
    low, high = fact.bounds or (float("-inf"), float("inf"))
    if not low <= value <= high:
        return None, say("cost_inputs.between", low=low, high=high)
    return value, None


def _count() -> None:
    """Count pasted texts and fill the token fields with the result."""
    look.quiet(say("cost_inputs.counts_exact"))
    instructions = st.text_area(
        say("cost_inputs.short_instruction_tokens"), key="count_instructions", height=100
    )
    examples = st.text_area(
        say("cost_inputs.examples", separator=ANSWER_SEPARATOR), key="count_examples", height=100
    )
    query = st.text_area(say("cost_inputs.typical_request"), key="count_query", height=70)
    answer = st.text_area(say("cost_inputs.typical_answer"), key="count_answer", height=70)
    uploaded = st.file_uploader(say("cost_inputs.from_file"), type=["txt", "md"], key="count_file")
    if uploaded is not None:
        instructions = _decoded(uploaded)
    shots = [part.strip() for part in examples.split(f"\n{ANSWER_SEPARATOR}") if part.strip()]
    model = _answer("model") or "gpt-4o"
    found = workload_facts(
        state.catalog(), model=model, instructions=instructions, examples=shots, query=query, answer=answer
    )
    if found:
        st.write(", ".join(f"{short(name).lower()} {count:,}" for name, count in found.items()))
    st.button(
        say("cost_inputs.use_counts"),
        key="use_counts",
        disabled=not found,
        on_click=_use,
        args=(dict(found),),
    )


def _decoded(uploaded: Any) -> str:
    try:
        return str(uploaded.getvalue().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise AdvisorError(
            say("cost_inputs.not_utf8"), place=uploaded.name, remedy=say("cost_inputs.save_utf8")
        ) from error


def _use(found: dict[str, int]) -> None:
    for name, count in found.items():
        state.answer(name, float(count))
