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
from advisor.doors.ui import cost_answer, cost_inputs, cost_tables, cost_words, deciding, look, state
from advisor.doors.ui import cost_figures as figures
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES
from advisor.share.report import summary, words
from advisor.wording import say

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}


def render() -> None:
    """Draw the page: the answer first, then the figures behind it, then everything else."""
    catalog, work = state.catalog(), state.current()
    st.title(say("costs.title"), anchor=False)
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
    names = {name: words.strategy(name, catalog) for name in STRATEGIES}
    advised = tuple(summary.named(deciding.recommendation(work, catalog)))
    with answer:
        cost_answer.show(projection, advised, catalog)
    _summary(projection, names)
    _warnings(projection)
    _traffic(projection, names)
    _cumulative(projection, names, advised)
    cost_tables.strategies(projection, names)
    _components(projection, names)
    _tornado(projection, names, advised[0])
    _break_even(projection, names)
    _models(key, catalog, names, advised[0])
    cost_tables.assumed(projection)


def _drawer(catalog: Catalog) -> None:
    yours = [name for name in cost_inputs.NUMBERS if name in state.current().answers]
    with st.expander(
        say("costs.figures_behind", count=len(yours)), key="cost_drawer", icon=":material/tune:"
    ):
        if yours:
            look.overline(say("costs.yours"))
            shown = state.current().answers
            st.html(look.definition([(cost_inputs.short(name), f"{shown[name]:,.10g}") for name in yours]))
        look.overline(say("costs.all_figures"))
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


def _summary(projection: CostProjection, names: cost_words.Names) -> None:
    known = [name for name in STRATEGIES if projection.strategies[name].per_month.expected is not None]
    ranked = sorted(known, key=lambda name: projection.strategies[name].per_month.expected or 0.0)
    # Side by side where there is room, two and two on a phone.
    box = st.container(horizontal=True)
    for name in ranked:
        cost = projection.strategies[name]
        box.metric(
            names[name],
            _range(cost.per_month),
            width=165,
            help=say(
                "costs.per_month",
                currency=projection.currency,
                low=money(cost.per_month.low),
                high=money(cost.per_month.high),
                people=_range(cost.people.per_month),
            ),
        )
    for name in STRATEGIES:
        because = projection.strategies[name].unknown_because
        if because:
            look.quiet(say("costs.unknown", name=names[name], because=because))
    look.quiet(
        say(
            "costs.rests_on",
            currency=projection.currency,
            requests=projection.requests_per_month,
            model=projection.model,
            day=projection.as_of,
            origin=projection.price_origin,
            route=projection.tuning_route or say("costs.no_route"),
        )
    )


def _range(found: Range) -> str:
    return money(found.expected, low=found.low, high=found.high)


def _traffic(projection: CostProjection, names: cost_words.Names) -> None:
    st.header(say("costs.over_traffic"), anchor=False)
    sentences = cost_words.traffic_sentences(projection)
    people = st.toggle(say("costs.count_hours"), value=True, key="cost_with_people")
    figure = figures.traffic_figure(projection, look.colours(), names, people=people)
    _chart(figure, " ".join(sentences), traffic_table(projection), "traffic")


def _warnings(projection: CostProjection) -> None:
    if projection.warnings:
        listed = "\n".join(f"- {look.plain(warning)}" for warning in projection.warnings)
        with st.expander(
            say("costs.warnings", count=len(projection.warnings)), expanded=True, key="cost_warnings"
        ):
            st.markdown(listed)


def _cumulative(projection: CostProjection, names: cost_words.Names, advised: Sequence[str]) -> None:
    st.header(say("costs.over_time"), anchor=False)
    chosen = st.pills(
        say("costs.strategies"),
        STRATEGIES,
        selection_mode="multi",
        default=advised,
        format_func=lambda name: names[name],
        key="cost_shown",
        label_visibility="collapsed",
    )
    figure = figures.cumulative_figure(projection, look.colours(), names, chosen or STRATEGIES)
    _chart(figure, cost_words.cumulative_text(projection, names), curves_table(projection), "cumulative-cost")


def _chart(figure: Any, text: str, data: pl.DataFrame, name: str) -> None:
    """Draw a chart with its text alternative below and its data to take away."""
    st.plotly_chart(figure, alt=text, config=CONFIG, key=f"chart_{name}")
    with st.container(horizontal=True, gap="medium", key=f"below_{name}"):
        with st.popover(say("costs.in_words"), type="tertiary"):
            st.write(look.plain(text))
        st.download_button(
            say("costs.data_csv"), data=data.write_csv, file_name=f"{name}.csv", mime="text/csv",
            on_click="ignore", type="tertiary", key=f"data_{name}",
        )  # fmt: skip


def _components(projection: CostProjection, names: cost_words.Names) -> None:
    st.header(say("costs.made_of"), anchor=False)
    data, figure = components_table(projection), figures.components_figure(projection, names)
    _chart(figure, cost_words.components_text(projection, names), data, "components")
    with st.expander(say("costs.every_part"), key="cost_formulas"):
        st.dataframe(cost_tables.rounded(data), hide_index=True, alt=say("costs.every_component"))


def _tornado(projection: CostProjection, names: cost_words.Names, first: str) -> None:
    st.header(say("costs.changes_most"), anchor=False)
    chosen = st.segmented_control(
        say("costs.strategy"),
        STRATEGIES,
        default=first,
        format_func=lambda name: names[name],
        key="cost_tornado",
        required=True,
        label_visibility="collapsed",
    )
    strategy = chosen or first
    figure = figures.tornado_figure(projection, strategy, look.colours()[strategy])
    _chart(figure, cost_words.tornado_text(projection, strategy, names), tornado_table(projection), "tornado")


def _break_even(projection: CostProjection, names: cost_words.Names) -> None:
    with st.expander(say("costs.becomes_cheaper"), key="cost_pairs"):
        cost_tables.pairs(projection, names)


def _models(key: str, catalog: Catalog, names: cost_words.Names, first: str) -> None:
    st.header(say("costs.other_models"), anchor=False)
    strategy = st.selectbox(
        say("costs.with"),
        STRATEGIES,
        index=STRATEGIES.index(first),
        format_func=lambda name: names[name],
        key="cost_models_with",
    )
    rows = _compared(key, catalog.sha256, today(), strategy, _Unhashed(catalog))
    wanted = st.pills(
        say("costs.only_models"),
        list(KEEPS),
        selection_mode="multi",
        format_func=lambda name: say(f"costs.keep_{name}"),
        key="cost_models_only",
    )
    kept = _filtered(rows, wanted)
    if not kept:
        look.quiet(say("costs.no_model"))
        return
    _chart(
        figures.pareto_figure(kept, look.colours()["rag"]),
        cost_words.pareto_text(kept),
        models_table(kept),
        "models",
    )
    cost_tables.models(kept)
    look.quiet(say("costs.no_quality"))


KEEPS: dict[str, Callable[[ModelRow], bool]] = {
    "fit": lambda row: row.fits_context is not False and row.fits_latency is not False,
    "tunable": lambda row: row.tunable_by_new_customer,
    "open": lambda row: row.open_weights,
    "lasting": lambda row: row.retires_on is None,
}


def _filtered(rows: Sequence[ModelRow], wanted: Sequence[str]) -> list[ModelRow]:
    return [row for row in rows if all(KEEPS[name](row) for name in wanted)]
