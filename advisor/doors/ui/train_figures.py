"""Loss curves in, one Plotly figure out, and a sentence that says the same to those who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.train.curves import JobCurves
from advisor.wording import say

# Told apart by dash as well as by colour, for print and for those who do not see the colours.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
COLOURS = ("#27496d", "#b45309", "#0f766e", "#b4236f", "#6b7280")
COLOURS_DARK = ("#9cc1ea", "#f4b676", "#5ec9b8", "#f09ac4", "#a9adb5")


def loss_figure(runs: Mapping[str, JobCurves], *, dark: bool = False) -> Any:
    """Draw training loss as a thin line and the loss on held-out rows as marks, one colour a run."""
    import plotly.graph_objects as go

    figure = go.Figure()
    colours = COLOURS_DARK if dark else COLOURS
    for place, (name, curves) in enumerate(runs.items()):
        colour, dash = colours[place % len(colours)], DASHES[place % len(DASHES)]
        figure.add_scatter(
            **_points(curves.loss),
            name=say("train_figures.training_of", name=name),
            mode="lines",
            line={"color": colour, "dash": dash, "width": 1.5},
            hovertemplate=say("train_figures.loss_at_step"),
        )
        figure.add_scatter(
            **_points(curves.eval_loss),
            name=say("train_figures.held_out_of", name=name),
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.5},
            marker={"size": 8},
            hovertemplate=say("train_figures.held_out_at_step"),
        )
    figure.update_layout(
        height=380,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        legend={"orientation": "h", "y": -0.2},
        xaxis={"title": say("train_figures.optimizer_step"), "rangemode": "tozero", "tickformat": "d"},
        yaxis={"title": say("train_figures.loss")},
    )
    return figure


def _points(points: list[tuple[int, float]]) -> dict[str, list[float]]:
    return {"x": [step for step, _ in points], "y": [loss for _, loss in points]}


def in_words(name: str, curves: JobCurves) -> str:
    """Describe a run's first, best and latest losses."""
    if not curves.eval_loss:
        first, last = curves.loss[0][1], curves.loss[-1][1]
        return say("train_figures.training_in_words", name=name, first=first, last=last)
    best_step, best = min(curves.eval_loss, key=lambda point: point[1])
    first = curves.eval_loss[0][1]
    return say("train_figures.held_out_in_words", name=name, first=first, best=best, step=best_step)
