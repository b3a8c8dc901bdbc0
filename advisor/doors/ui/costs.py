"""The Costs page: what each strategy costs for this workload, when one overtakes another, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl
import streamlit as st

from advisor.catalog import Catalog
from advisor.cost import CostProjection, ModelRow, Range, compare_models, project
from advisor.cost.checks import READ
from advisor.cost.rounding import money
from advisor.cost.tables import (
    components_table,
    curves_table,
    models_table,
    tornado_table,
    traffic_table,
)
from advisor.doors.ui import cost_answer, cost_inputs, cost_tables, deciding, look, state
from advisor.doors.ui import cost_figures as figures
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES
from advisor.share.report import summary

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}


def render() -> None:
    """Draw the page: the answer first, then the figures behind it, then everything else."""
    catalog, work = state.catalog(), state.current()
    st.title("What it costs", anchor=False)
    # The answer comes first in the page; what it rests on is read before it can be computed.
    answer = st.container(key="cost_answer")
    _drawer(catalog)
    key = _key(work.answers)
    try:
        projection = _project(key, catalog.sha256, today(), catalog)
    except AdvisorError as error:
        with answer:
            st.error(f"**{look.plain(error.problem)}**  \n{look.plain(error.remedy)}")
        return
    names = tuple(summary.named(deciding.recommendation(work, catalog)))
    with answer:
        cost_answer.show(projection, names, catalog)
    _summary(projection)
    _warnings(projection)
    _traffic(projection)
    _cumulative(projection, names)
    cost_tables.strategies(projection)
    _components(projection)
    _tornado(projection, names[0])
    _break_even(projection)
    _models(key, catalog, names[0])
    cost_tables.assumed(projection)


def _drawer(catalog: Catalog) -> None:
    yours = [name for name in cost_inputs.SHORT if name in state.current().answers]
    label = f"Figures behind it: {len(yours)} are yours, the rest are assumed"
    with st.expander(label, key="cost_drawer", icon=":material/tune:"):
        if yours:
            look.overline("Yours")
            shown = state.current().answers
            st.html(look.definition([(cost_inputs.SHORT[name], f"{shown[name]:,.10g}") for name in yours]))
        look.overline("All figures. Replace what is assumed")
        cost_inputs.show(catalog)


def _key(answers: Any) -> str:
    return json.dumps({name: value for name, value in answers.items() if name in READ}, sort_keys=True)


class _Unhashed:
    """Carries the catalog past the cache's key; its hash is beside it."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unhashed)


def _project(key: str, sha256: str, day: date, catalog: Catalog) -> CostProjection:
    return _projected(key, sha256, day, _Unhashed(catalog))


@lru_cache(maxsize=256)
def _projected(key: str, sha256: str, day: date, book: _Unhashed) -> CostProjection:
    del sha256
    return project(json.loads(key), book.catalog, as_of=day)


@lru_cache(maxsize=256)
def _compared(key: str, sha256: str, day: date, strategy: str, book: _Unhashed) -> tuple[ModelRow, ...]:
    del sha256
    return tuple(compare_models(json.loads(key), book.catalog, as_of=day, strategy=strategy))


def _summary(projection: CostProjection) -> None:
    known = [name for name in STRATEGIES if projection.strategies[name].per_month.expected is not None]
    ranked = sorted(known, key=lambda name: projection.strategies[name].per_month.expected or 0.0)
    # Side by side where there is room, two and two on a phone.
    box = st.container(horizontal=True)
    for name in ranked:
        cost = projection.strategies[name]
        box.metric(
            figures.NAMES[name],
            _range(cost.per_month),
            width=165,
            help=f"{projection.currency} per month; 90 %: {money(cost.per_month.low)} to {money(cost.per_month.high)}. "
            f"People's hours on top: {_range(cost.people.per_month)} a month.",
        )
    for name in STRATEGIES:
        because = projection.strategies[name].unknown_because
        if because:
            look.quiet(f"{figures.NAMES[name]}: unknown. {because}")
    look.quiet(
        f"{projection.currency} per month at first, {projection.requests_per_month:,.0f} requests, {projection.model}, "
        f"prices of {projection.as_of} ({projection.price_origin}); tuned at {projection.tuning_route or 'no open service'}."
    )


def _range(found: Range) -> str:
    return money(found.expected, low=found.low, high=found.high)


def _traffic(projection: CostProjection) -> None:
    st.header("A month over traffic", anchor=False)
    sentences = figures.traffic_sentences(projection)
    people = st.toggle("Count people's hours", value=True, key="cost_with_people")
    figure = figures.traffic_figure(projection, look.colours(), people=people)
    _chart(figure, " ".join(sentences), traffic_table(projection), "traffic")


def _warnings(projection: CostProjection) -> None:
    if projection.warnings:
        listed = "\n".join(f"- {look.plain(warning)}" for warning in projection.warnings)
        with st.expander(f"{len(projection.warnings)} warnings", expanded=True, key="cost_warnings"):
            st.markdown(listed)


def _cumulative(projection: CostProjection, names: Sequence[str]) -> None:
    st.header("Cumulative over time", anchor=False)
    labels = {figures.NAMES[name]: name for name in STRATEGIES}
    chosen = st.pills("Strategies", list(labels), selection_mode="multi", default=[figures.NAMES[name] for name in names], key="cost_shown",
                      label_visibility="collapsed")  # fmt: skip
    shown = [labels[label] for label in chosen] or list(STRATEGIES)
    figure = figures.cumulative_figure(projection, look.colours(), shown)
    _chart(figure, figures.cumulative_text(projection), curves_table(projection), "cumulative-cost")


def _chart(figure: Any, text: str, data: pl.DataFrame, name: str) -> None:
    """Draw a chart with its text alternative below and its data to take away."""
    st.plotly_chart(figure, alt=text, config=CONFIG, key=f"chart_{name}")
    with st.container(horizontal=True, gap="medium", key=f"below_{name}"):
        with st.popover("In words", type="tertiary"):
            st.write(look.plain(text))
        st.download_button(
            "Data (CSV)", data=data.write_csv, file_name=f"{name}.csv", mime="text/csv",
            on_click="ignore", type="tertiary", key=f"data_{name}",
        )  # fmt: skip


def _components(projection: CostProjection) -> None:
    st.header("What it is made of", anchor=False)
    data = components_table(projection)
    _chart(figures.components_figure(projection), figures.components_text(projection), data, "components")
    with st.expander("Every part with its formula", key="cost_formulas"):
        st.dataframe(
            cost_tables.rounded(data), hide_index=True, alt="Every component in USD with its formula"
        )


def _tornado(projection: CostProjection, first: str) -> None:
    st.header("What changes it most", anchor=False)
    labels = {figures.NAMES[name]: name for name in STRATEGIES}
    usual = figures.NAMES[first]
    chosen = st.segmented_control("Strategy", list(labels), default=usual, key="cost_tornado", required=True,
                                  label_visibility="collapsed")  # fmt: skip
    strategy = labels[chosen or usual]
    figure = figures.tornado_figure(projection, strategy, look.colours()[strategy])
    _chart(figure, figures.tornado_text(projection, strategy), tornado_table(projection), "tornado")


def _break_even(projection: CostProjection) -> None:
    with st.expander("When one strategy becomes cheaper than another at this traffic", key="cost_pairs"):
        cost_tables.pairs(projection)


def _models(key: str, catalog: Catalog, first: str) -> None:
    st.header("The same workload on other models", anchor=False)
    labels = {figures.NAMES[name]: name for name in STRATEGIES}
    usual = list(labels).index(figures.NAMES[first])
    chosen = st.selectbox("With", list(labels), index=usual, key="cost_models_with")
    rows = _compared(key, catalog.sha256, today(), labels[chosen or "Prompting"], _Unhashed(catalog))
    wanted = st.pills("Only models that", list(KEEPS),
                      selection_mode="multi", key="cost_models_only")  # fmt: skip
    kept = _filtered(rows, wanted)
    if not kept:
        look.quiet("No model is left.")
        return
    _chart(
        figures.pareto_figure(kept, look.colours()["rag"]),
        figures.pareto_text(kept),
        models_table(kept),
        "models",
    )
    cost_tables.models(kept)
    look.quiet("This picture does not show quality. Measure which cheap model does your task well.")


KEEPS: dict[str, Callable[[ModelRow], bool]] = {
    "fit": lambda row: row.fits_context is not False and row.fits_latency is not False,
    "can be tuned by newcomers": lambda row: row.tunable_by_new_customer,
    "have open weights": lambda row: row.open_weights,
    "have no end announced": lambda row: row.retires_on is None,
}


def _filtered(rows: Sequence[ModelRow], wanted: Sequence[str]) -> list[ModelRow]:
    return [row for row in rows if all(KEEPS[name](row) for name in wanted)]
