"""Cumulative costs in, break-even points out: a month and a number of requests, or never and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import combinations
from typing import Any

from advisor.cost.evaluation import Evaluation
from advisor.cost.price_tables import Plan
from advisor.cost.records import CostProjection, Crossing
from advisor.cost.timeline import DAYS_PER_MONTH
from advisor.cost.workload import served_by
from advisor.errors import AdvisorError, did_you_mean
from advisor.palette import STRATEGIES

LABELS = {
    "prompting": "prompting",
    "few_shot": "few-shot",
    "rag": "retrieval",
    "fine_tuning": "a tuned model",
    "hybrid": "a tuned model with retrieval",
}


def crossings(outcome: Evaluation, plan: Plan, first: Mapping[str, Any]) -> tuple[Crossing, ...]:
    """Find for each pair of strategies when the one that costs more at first overtakes the other."""
    found = []
    for a, b in combinations(STRATEGIES, 2):
        once = {s: float(outcome.cumulative[s][0, 0]) for s in (a, b)}
        if once[a] != once[a] or once[b] != once[b]:
            found.append(_never(a, b, "a price is not known"))
            continue
        rates = {s: float(outcome.rates[s][0]) for s in (a, b)}
        cheap, dear = (a, b) if (once[a], rates[a]) <= (once[b], rates[b]) else (b, a)
        found.append(_crossing(cheap, dear, outcome, plan, first))
    return tuple(found)


def break_even(projection: CostProjection, a: str, b: str) -> Crossing:
    """Give the break-even between two strategies; the order does not matter."""
    for crossing in projection.break_even:
        if {crossing.from_, crossing.to} == {a, b}:
            return crossing
    wrong = next((name for name in (a, b) if name not in STRATEGIES), b)
    raise AdvisorError(
        f"there is no break-even between '{a}' and '{b}'",
        place="strategy",
        remedy=did_you_mean(wrong, STRATEGIES),
    )


def _crossing(cheap: str, dear: str, outcome: Evaluation, plan: Plan, first: Mapping[str, Any]) -> Crossing:
    lead = float(outcome.cumulative[dear][0, 0] - outcome.cumulative[cheap][0, 0])
    together = min(outcome.lived[served_by(cheap)], outcome.lived[served_by(dear)])
    served = 0.0
    for index, span in enumerate(outcome.periods):
        start, end = span.start / DAYS_PER_MONTH, min(span.end / DAYS_PER_MONTH, together)
        length = max(end - start, 0.0)
        saving = float(outcome.rates[cheap][index] - outcome.rates[dear][index])
        if saving > 0 and lead <= saving * length:
            after = lead / saving
            requests = served + outcome.requests[index] * after * DAYS_PER_MONTH / span.days
            return _at(cheap, dear, start + after, float(requests), outcome)
        lead -= saving * length
        served += float(outcome.requests[index]) * length * DAYS_PER_MONTH / span.days
    return _beyond(cheap, dear, lead, together, served, outcome, plan, first)


def _beyond(
    cheap: str,
    dear: str,
    lead: float,
    together: float,
    served: float,
    outcome: Evaluation,
    plan: Plan,
    first: Mapping[str, Any],
) -> Crossing:
    saving = float(outcome.rates[cheap][-1] - outcome.rates[dear][-1])
    if saving <= 0:
        return _never(cheap, dear, _why_no_saving(cheap, dear, outcome, first))
    after = together + lead / saving
    for who, name in ((served_by(dear), dear), (served_by(cheap), cheap)):
        end = plan.ends[0 if who == "base" else 1]
        if end is not None and (end - outcome.periods[0].day).days / DAYS_PER_MONTH < after:
            model = plan.offer.model.label if who == "base" else plan.route.label
            reason = (
                f"{model} is shut down on {end}, before {LABELS[name]} would have paid for itself"
                if name == dear
                else (f"{model} is shut down on {end}, before the two would meet")
            )
            return _never(cheap, dear, reason)
    per_month = float(outcome.requests[-1]) * DAYS_PER_MONTH / outcome.periods[-1].days
    return _at(cheap, dear, after, served + per_month * lead / saving, outcome)


def _why_no_saving(cheap: str, dear: str, outcome: Evaluation, first: Mapping[str, Any]) -> str:
    per_request = outcome.per_request[cheap] - outcome.per_request[dear]
    fixed = (
        float(outcome.rates[dear][0])
        - outcome.per_request[dear]
        - (float(outcome.rates[cheap][0]) - outcome.per_request[cheap])
    )
    requests = first["requests_per_month"]
    if requests == 0:
        return "there are no requests to save on"
    each = abs(per_request) / requests * 1000
    if per_request <= 0:
        return (
            f"each 1,000 requests cost {each:.4g} USD more with {LABELS[dear]} than with {LABELS[cheap]}: "
            "what it saves in the prompt is less than what its tokens and its own steps cost more"
            if per_request < 0
            else f"a request costs the same with {LABELS[dear]} as with {LABELS[cheap]}"
        )
    return (
        f"{LABELS[dear]} saves {per_request:,.2f} USD a month on requests, but hosting, retraining and other running "
        f"costs are {fixed:,.2f} USD a month higher"
    )


def _at(cheap: str, dear: str, months: float, requests: float, outcome: Evaluation) -> Crossing:
    start = outcome.periods[0].day
    try:
        day = start + timedelta(days=months * DAYS_PER_MONTH)
    except OverflowError:
        return _never(cheap, dear, f"it would take {months:.3g} months")
    return Crossing(from_=cheap, to=dear, months=months, requests=requests, day=day, never_because=None)


def _never(cheap: str, dear: str, because: str) -> Crossing:
    return Crossing(from_=cheap, to=dear, months=None, requests=None, day=None, never_because=because)
