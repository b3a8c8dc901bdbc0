"""Cumulative costs in, break-even points out: a month and a number of requests, or never and why."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from math import isclose, isnan
from typing import NamedTuple

from advisor.cost.costed_draws import CostedDraws
from advisor.cost.quantities import served_by
from advisor.cost.records import CostProjection, Crossing
from advisor.cost.resolving import Resolved
from advisor.cost.timeline import DAYS_PER_MONTH
from advisor.errors import AdvisorError, did_you_mean
from advisor.palette import STRATEGIES

LABELS = {
    "prompting": "prompting",
    "few_shot": "few-shot",
    "rag": "retrieval",
    "fine_tuning": "a tuned model",
    "hybrid": "a tuned model with retrieval",
}


class _Pair(NamedTuple):
    """Two strategies on one horizon: the one that costs less at first, and the one that may overtake it."""

    cheap: str
    dear: str
    outcome: CostedDraws
    plan: Resolved

    @property
    def lead(self) -> float:
        """Return the USD that the dearer one costs more before the first request."""
        return float(self.outcome.cumulative[self.dear][0, 0] - self.outcome.cumulative[self.cheap][0, 0])

    @property
    def together(self) -> float:
        """Months that both models live to see."""
        return min(self.outcome.lived[served_by(self.cheap)], self.outcome.lived[served_by(self.dear)])

    def saving(self, period: int) -> float:
        """Return the USD per month that the dearer one saves in a period; negative where it costs more."""
        old, new = (float(self.outcome.rates[strategy][period]) for strategy in (self.cheap, self.dear))
        # Equal costs differ by rounding; without this they would "meet" after a million years.
        return 0.0 if isclose(old, new, rel_tol=1e-9) else old - new

    def requests_per_month(self, period: int) -> float:
        """Requests per month in a period."""
        return float(self.outcome.requests[period]) * DAYS_PER_MONTH / self.outcome.periods[period].days

    def end(self, strategy: str) -> date | None:
        """The day on which a strategy's model stops."""
        return self.plan.ends[0 if served_by(strategy) == "base" else 1]

    def label(self, strategy: str) -> str:
        """The model that a strategy runs on, for people."""
        return self.plan.offer.model.label if served_by(strategy) == "base" else self.plan.route.label


def crossings(outcome: CostedDraws, plan: Resolved) -> tuple[Crossing, ...]:
    """Find for each pair of strategies when the one that costs more at first overtakes the other."""
    return tuple(_between(a, b, outcome, plan) for a, b in combinations(STRATEGIES, 2))


def _between(a: str, b: str, outcome: CostedDraws, plan: Resolved) -> Crossing:
    starts = {s: (float(outcome.cumulative[s][0, 0]), float(outcome.rates[s][0])) for s in (a, b)}
    cheap, dear = (a, b) if starts[a] <= starts[b] else (b, a)
    pair = _Pair(cheap, dear, outcome, plan)
    if any(isnan(number) for start in starts.values() for number in start):
        return _never(pair, plan.refused or "a price is not known")
    return _crossing(pair)


def break_even(projection: CostProjection, a: str, b: str) -> Crossing:
    """Return the break-even between two strategies; the order does not matter."""
    for crossing in projection.break_even:
        if {crossing.from_, crossing.to} == {a, b}:
            return crossing
    wrong = next((name for name in (a, b) if name not in STRATEGIES), b)
    raise AdvisorError(
        f"there is no break-even between '{a}' and '{b}'",
        place="strategy",
        remedy=did_you_mean(wrong, STRATEGIES),
    )


def _crossing(pair: _Pair) -> Crossing:
    lead, served = pair.lead, 0.0
    for index, span in enumerate(pair.outcome.periods):
        start = span.start / DAYS_PER_MONTH
        length = max(min(span.end / DAYS_PER_MONTH, pair.together) - start, 0.0)
        saving, per_month = pair.saving(index), pair.requests_per_month(index)
        if saving > 0 and lead <= saving * length:
            return _at(pair, start + lead / saving, served + per_month * lead / saving)
        lead -= saving * length
        served += per_month * length
    return _beyond(pair, lead, served)


def _beyond(pair: _Pair, lead: float, served: float) -> Crossing:
    # Past the horizon the last period goes on, but no model outlives its retirement.
    last = len(pair.outcome.periods) - 1
    saving = pair.saving(last)
    if saving <= 0:
        return _never(pair, _why_no_saving(pair))
    after = pair.together + lead / saving
    for strategy in (pair.dear, pair.cheap):
        end = pair.end(strategy)
        if end is not None and (end - pair.outcome.periods[0].day).days / DAYS_PER_MONTH < after:
            return _never(
                pair,
                f"{pair.label(strategy)} is shut down on {end}; {LABELS[pair.dear]} would need {after:,.1f} months",
            )
    return _at(pair, after, served + pair.requests_per_month(last) * lead / saving)


def _why_no_saving(pair: _Pair) -> str:
    rates, requests = pair.outcome.rates, pair.outcome.per_request
    saved = requests[pair.cheap] - requests[pair.dear]
    fixed = float(rates[pair.dear][0] - rates[pair.cheap][0]) + saved
    each = abs(saved) / pair.requests_per_month(0) * 1000 if pair.requests_per_month(0) else 0.0
    new, old = LABELS[pair.dear], LABELS[pair.cheap]
    if pair.requests_per_month(0) == 0:
        return "there are no requests to save on"
    if isclose(requests[pair.cheap], requests[pair.dear], rel_tol=1e-9):
        return f"a request costs the same with {new} as with {old}"
    if saved < 0:
        return (
            f"1,000 requests cost {each:.4g} USD more with {new} than with {old}: "
            f"the tokens that {new} adds, and any higher price per token, cost more than it saves"
        )
    return (
        f"{new} saves {saved:,.2f} USD a month on requests, but its hosting and other fixed costs "
        f"are {fixed:,.2f} USD a month higher"
    )


def _at(pair: _Pair, months: float, requests: float) -> Crossing:
    start = pair.outcome.periods[0].day
    try:
        day = start + timedelta(days=months * DAYS_PER_MONTH)
    except OverflowError:
        return _never(pair, f"it would take {months:.3g} months")
    return Crossing(
        from_=pair.cheap, to=pair.dear, months=months, requests=requests, day=day, never_because=None
    )


def _never(pair: _Pair, because: str) -> Crossing:
    return Crossing(
        from_=pair.cheap, to=pair.dear, months=None, requests=None, day=None, never_because=because
    )
