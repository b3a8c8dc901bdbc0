"""The Costs page, run without a browser: fields take effect, mistakes are said, every chart has words and data."""

from __future__ import annotations

import pytest

from advisor.cost import compare_models, project
from advisor.doors.ui import cost_figures, cost_words
from advisor.doors.ui.cost_inputs import _parse
from advisor.palette import STRATEGIES, STRATEGY_COLOURS
from tests.cost.workloads import SUPPORT_BOT

NAMES = {name: f"The name of {name}" for name in STRATEGIES}


def page():
    import streamlit as st

    from advisor.catalog import load_catalog
    from advisor.doors.ui import costs, state

    state.begin("costs", load_catalog())
    costs.render()
    st.write("drawn to the end")


@pytest.fixture
def app(monkeypatch):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("ADVISOR_AS_OF", "2026-11-22")
    test = AppTest.from_function(page, default_timeout=120)
    for name, value in SUPPORT_BOT.items():
        test.query_params[name] = str(value)
    return test


def test_the_page_is_drawn_and_follows_what_is_typed(app):
    app.run()
    assert not app.exception
    assert app.markdown[-1].value == "drawn to the end"
    before = {metric.label: metric.value for metric in app.metric}
    assert before["Prompting"] == "502"
    app.text_input(key="cost_queries_per_day").set_value("200k").run()
    after = {metric.label: metric.value for metric in app.metric}
    assert after["Prompting"] == "1,000"
    assert app.query_params["queries_per_day"] == "200000"


def test_a_mistake_is_said_beside_its_field_and_changes_nothing(app):
    app.run()
    app.text_input(key="cost_queries_per_day").set_value("many").run()
    assert not app.exception
    assert any("not a number" in caption.value for caption in app.caption)
    assert {metric.label: metric.value for metric in app.metric}["Prompting"] == "502"


def test_an_empty_assessment_is_costed_on_assumptions(monkeypatch):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("ADVISOR_AS_OF", "2026-11-22")
    app = AppTest.from_function(page, default_timeout=120).run()
    assert not app.exception
    assert len(app.metric) == 5


@pytest.mark.parametrize(
    ("typed", "value"),
    [("100,000", 100_000), ("100k", 100_000), ("1.5M", 1_500_000), (" 2 000 ", 2000), ("", None), ("0", 0)],
)
def test_numbers_are_read_as_people_type_them(catalog, typed, value):
    assert _parse(typed, catalog.facts["queries_per_day"]) == (value, None)


def test_shares_may_be_typed_as_per_cent_and_are_held_to_their_bounds(catalog):
    assert _parse("5%", catalog.facts["growth_per_month"]) == (0.05, None)
    assert _parse("150%", catalog.facts["cache_hit"])[1]
    assert _parse("nan", catalog.facts["queries_per_day"])[1]


def test_every_chart_says_in_words_what_it_shows(catalog, day):
    projection = project(SUPPORT_BOT, catalog, as_of=day, draws=50)
    rows = compare_models(SUPPORT_BOT, catalog, as_of=day)
    words = cost_words.cumulative_text(projection, NAMES)
    total = projection.strategies["few_shot"].total
    assert f"{total.expected:,.0f} USD" in words
    assert "until 2027-01-14" in words
    assert "retrieved context" in cost_words.components_text(projection, NAMES)
    assert "queries per day" in cost_words.tornado_text(projection, "few_shot", NAMES)
    assert next(row.label for row in rows if row.on_front) in cost_words.pareto_text(rows)


def test_the_charts_hold_the_figures_of_the_projection(catalog, day):
    projection = project(SUPPORT_BOT, catalog, as_of=day, draws=50)
    figure = cost_figures.cumulative_figure(projection, STRATEGY_COLOURS, NAMES)
    lines = {trace.name: trace for trace in figure.data if trace.name in NAMES.values()}
    assert set(lines) == set(NAMES.values())
    assert lines[NAMES["rag"]].y[-1] == projection.strategies["rag"].total.expected
    stacked = cost_figures.components_figure(projection, NAMES)
    assert sum(trace.x[0] for trace in stacked.data) == pytest.approx(
        projection.strategies["prompting"].per_month.expected
    )
    tornado = cost_figures.tornado_figure(projection, "rag", "#0369a1")
    assert len(tornado.data[0].y) == len(tornado.data[1].y) > 3
    pareto = cost_figures.pareto_figure(compare_models(SUPPORT_BOT, catalog, as_of=day), "#0369a1")
    assert sum(len(trace.x) for trace in pareto.data) >= 25
