"""Cumulative costs as a chart for the interactive report."""

from __future__ import annotations

from typing import Any

from advisor.cost import CostProjection
from advisor.palette import STRATEGY_COLOURS
from advisor.wording import say


def figure(cost: CostProjection) -> Any:
    """Draw the expected cumulative cost of each strategy with its 90 per cent band."""
    import plotly.graph_objects as go

    chart = go.Figure()
    for name, curve in cost.curves.items():
        colour, label = STRATEGY_COLOURS[name], name.replace("_", "-")
        chart.add_scatter(
            x=[*curve.months, *reversed(curve.months)],
            y=[*curve.high, *reversed(curve.low)],
            fill="toself",
            fillcolor=colour,
            opacity=0.12,
            line={"width": 0},
            hoverinfo="skip",
            legendgroup=name,
            showlegend=False,
        )
        chart.add_scatter(
            x=list(curve.months), y=list(curve.expected), name=label, legendgroup=name, line={"color": colour}
        )
    return chart.update_layout(
        template=None,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "#7c8796"},
        xaxis={"title": {"text": say("report_curves.months")}},
        yaxis={"title": {"text": say("report_curves.cumulative_cost", currency=cost.currency)}},
        legend={"orientation": "h", "y": 1.15},
    )
