"""Which strategy leads where, over two questions that the visitor chooses."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide import DecisionMap, Recommendation
from advisor.doors.ui import deciding, look, state
from advisor.palette import STRATEGIES
from advisor.share.report import words
from advisor.wording import say

DEFAULT_AXES: Final = ("labelled_examples", "knowledge_change")
# On a phone an axis has room for few labels, and each for few characters.
_TICKS: Final = 4
_LINE: Final = 14
_LINES: Final = 2
_MOST_OPTIONS: Final = 12
_SIZES: Final = (("billions", 1e9), ("millions", 1e6), ("thousands", 1e3))


def show(found: Recommendation, catalog: Catalog) -> None:
    """Draw the map and its two selectors; the axes are in the address."""
    axes = tuple(
        name for name, fact in catalog.facts.items() if fact.asked and fact.type not in ("many", "text")
    )
    if len(axes) < 2:
        return
    st.header(say("decision_map.heading"), anchor=False)
    look.quiet(say("decision_map.only_these"))
    left, right = st.columns(2)
    first, second = _defaults(found, axes)
    with left:
        x = _select("x", say("decision_map.across"), axes, first, catalog)
    with right:
        y = _select("y", say("decision_map.upwards"), axes, second if second != x else first, catalog)
    if x == y:
        look.quiet(say("decision_map.choose_different"))
        return
    drawn = deciding.map_of(state.current(), catalog, x, y)
    st.plotly_chart(
        figure(drawn, catalog, state.current().answers),
        config={"displayModeBar": False, "scrollZoom": False},
        alt=reading(drawn, catalog),
        key="map",
    )
    look.quiet(say("decision_map.cross", reading=reading(drawn, catalog)))


def _defaults(found: Recommendation, axes: Sequence[str]) -> tuple[str, str]:
    # The two answers that can turn the advice say most; else two that usually matter.
    telling = [flip.fact for flip in found.flips if flip.fact in axes]
    chosen = list(dict.fromkeys([*telling, *(name for name in DEFAULT_AXES if name in axes), *axes]))
    return chosen[0], chosen[1]


def _select(name: str, label: str, axes: tuple[str, ...], default: str, catalog: Catalog) -> str:
    value = state.page_parameter(name, axes, default)
    key = f"axis_{name}"
    st.session_state[key] = value
    st.selectbox(
        label,
        axes,
        key=key,
        format_func=lambda fact: words.question(fact, catalog),
        on_change=lambda: state.set_page_parameter(name, st.session_state[key]),
    )
    return value


def figure(drawn: DecisionMap, catalog: Catalog, answers: Any) -> Any:
    """Draw the map: colour is the leader, strength is its lead; a cross marks the answers given."""
    import plotly.graph_objects as go

    chart = go.Figure()
    xs, ys = _labels(drawn.x, drawn.x_values, catalog), _labels(drawn.y, drawn.y_values, catalog)
    for name, colour in look.colours().items():
        lead = [
            [0.2 + 0.8 * chance if first == name else None for first, chance in zip(*row, strict=True)]
            for row in zip(drawn.first, drawn.probability, strict=True)
        ]
        if any(cell is not None for row in lead for cell in row):
            chart.add_trace(_layer(lead, colour, words.strategy(name, catalog), (xs, ys)))
            chart.add_trace(_legend_entry(words.strategy(name, catalog), colour))
    _mark_answers(chart, drawn, answers)
    return chart.update_layout(**_layout(drawn, catalog))


def _layer(lead: Any, colour: str, name: str, labels: tuple[list[str], list[str]]) -> Any:
    import plotly.graph_objects as go

    xs, ys = labels
    leads = say("decision_map.leads", strategy=name)
    text = [[f"{leads}<br>{x}<br>{y}" for x in xs] for y in ys]
    return go.Heatmap(
        z=lead,
        zmin=0,
        zmax=1,
        colorscale=[[0, _faint(colour)], [1, colour]],
        showscale=False,
        text=text,
        hovertemplate="%{text}<extra></extra>",
        # A line between options; amounts run on, so that a phone shows areas and not stripes.
        xgap=int(len(xs) <= _MOST_OPTIONS),
        ygap=int(len(ys) <= _MOST_OPTIONS),
    )


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.12)"


def _legend_entry(name: str, colour: str) -> Any:
    import plotly.graph_objects as go

    marker = {"color": colour, "symbol": "square", "size": 12}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=marker, name=name)


def _mark_answers(chart: Any, drawn: DecisionMap, answers: Any) -> None:
    here = (_nearest(answers.get(drawn.x), drawn.x_values), _nearest(answers.get(drawn.y), drawn.y_values))
    if None not in here:
        ink = "#ffffff" if look.dark() else "#1d2430"
        chart.add_scatter(
            x=[here[0]],
            y=[here[1]],
            mode="markers",
            name=say("decision_map.your_answers"),
            showlegend=False,
            marker={"symbol": "x-thin", "size": 16, "line": {"width": 3, "color": ink}},
            hoverinfo="skip",
        )


def _nearest(value: Any, values: Sequence[Any]) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, float | int):
        return values.index(value) if value in values else None
    return min(range(len(values)), key=lambda index: abs(values[index] - value))


def _labels(name: str, values: Sequence[Any], catalog: Catalog) -> list[str]:
    return [words.answer(value, catalog.facts[name]) for value in values]


def _layout(drawn: DecisionMap, catalog: Catalog) -> dict[str, Any]:
    ink = "#e8e6e0" if look.dark() else "#1d2430"
    return {
        "height": 430,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": ink, "size": 13},
        # Anchored at its foot, so that a legend of many lines grows away from the map.
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "xaxis": _axis(drawn.x, drawn.x_values, catalog, ink),
        "yaxis": _axis(drawn.y, drawn.y_values, catalog, ink),
        "dragmode": False,
    }


def _axis(name: str, values: Sequence[Any], catalog: Catalog, ink: str) -> dict[str, Any]:
    """Label every option, or a few amounts; the question itself is in the field above the map."""
    fact, last = catalog.facts[name], len(values) - 1
    amounts = fact.type == "number"
    ticks = [round(last * place / (_TICKS - 1)) for place in range(_TICKS)] if amounts else range(last + 1)
    return {
        "title": {"text": fact.unit, "font": {"color": ink}},
        "tickvals": list(ticks),
        "ticktext": [
            _amount(values[index]) if amounts else _short(words.answer(values[index], fact))
            for index in ticks
        ],
        "autotickangles": [0, 90],
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"color": ink},
        "automargin": True,
        "fixedrange": True,
        "range": [-0.5, last + 0.5],
    }


def _amount(value: float) -> str:
    for name, size in _SIZES:
        if value >= size:
            return say(f"decision_map.in_{name}", number=value / size)
    return f"{value:.3g}"


def _short(label: str) -> str:
    return "<br>".join(wrap(label, _LINE, max_lines=_LINES, placeholder="…"))


def reading(drawn: DecisionMap, catalog: Catalog) -> str:
    """Describe in words how much of the map each strategy leads."""
    cells = [first for row in drawn.first for first in row]
    told = words.percents({name: cells.count(name) / len(cells) for name in STRATEGIES if name in cells})
    parts = [
        say(
            "decision_map.leads_on",
            strategy=words.strategy(name, catalog),
            share=told[name],
        )
        for name in STRATEGIES
        if name in told
    ]
    return "; ".join(parts) + "."
