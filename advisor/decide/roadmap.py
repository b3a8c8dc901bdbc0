"""The order to try, step by step, with the criterion that ends each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from advisor.catalog import Catalog
from advisor.decide.records import RoadmapStep


def roadmap(
    ranked: Sequence[str], answers: Mapping[str, Any], catalog: Catalog, *, as_of: date
) -> tuple[RoadmapStep, ...]:
    """Give the steps of the first strategy, after a baseline, and the first step of what comes next.

    A held-out test set and a prompted baseline come before anything is built or trained: without them no
    later step can show that it helped.
    """
    del as_of
    first = ranked[0]
    steps: list[RoadmapStep] = []
    if first not in ("prompting", "few_shot") and answers.get("prompting_result") in (None, "not_tried"):
        steps += _steps("prompting", catalog)[:1]
    steps += _steps(first, catalog)
    for name in ranked[1:2]:
        steps += _steps(name, catalog)[:1]
    # Several strategies start with the same test set; it is collected once.
    return tuple(
        {step.title: step for step in reversed(steps)}[title]
        for title in dict.fromkeys(s.title for s in steps)
    )


def _steps(name: str, catalog: Catalog) -> list[RoadmapStep]:
    text = catalog.strategies[name]
    if text.steps:
        return [RoadmapStep(strategy=name, title=step.title, until=step.until) for step in text.steps]
    return [RoadmapStep(strategy=name, title=text.first_step, until=text.when_it_ends)]
