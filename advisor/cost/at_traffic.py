"""What a month costs at another traffic: a projection in, each strategy's month out, and which is cheapest."""

from __future__ import annotations

from advisor.catalog import Record
from advisor.cost.records import CostProjection, TrafficCrossing


class Month(Record):
    """A month at one traffic, what is paid once spread over the horizon."""

    requests_per_day: float
    """Traffic, in requests a day."""
    costs: dict[str, float]
    """By strategy, in the projection's currency; without those whose price is unknown."""
    cheapest: str
    """The strategy that costs least; empty where no price is known."""


def traffics(projection: CostProjection) -> tuple[float, ...]:
    """Return the traffics that the projection knows, from little to much."""
    return projection.traffic.requests_per_day


def present(projection: CostProjection) -> float:
    """Return the known traffic nearest to the workload's own, by ratio."""
    own = max(projection.requests_per_month * 12 / 365, 1e-9)
    return min(traffics(projection), key=lambda known: max(known, own) / max(min(known, own), 1e-9))


def month_at(projection: CostProjection, requests_per_day: float, *, people: bool = True) -> Month:
    """Return the month at one of the `traffics`; with people's hours unless told otherwise."""
    at = traffics(projection).index(requests_per_day)
    table = projection.traffic.with_people if people else projection.traffic.per_month
    costs = {name: amount for name, values in table.items() if (amount := values[at]) is not None}
    return Month(
        requests_per_day=requests_per_day,
        costs=costs,
        cheapest=min(costs, key=lambda name: costs[name], default=""),
    )


def crossing_between(projection: CostProjection, one: str, other: str) -> TrafficCrossing | None:
    """Return from which traffic on one of two strategies is cheaper; None where the order never changes."""
    pair = {one, other}
    return next((item for item in projection.traffic.crossings if {item.from_, item.to} == pair), None)
