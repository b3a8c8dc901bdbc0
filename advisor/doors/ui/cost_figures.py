"""Projections in, Plotly figures out, each with a sentence that says the same to those who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from advisor.catalog import load_catalog
from advisor.cost import CostProjection, ModelRow, Swing
from advisor.cost.records import TrafficCrossing
from advisor.cost.rounding import worth
from advisor.palette import STRATEGIES

# The names that the rulebook gives them, as on every other page.
NAMES = {name: load_catalog().strategies[name].title for name in STRATEGIES}
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
BARS = 8


def cumulative_figure(
    projection: CostProjection, colours: Mapping[str, str], shown: Sequence[str] = STRATEGIES
) -> Any:
    """Draw what each strategy has cost by each month, with its band and the break-even points."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for name in shown:
        curve = projection.curves[name]
        figure.add_traces(_band(curve, colours[name], name))
        figure.add_scatter(
            x=curve.months, y=curve.expected, name=NAMES[name], mode="lines", legendgroup=name,
            line={"color": colours[name], "dash": DASHES[name], "width": 2.5},
            hovertemplate="%{y:,.0f} " + projection.currency + " after %{x:.1f} months",
        )  # fmt: skip
    _mark_break_even(figure, projection, shown)
    _mark_ends(figure, projection, shown)
    _axes(figure, "months from today", f"paid so far, {projection.currency}")
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


def _mark_break_even(figure: Any, projection: CostProjection, shown: Sequence[str]) -> None:
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
        text=[f"{NAMES[mark.to]} overtakes {NAMES[mark.from_]} on {mark.day}" for mark in marks],
        mode="markers",
        name="break-even",
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
            figure.add_vline(
                x=month[0], line_dash="dot", line_color="#8a8f98", annotation_text=f"shut down {day}"
            )


def components_figure(projection: CostProjection, shown: Sequence[str] = STRATEGIES) -> Any:
    """Draw what the running cost of each strategy is made of."""
    import plotly.graph_objects as go

    parts: dict[str, dict[str, float]] = {}
    for name in shown:
        for item in projection.strategies[name].components:
            if item.usd_per_month:
                parts.setdefault(item.name, {})[name] = item.usd_per_month * projection.currency_rate
    figure = go.Figure()
    for part, values in parts.items():
        figure.add_bar(
            y=[NAMES[name] for name in shown], x=[values.get(name, 0.0) for name in shown], name=part, orientation="h",
            marker={"color": SHADES.get(part, OTHER_SHADE)},
            hovertemplate="%{x:,.2f} " + projection.currency + f" {part}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    _axes(figure, f"{projection.currency} per month", "")
    figure.update_yaxes(autorange="reversed")
    return figure


def tornado_figure(projection: CostProjection, strategy: str, colour: str) -> Any:
    """Draw what the range of each number does to one strategy's total."""
    import plotly.graph_objects as go

    centre = projection.strategies[strategy].total.expected or 0.0
    swings = _largest(projection, strategy)
    figure = go.Figure()
    for end, opacity, label in ((0, 0.45, "at the low end"), (1, 0.95, "at the high end")):
        figure.add_bar(
            y=[_short(swing) for swing in swings], base=centre, orientation="h", name=label, opacity=opacity,
            x=[swing.totals[strategy][end] - centre for swing in swings], marker={"color": colour},
            customdata=[[(swing.low, swing.high)[end], swing.totals[strategy][end]] for swing in swings],
            hovertemplate="%{customdata[0]:,.4g} → %{customdata[1]:,.0f} " + projection.currency + "<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="overlay")
    figure.add_vline(x=centre, line_color="#8a8f98")
    _axes(figure, f"{projection.currency} over {projection.horizon_months:g} months", "")
    figure.update_xaxes(nticks=5, tickangle=0)
    figure.update_yaxes(autorange="reversed")
    return figure


def _largest(projection: CostProjection, strategy: str) -> list[Swing]:
    known = [swing for swing in projection.tornado if strategy in swing.totals]
    moved = [swing for swing in known if swing.totals[strategy][0] != swing.totals[strategy][1]]
    return sorted(moved, key=lambda swing: -abs(swing.totals[strategy][1] - swing.totals[strategy][0]))[:BARS]


def _short(swing: Swing) -> str:
    title = swing.title.split(", where nobody")[0]
    # Two lines leave the bars room on a phone.
    return "<br>".join(wrap(title if len(title) <= 44 else f"{title[:43]}…", 24))


def pareto_figure(rows: Sequence[ModelRow], accent: str) -> Any:
    """Draw models by cost and latency; those that nothing beats in both are joined."""
    import plotly.graph_objects as go

    figure = go.Figure()
    priced = [row for row in rows if row.usd_per_month]
    for front, symbol, colour in ((False, "circle", "#8a8f98"), (True, "diamond", accent)):
        chosen = sorted((row for row in priced if row.on_front == front), key=lambda row: row.p95_ms)
        figure.add_scatter(
            x=[row.usd_per_month for row in chosen], y=[row.p95_ms for row in chosen],
            text=[row.label for row in chosen], name="nothing is cheaper and faster" if front else "others",
            mode="lines+markers" if front else "markers",
            marker={"symbol": symbol, "size": 12 if front else 8, "color": colour}, line={"color": colour, "width": 1},
            hovertemplate="%{text}: %{x:,.0f} USD a month, %{y:,.0f} ms<extra></extra>",
        )  # fmt: skip
    _axes(figure, "USD per month (logarithmic)", "p95 of the whole answer, ms")
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


def cumulative_text(projection: CostProjection) -> str:
    """Describe what the curves show."""
    ranked = sorted(STRATEGIES, key=lambda name: projection.strategies[name].total.expected or float("inf"))
    parts = [_total_text(projection, name) for name in ranked]
    crossed = [
        f"{NAMES[item.to]} overtakes {NAMES[item.from_]} after {item.months:.1f} months"
        for item in projection.break_even
        if item.months is not None and 0.05 <= item.months <= projection.horizon_months
    ]
    return f"Cumulative cost over {projection.horizon_months:g} months. {'; '.join(parts)}. " + (
        f"Break-even: {'; '.join(crossed)}." if crossed else "No strategy overtakes another."
    )


def _total_text(projection: CostProjection, name: str) -> str:
    total, end = projection.strategies[name].total, projection.strategies[name].ends_on
    if total.expected is None or total.low is None or total.high is None:
        return f"{NAMES[name]} unknown"
    until = f" until {end}" if end else ""
    money = f"{total.expected:,.0f} {projection.currency}"
    return f"{NAMES[name]} {money} ({total.low:,.0f} to {total.high:,.0f}){until}"


def components_text(projection: CostProjection) -> str:
    """Describe what each strategy's running cost is made of."""
    sentences = []
    for name in STRATEGIES:
        parts = sorted(projection.strategies[name].components, key=lambda item: -(item.usd_per_month or 0.0))
        largest = [f"{item.name} {item.usd_per_month or 0:,.2f}" for item in parts if item.usd_per_month][:3]
        sentences.append(f"{NAMES[name]}: {', '.join(largest) or 'nothing'}")
    return f"Largest parts of the running cost, USD a month. {'. '.join(sentences)}."


def cheapest(projection: CostProjection) -> str:
    """Return the strategy whose total is least, among those with a known one."""
    known = [name for name in STRATEGIES if projection.strategies[name].total.expected is not None]
    return min(known, key=lambda name: projection.strategies[name].total.expected or 0.0, default="prompting")


def traffic_figure(projection: CostProjection, colours: Mapping[str, str], *, people: bool) -> Any:
    """Draw what a month costs over traffic, one-time costs spread over the horizon, with the present traffic marked."""
    import plotly.graph_objects as go

    found, figure = projection.traffic, go.Figure()
    table = found.with_people if people else found.per_month
    for name in STRATEGIES:
        figure.add_scatter(
            x=found.requests_per_day, y=table[name], name=NAMES[name], mode="lines",
            line={"color": colours[name], "dash": DASHES[name], "width": 2.5},
            hovertemplate="%{y:,.3s} " + projection.currency + " a month at %{x:,.3s} requests a day",
        )  # fmt: skip
    present = projection.requests_per_month * 12 / 365
    if present:
        figure.add_vline(x=present, line_dash="dot", line_color="#8a8f98", annotation_text="your traffic")
    _axes(figure, "requests a day", f"{projection.currency} a month, one-time costs spread over the horizon")
    figure.update_xaxes(type="log")
    figure.update_yaxes(type="log", rangemode="normal")
    return figure


def traffic_sentences(projection: CostProjection) -> list[str]:
    """Describe from which traffic on one strategy is cheaper than another, what needs no training first."""
    crossings = sorted(projection.traffic.crossings, key=lambda item: item.requests_per_day)
    said = [_crossing_text(item, projection) for item in crossings]
    return said or ["The order of costs is the same at any traffic up to 100 million requests a day."]


def _crossing_text(item: TrafficCrossing, projection: CostProjection) -> str:
    if item.months is None or item.day is None:
        return item.sentence
    present = projection.requests_per_month * 12 / 365
    return f"{item.sentence} At your {worth(present)} a day it has paid for itself after {item.months:.1f} months, on {item.day}."


def tornado_text(projection: CostProjection, strategy: str) -> str:
    """Describe what moves one strategy's total most."""
    parts = [
        f"{_short(swing)} from {swing.low:,.4g} to {swing.high:,.4g}: "
        f"{swing.totals[strategy][0]:,.0f} to {swing.totals[strategy][1]:,.0f}"
        for swing in _largest(projection, strategy)
    ]
    return f"What moves the total of {NAMES[strategy]} most, {projection.currency}. {'; '.join(parts) or 'Nothing'}."


def pareto_text(rows: Sequence[ModelRow]) -> str:
    """Describe which models nothing beats in both cost and latency."""
    front = [
        f"{row.label} ({row.usd_per_month:,.0f} USD, {row.p95_ms:,.0f} ms)"
        for row in rows
        if row.on_front and row.usd_per_month is not None
    ]
    return f"{len(rows)} models by cost per month and latency. No other is both cheaper and faster than: {', '.join(front)}."
