"""Comparisons in, Plotly figures out, each with a sentence that says the same to those who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.evaluate.records import ArmResult, Evaluation
from advisor.evaluate.verdict import points, signed
from advisor.wording import say

# Plotly shows a curve's name beside its point unless this is empty.
NO_NAME = "<extra></extra>"
SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "star",
    "pentagon",
    "hexagon",
    "x",
    "bowtie",
)


def scores_figure(result: Evaluation, accent: str) -> Any:
    """Draw each arm's score with its interval, the best on top."""
    import plotly.graph_objects as go

    metric = result.verdict.metric
    ranked = sorted(result.arms.items(), key=lambda item: item[1].scores[metric].value)
    told = [one.scores[metric] for _, one in ranked]
    figure = go.Figure()
    figure.add_scatter(
        x=[100 * one.value for one in told], y=[_plain(name) for name, _ in ranked], mode="markers",
        marker={"color": accent, "size": 10},
        error_x={
            "array": [100 * (one.high - one.value) for one in told],
            "arrayminus": [100 * (one.value - one.low) for one in told], "color": accent, "thickness": 1.5,
        },
        hovertemplate="%{y}: %{x:.1f}" + NO_NAME,
    )  # fmt: skip
    _axes(figure, say("evaluate_figures.metric_points", metric=metric), len(ranked))
    figure.update_xaxes(range=[-2, 102])
    return figure


def differences_figure(result: Evaluation, accent: str) -> Any:
    """Draw the paired difference of each pair with its interval, and the margin about zero."""
    import plotly.graph_objects as go

    told = [one for one in result.differences if one.metric == result.verdict.metric][::-1]
    figure = go.Figure()
    margin = 100 * result.verdict.margin
    figure.add_vrect(x0=-margin, x1=margin, fillcolor=accent, opacity=0.1, line_width=0)
    figure.add_vline(x=0, line_color="#8a8f98")
    figure.add_scatter(
        x=[100 * one.difference for one in told], y=[_plain(say("evaluate_figures.difference_of", a=one.a, b=one.b)) for one in told], mode="markers",
        marker={"color": accent, "size": 9},
        error_x={
            "array": [100 * (one.high - one.difference) for one in told],
            "arrayminus": [100 * (one.difference - one.low) for one in told], "color": accent, "thickness": 1.5,
        },
        hovertemplate=say("evaluate_figures.points_difference") + NO_NAME,
    )  # fmt: skip
    _axes(figure, say("evaluate_figures.difference_axis", metric=result.verdict.metric), len(told))
    return figure


def against_figure(result: Evaluation, what: str, accent: str) -> Any | None:
    """Draw quality against cost (``usd_per_1k``) or latency (``seconds_p95``); None where no two arms have it."""
    import plotly.graph_objects as go

    known = _known(result.arms, what)
    if len(known) < 2:
        return None
    metric = result.verdict.metric
    figure = go.Figure()
    for at, (name, one) in enumerate(known.items()):
        score, shipped = one.scores[metric], name == result.verdict.ship
        figure.add_scatter(
            x=[getattr(one, what)], y=[100 * score.value], name=_plain(name), mode="markers", text=[_plain(name)],
            marker={"symbol": SYMBOLS[at % len(SYMBOLS)], "size": 14 if shipped else 9, "color": accent if shipped else "#8a8f98"},
            error_y={"array": [100 * (score.high - score.value)], "arrayminus": [100 * (score.value - score.low)], "thickness": 1},
            hovertemplate=say("evaluate_figures.points_at") + NO_NAME,
        )  # fmt: skip
    figure.update_layout(
        xaxis_title=say(f"evaluate_figures.axis_{what}"), yaxis_title=say("evaluate_figures.metric_points", metric=metric), height=360 + 22 * len(known), showlegend=True,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}, margin={"l": 10, "r": 10, "t": 10, "b": 10},
    )  # fmt: skip
    figure.update_xaxes(rangemode="tozero", automargin=True)
    return figure


def scores_text(result: Evaluation) -> str:
    """Return what each arm reached, as a sentence."""
    metric = result.verdict.metric
    ranked = sorted(result.arms.items(), key=lambda item: -item[1].scores[metric].value)
    parts = [
        say(
            "evaluate_figures.arm_score",
            name=name,
            score=points(one.scores[metric].value),
            low=points(one.scores[metric].low),
            high=points(one.scores[metric].high),
        )
        for name, one in ranked
    ]
    return say("evaluate_figures.scores", metric=metric, arms="; ".join(parts))


def differences_text(result: Evaluation) -> str:
    """Return how the pairs differ, as a sentence."""
    parts = [
        say(
            "evaluate_figures.pair_difference",
            a=one.a,
            b=one.b,
            difference=signed(one.difference),
            low=signed(one.low),
            high=signed(one.high),
            p=one.p_holm,
        )
        for one in result.differences
        if one.metric == result.verdict.metric
    ]
    return say("evaluate_figures.differences", pairs="; ".join(parts))


def against_text(result: Evaluation, what: str) -> str:
    """Return what quality costs or how long it takes, arm by arm, as a sentence."""
    known = _known(result.arms, what)
    parts = [
        say(
            "evaluate_figures.arm_at",
            name=name,
            points=points(one.scores[result.verdict.metric].value),
            value=getattr(one, what),
        )
        for name, one in known.items()
    ]
    unknown = sorted(set(result.arms) - set(known))
    arms = "; ".join(parts) or say("evaluate_figures.no_arm_known")
    told = say(f"evaluate_figures.against_{what}", arms=arms)
    if not (unknown and parts):
        return told
    return f"{told} {say('evaluate_figures.not_known_for', arms=', '.join(unknown))}"


def _plain(name: str) -> str:
    # Plotly reads tags and links in labels; the name of a file must be neither.
    return name.replace("<", "‹").replace(">", "›")


def _known(arms: Mapping[str, ArmResult], what: str) -> dict[str, ArmResult]:
    return {name: one for name, one in arms.items() if getattr(one, what) is not None}


def _axes(figure: Any, x: str, rows: int) -> None:
    figure.update_layout(
        xaxis_title=x, height=120 + 42 * rows, margin={"l": 10, "r": 10, "t": 10, "b": 10}, showlegend=False
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
