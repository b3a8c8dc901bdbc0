"""Projections in, Plotly figures out, each with a sentence that says the same to those who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from advisor.cost import CostProjection, ModelRow, Swing
from advisor.doors.ui.cost_words import Names, largest, short
from advisor.palette import STRATEGIES
from advisor.wording import say

# Told apart by dash as well as by colour, for print and for those who do not see the colours.
DASHES = {
    "prompting": "solid",
    "few_shot": "dash",
    "rag": "dot",
    "fine_tuning": "dashdot",
    "hybrid": "longdash",
}
# No colour of a strategy stands for a part, and each part keeps its own whatever else is shown.
SHADES = {
    "instructions": "#27496d",
    "examples in the prompt": "#5b7fa6",
    "knowledge in the prompt": "#8fb0d0",
    "query": "#c2a83e",
    "retrieved context": "#8a7a2d",
    "output": "#5d5a88",
    "query embedding": "#8d86b8",
    "reranking": "#7a4f2b",
    "vector store": "#a67c52",
    "re-embedding": "#d0b18f",
    "hosting": "#4c6b4f",
    "retraining": "#86a788",
}
OTHER_SHADE = "#9aa1ad"


def cumulative_figure(
    projection: CostProjection, colours: Mapping[str, str], names: Names, shown: Sequence[str] = STRATEGIES
) -> Any:
    """Draw what each strategy has cost by each month, with its band and the break-even points."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for name in shown:
        curve = projection.curves[name]
        figure.add_traces(_band(curve, colours[name], name))
        figure.add_scatter(
            x=curve.months, y=curve.expected, name=names[name], mode="lines", legendgroup=name,
            line={"color": colours[name], "dash": DASHES[name], "width": 2.5},
            hovertemplate=say("cost_figures.paid_after", currency=projection.currency),
        )  # fmt: skip
    _mark_break_even(figure, projection, names, shown)
    _mark_ends(figure, projection, shown)
    paid = say("cost_figures.paid_so_far", currency=projection.currency)
    _axes(figure, say("cost_figures.months_from_today"), paid)
    return figure


def _band(curve: Any, colour: str, name: str) -> list[Any]:
    import plotly.graph_objects as go

    options = {
        "mode": "lines",
        "line": {"width": 0},
        "showlegend": False,
        "hoverinfo": "skip",
        "legendgroup": name,
    }
    return [
        go.Scatter(x=curve.months, y=curve.low, **options),
        go.Scatter(x=curve.months, y=curve.high, fill="tonexty", fillcolor=_faded(colour), **options),
    ]


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"


def _mark_break_even(figure: Any, projection: CostProjection, names: Names, shown: Sequence[str]) -> None:
    marks = [
        crossing
        for crossing in projection.break_even
        if crossing.months is not None and crossing.from_ in shown and crossing.to in shown
        and 0 < crossing.months <= projection.horizon_months
    ]  # fmt: skip
    if not marks:
        return
    figure.add_scatter(
        x=[mark.months for mark in marks],
        y=[_height(projection, mark.to, mark.months or 0.0) for mark in marks],
        text=[
            say("cost_figures.overtakes_on", to=names[mark.to], first=names[mark.from_], day=mark.day)
            for mark in marks
        ],
        mode="markers",
        name=say("cost_figures.break_even"),
        marker={"symbol": "x", "size": 11, "color": "#6b7280", "line": {"width": 1}},
        hovertemplate="%{text}<extra></extra>",
    )


def _height(projection: CostProjection, strategy: str, month: float) -> float:
    import numpy as np

    curve = projection.curves[strategy]
    return float(np.interp(month, curve.months, curve.expected))


def _mark_ends(figure: Any, projection: CostProjection, shown: Sequence[str]) -> None:
    ends = {projection.strategies[name].ends_on: projection.curves[name].months[-1:] for name in shown}
    for day, month in ends.items():
        if day is not None and month:
            shut = say("cost_figures.shut_down", day=day)
            figure.add_vline(x=month[0], line_dash="dot", line_color="#8a8f98", annotation_text=shut)


def components_figure(projection: CostProjection, names: Names) -> Any:
    """Draw what the running cost of each strategy is made of."""
    import plotly.graph_objects as go

    parts: dict[str, dict[str, float]] = {}
    for name in STRATEGIES:
        for item in projection.strategies[name].components:
            if item.usd_per_month:
                parts.setdefault(item.name, {})[name] = item.usd_per_month * projection.currency_rate
    figure = go.Figure()
    for part, values in parts.items():
        figure.add_bar(
            y=[names[name] for name in STRATEGIES], x=[values.get(name, 0.0) for name in STRATEGIES], name=part, orientation="h",
            marker={"color": SHADES.get(part, OTHER_SHADE)},
            hovertemplate="%{x:,.2f} " + projection.currency + f" {part}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    _axes(figure, say("cost_figures.per_month", currency=projection.currency), "")
    figure.update_yaxes(autorange="reversed")
    return figure


def tornado_figure(projection: CostProjection, strategy: str, colour: str) -> Any:
    """Draw what the range of each number does to one strategy's total."""
    import plotly.graph_objects as go

    centre = projection.strategies[strategy].total.expected or 0.0
    swings = largest(projection, strategy)
    figure = go.Figure()
    ends = ((0, 0.45, say("cost_figures.low_end")), (1, 0.95, say("cost_figures.high_end")))
    for end, opacity, label in ends:
        figure.add_bar(
            y=[_wrapped(swing) for swing in swings], base=centre, orientation="h", name=label, opacity=opacity,
            x=[swing.totals[strategy][end] - centre for swing in swings], marker={"color": colour},
            customdata=[[(swing.low, swing.high)[end], swing.totals[strategy][end]] for swing in swings],
            hovertemplate="%{customdata[0]:,.4g} → %{customdata[1]:,.0f} " + projection.currency + "<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="overlay")
    figure.add_vline(x=centre, line_color="#8a8f98")
    total = say("cost_figures.over_months", currency=projection.currency, months=projection.horizon_months)
    _axes(figure, total, "")
    figure.update_xaxes(nticks=5, tickangle=0)
    figure.update_yaxes(autorange="reversed")
    return figure


def _wrapped(swing: Swing) -> str:
    # Two lines leave the bars room on a phone.
    return "<br>".join(wrap(short(swing), 24))


def pareto_figure(rows: Sequence[ModelRow], accent: str) -> Any:
    """Draw models by cost and latency; those that nothing beats in both are joined."""
    import plotly.graph_objects as go

    figure = go.Figure()
    priced = [row for row in rows if row.usd_per_month]
    for front, symbol, colour in ((False, "circle", "#8a8f98"), (True, "diamond", accent)):
        chosen = sorted((row for row in priced if row.on_front == front), key=lambda row: row.p95_ms)
        figure.add_scatter(
            x=[row.usd_per_month for row in chosen], y=[row.p95_ms for row in chosen],
            text=[row.label for row in chosen], name=say("cost_figures.on_front" if front else "cost_figures.others"),
            mode="lines+markers" if front else "markers",
            marker={"symbol": symbol, "size": 12 if front else 8, "color": colour}, line={"color": colour, "width": 1},
            hovertemplate=say("cost_figures.model_hover") + "<extra></extra>",
        )  # fmt: skip
    _axes(figure, say("cost_figures.usd_logarithmic"), say("cost_figures.whole_answer_p95"))
    figure.update_xaxes(type="log")
    return figure


def _axes(figure: Any, x: str, y: str) -> None:
    figure.update_layout(
        xaxis_title=x, yaxis_title=y, margin={"l": 10, "r": 10, "t": 10, "b": 10}, height=420,
        # Anchored at its foot above the chart, so that a legend of many lines grows away from it.
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}, hovermode="closest",
    )  # fmt: skip
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True, rangemode="tozero")


def traffic_figure(
    projection: CostProjection, colours: Mapping[str, str], names: Names, *, people: bool
) -> Any:
    """Draw what a month costs over traffic, one-time costs spread over the horizon, with the present traffic marked."""
    import plotly.graph_objects as go

    found, figure = projection.traffic, go.Figure()
    table = found.with_people if people else found.per_month
    for name in STRATEGIES:
        figure.add_scatter(
            x=found.requests_per_day, y=table[name], name=names[name], mode="lines",
            line={"color": colours[name], "dash": DASHES[name], "width": 2.5},
            hovertemplate=say("cost_figures.traffic_hover", currency=projection.currency),
        )  # fmt: skip
    present = projection.requests_per_month * 12 / 365
    if present:
        yours = say("cost_figures.your_traffic")
        figure.add_vline(x=present, line_dash="dot", line_color="#8a8f98", annotation_text=yours)
    month = say("cost_figures.month_with_once", currency=projection.currency)
    _axes(figure, say("cost_figures.requests_a_day"), month)
    figure.update_xaxes(type="log")
    figure.update_yaxes(type="log", rangemode="normal")
    return figure
