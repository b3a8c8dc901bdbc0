"""What a projection of cost holds; printed as JSON and drawn as charts."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from advisor.catalog.records import Record
from advisor.cost.latency import Latency


class Range(Record):
    """A figure with its 90 per cent interval."""

    low: float | None
    """5th percentile of the draws."""
    expected: float | None
    """With every number at its expected value; null where a price is unknown."""
    high: float | None
    """95th percentile of the draws."""


class CostComponent(Record):
    """One thing that a strategy pays for."""

    name: str
    """Name of the component."""
    kind: Literal["per_request", "monthly", "one_time"]
    """When it is due."""
    usd_per_month: float | None
    """USD per month; 0 for what is paid once."""
    usd_once: float | None
    """USD paid once; 0 for what recurs."""
    formula: str
    """The calculation with its numbers, in USD."""


class People(Record):
    """What the team's own hours cost, apart from what vendors bill."""

    usd_per_hour: float
    """Cost of an hour, in USD; 0 leaves people out."""
    per_month: Range
    """Cost of the hours for upkeep, a month."""
    one_time: Range
    """Work until it is in use."""
    components: tuple[CostComponent, ...]
    """The hours behind it, in USD."""


class StrategyCost(Record):
    """What one strategy costs: what vendors bill, and people's hours apart."""

    per_day: float | None
    """Running cost per day in the first month."""
    per_month: Range
    """Running cost per month, in the first month."""
    per_1k_requests: float | None
    """Running cost per 1,000 requests; null without requests."""
    one_time: float | None
    """Paid once, before the first request."""
    total: Range
    """Over the horizon, or until the model ends."""
    people: People
    """People's hours, in none of the figures above."""
    total_with_people: Range
    """The total and people's hours over the same time."""
    unknown_because: str = ""
    """Why figures are null, where they are."""
    months_counted: float = 0.0
    """Months that the total covers: the horizon, or fewer where the model ends before."""
    ends_on: date | None
    """The day inside the horizon on which its model stops, if any."""
    cache_hit: float
    """Share of requests whose prefix the cache serves."""
    prompt_tokens: float
    """Tokens of one prompt."""
    components: tuple[CostComponent, ...]
    """What makes it up, in USD; the recurring ones add to per_month, those paid once to one_time."""
    latency_ms: Latency
    """How long an answer takes."""


class Crossing(Record):
    """When one strategy becomes cheaper in sum than another."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    """The strategy that costs less at first."""
    to: str
    """The strategy that overtakes it."""
    months: float | None
    """Months until then; null: never."""
    requests: float | None
    """Requests served until then; null: never."""
    day: date | None
    """The day; null: never."""
    never_because: str | None
    """Why it never happens."""


class Curve(Record):
    """Cumulative cost of a strategy; empty where a price is unknown."""

    months: tuple[float, ...]
    """Months from the start; prices or growth change at each."""
    low: tuple[float, ...]
    """5th percentile at each month."""
    expected: tuple[float, ...]
    """Expected value at each month."""
    high: tuple[float, ...]
    """95th percentile at each month."""


class Swing(Record):
    """What one number's range does to the totals."""

    number: str
    """The fact or parameter."""
    title: str
    """The number's title."""
    low: float
    """Low end of its range."""
    high: float
    """High end of its range."""
    answered: bool
    """Whether it was answered (then moved by a quarter), else assumed."""
    totals: dict[str, tuple[float, float]]
    """Total over the horizon at the low and at the high end, by strategy; without those whose prices are unknown."""


class Assumed(Record):
    """A number that nobody answered."""

    fact: str
    """The fact it stands in for."""
    value: float
    """The assumed value, in the fact's unit."""
    low: float
    """Low end of its range."""
    high: float
    """High end of its range."""
    title: str
    """The number's title."""
    sources: tuple[str, ...]
    """Ids of sources in the bibliography."""


class TrafficCrossing(Record):
    """From which traffic on one strategy is cheaper than another."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    """The strategy that is cheaper below."""
    to: str
    """The strategy that is cheaper above."""
    requests_per_day: float
    """Traffic at which a month costs the same, one-time costs spread over the horizon."""
    with_people: float | None
    """The same with people's hours; null where the order is the same at all traffic."""
    months: float | None
    """Months until the second has paid for itself at the workload's own traffic; null: never, or it leads at once."""
    day: date | None
    """Day on which the second has paid for itself; null: never, or it leads at once."""
    sentence: str
    """The same for people."""


class Traffic(Record):
    """What each strategy costs a month, over traffic; one-time costs spread over the months that the model lives."""

    requests_per_day: tuple[float, ...]
    """Traffic, from little to much."""
    per_month: dict[str, tuple[float | None, ...]]
    """What vendors bill, by strategy; null where a price is unknown."""
    with_people: dict[str, tuple[float | None, ...]]
    """The same with people's hours."""
    crossings: tuple[TrafficCrossing, ...]
    """Each pair of strategies whose order changes with traffic."""


class CostProjection(Record):
    """What each strategy costs for a workload, when one overtakes another, and how sure that is."""

    as_of: date
    """The day of every price."""
    currency: str
    """Of every figure but the components', which are in USD."""
    currency_rate: float
    """What one USD buys."""
    model: str
    """Model that answers, as ``provider:name``."""
    tuning_route: str
    """Where a tune would be trained and served."""
    price_origin: str
    """Where the token prices come from."""
    horizon_months: float
    """How far it reckons."""
    requests_per_month: float
    """In the first month."""
    strategies: dict[str, StrategyCost]
    """Costs by strategy."""
    break_even: tuple[Crossing, ...]
    """Each pair of strategies."""
    traffic: Traffic
    """The same over traffic instead of time."""
    curves: dict[str, Curve]
    """Cumulative cost, by strategy."""
    tornado: tuple[Swing, ...]
    """What moves the totals most, largest first."""
    cheaper: dict[str, dict[str, float]]
    """Probability that the first is cheaper in total than the second."""
    assumed: tuple[Assumed, ...]
    """Unanswered facts, each with the number assumed for it."""
    warnings: tuple[str, ...]
    """What a reader must know before using the figures."""
    draws: int
    """How many draws the intervals rest on."""


def costs_of_version_1(data: Any) -> Any:
    """Return costs as saved by the first version in today's shape.

    Its totals held people's hours and did not show them apart, so they are unknown there; traffic was not computed.
    """
    if not isinstance(data, dict) or not isinstance(data.get("strategies"), dict):
        return data
    nothing = {"low": None, "expected": None, "high": None}
    people = {"usd_per_hour": 0.0, "per_month": nothing, "one_time": nothing, "components": []}
    strategies = {
        name: {"people": people, "total_with_people": cost.get("total"), **cost}
        if isinstance(cost, dict)
        else cost
        for name, cost in data["strategies"].items()
    }
    traffic: dict[str, Any] = {"requests_per_day": [], "per_month": {}, "with_people": {}, "crossings": []}
    return {"traffic": traffic, **data, "strategies": strategies}
