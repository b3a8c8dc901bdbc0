"""The one place where the steps meet: a situation in, advice out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from advisor.catalog import Catalog, Record, load_catalog
from advisor.cost import CostProjection, project
from advisor.cost.records import costs_of_version_1
from advisor.decide import decide, hangs_on
from advisor.decide.first_version import of_version_1
from advisor.decide.limits import Limit, limits_of
from advisor.decide.records import Recommendation
from advisor.errors import AdvisorError
from advisor.scenario import Situation


class Advice(Record):
    """Everything a report shows; reads back from its own JSON to the same record."""

    situation: Situation
    """What was asked: title, answers and where they came from."""
    recommendation: Recommendation
    """What to start with, where the evidence points, why, and what would change it."""
    cost: CostProjection | None = None
    """What it costs; null where the workload is not known."""
    cost_unknown_because: str = ""
    """Why there is no cost."""


def in_todays_shape(tree: Any) -> Any:
    """Return saved advice, as parsed from JSON, in the shape of this version; what is no advice comes back as it is."""
    found = tree.get("recommendation") if isinstance(tree, dict) else None
    if isinstance(found, dict) and "try_first" in found:
        return tree | {"recommendation": of_version_1(found), "cost": costs_of_version_1(tree.get("cost"))}
    return tree


def recommend(
    situation: Situation, catalog: Catalog, *, as_of: date, skip: Collection[str] = ()
) -> Recommendation:
    """Decide one situation and hold the strategies against its limits; what misses one is never called clear."""
    found = decide(situation, catalog, as_of=as_of, skip=skip)
    held = limits_of(situation.answers, catalog, as_of=as_of)
    missing = frozenset(name for item in held.limits if item.state == "missed" for name in item.strategies)
    return hold(found, held.limits).model_copy(
        update={
            "alternatives": held.alternatives,
            "hangs_on": hangs_on(situation.answers, catalog, as_of=as_of, missing=missing),
        }
    )


def hold(found: Recommendation, limits: tuple[Limit, ...]) -> Recommendation:
    """Check a decision against the limits of the same answers. A strategy that misses one is never called clear."""
    missed = any(item.state == "missed" and found.recommended in item.strategies for item in limits)
    verdict = "leaning" if missed and found.verdict == "clear" else found.verdict
    return found.model_copy(update={"limits": limits, "verdict": verdict})


def advise(situation: Situation, catalog: Catalog, *, as_of: date, with_cost: bool = True) -> Advice:
    """Decide and cost one situation on the rules and prices of ``as_of``."""
    recommendation = recommend(situation, catalog, as_of=as_of)
    if not with_cost:
        return Advice(situation=situation, recommendation=recommendation)
    if "queries_per_day" not in situation.answers:
        reason = "The number of requests a day is not answered."
        return Advice(situation=situation, recommendation=recommendation, cost_unknown_because=reason)
    try:
        cost = project(situation.answers, catalog, as_of=as_of)
    except AdvisorError as error:
        return Advice(situation=situation, recommendation=recommendation, cost_unknown_because=str(error))
    return Advice(situation=situation, recommendation=recommendation, cost=cost)


def advise_from(
    answers: dict[str, object], *, as_of: date, rules: Path | None = None, title: str = ""
) -> Advice:
    """Decide and cost plain answers; the shortest way in from Python."""
    from advisor.scenario import check_answers

    catalog = load_catalog(rules)
    return advise(Situation(title=title, answers=check_answers(answers, catalog)), catalog, as_of=as_of)
