"""What the charts of the Costs page show, in words, for those who cannot see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.cost import CostProjection, ModelRow, Swing
from advisor.cost.records import TrafficCrossing
from advisor.cost.rounding import worth
from advisor.palette import STRATEGIES
from advisor.wording import say

Names = Mapping[str, str]
BARS = 8


def cumulative_text(projection: CostProjection, names: Names) -> str:
    """Describe what the curves show."""
    ranked = sorted(STRATEGIES, key=lambda name: projection.strategies[name].total.expected or float("inf"))
    totals = "; ".join(_total_text(projection, name, names[name]) for name in ranked)
    crossed = [
        say("cost_words.overtakes_after", to=names[item.to], first=names[item.from_], months=item.months)
        for item in projection.break_even
        if item.months is not None and 0.05 <= item.months <= projection.horizon_months
    ]
    months = projection.horizon_months
    if not crossed:
        return say("cost_words.cumulative_uncrossed", months=months, totals=totals)
    return say("cost_words.cumulative", months=months, totals=totals, crossed="; ".join(crossed))


def _total_text(projection: CostProjection, name: str, title: str) -> str:
    total, end = projection.strategies[name].total, projection.strategies[name].ends_on
    if total.expected is None or total.low is None or total.high is None:
        return say("cost_words.unknown", name=title)
    values = total.model_dump(include={"expected", "low", "high"})
    told = say("cost_words.total", name=title, currency=projection.currency, **values)
    return say("cost_words.until", total=told, day=end) if end else told


def components_text(projection: CostProjection, names: Names) -> str:
    """Describe what each strategy's running cost is made of."""
    sentences = []
    for name in STRATEGIES:
        parts = sorted(projection.strategies[name].components, key=lambda item: -(item.usd_per_month or 0.0))
        largest = [f"{item.name} {item.usd_per_month or 0:,.2f}" for item in parts if item.usd_per_month][:3]
        sentences.append(f"{names[name]}: {', '.join(largest) or say('cost_words.no_part')}")
    return say("cost_words.largest_parts", parts=". ".join(sentences))


def traffic_sentences(projection: CostProjection) -> list[str]:
    """Describe from which traffic on one strategy is cheaper than another, what needs no training first."""
    crossings = sorted(projection.traffic.crossings, key=lambda item: item.requests_per_day)
    said = [_crossing_text(item, projection) for item in crossings]
    return said or [say("cost_words.same_order")]


def _crossing_text(item: TrafficCrossing, projection: CostProjection) -> str:
    if item.months is None or item.day is None:
        return item.sentence
    present = projection.requests_per_month * 12 / 365
    paid = say("cost_words.paid_itself", traffic=worth(present), months=item.months, day=item.day)
    return f"{item.sentence} {paid}"


def tornado_text(projection: CostProjection, strategy: str, names: Names) -> str:
    """Describe what moves one strategy's total most."""
    parts = [
        say(
            "cost_words.swing",
            what=short(swing),
            low=swing.low,
            high=swing.high,
            least=swing.totals[strategy][0],
            most=swing.totals[strategy][1],
        )
        for swing in largest(projection, strategy)
    ]
    told = "; ".join(parts) or say("cost_words.nothing")
    return say("cost_words.moves_most", name=names[strategy], currency=projection.currency, parts=told)


def pareto_text(rows: Sequence[ModelRow]) -> str:
    """Describe which models nothing beats in both cost and latency."""
    front = [
        say("cost_words.one_model", name=row.label, usd=row.usd_per_month, ms=row.p95_ms)
        for row in rows
        if row.on_front and row.usd_per_month is not None
    ]
    return say("cost_words.unbeaten", count=len(rows), front=", ".join(front))


def largest(projection: CostProjection, strategy: str) -> list[Swing]:
    """Return the numbers whose ranges move the strategy's total most, the largest first."""
    known = [swing for swing in projection.tornado if strategy in swing.totals]
    moved = [swing for swing in known if swing.totals[strategy][0] != swing.totals[strategy][1]]
    return sorted(moved, key=lambda swing: -abs(swing.totals[strategy][1] - swing.totals[strategy][0]))[:BARS]


def short(swing: Swing) -> str:
    """Return what a number is called where there is little room."""
    title = swing.title.partition(",")[0]
    return title if len(title) <= 44 else f"{title[:43]}…"
