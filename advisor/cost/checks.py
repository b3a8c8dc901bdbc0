"""Answers in, usable answers out, or an error that says which one is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from advisor.cost.allowed import FACTS
from advisor.cost.assumptions import ASSUMED, UPDATES_PER_MONTH
from advisor.cost.price_tables import CHOICES
from advisor.errors import AdvisorError, did_you_mean

if TYPE_CHECKING:
    from advisor.catalog import Catalog

READ = {
    *ASSUMED,
    *CHOICES,
    "cache_hit",
    "labelled_examples",
    "knowledge_change",
    "tokens_per_training_example",
    "data_preparation_usd",
    "people_usd_per_hour",
    "scale_to_zero_hours",
    "latency_budget_ms",
    "streaming",
    "currency",
    "currency_rate",
    "knowledge_gap",
    "knowledge_in_request",
    "knowledge_form",
    "behaviors",
    *FACTS,
}
"""The facts that costing looks at; all others are none of its business."""


def checked_answers(
    answers: Mapping[str, Any], catalog: Catalog, *, cache_hit: float | None
) -> dict[str, Any]:
    """Keep the facts that costing reads, checked against their declarations; drop what is unanswered."""
    facts = {name: value for name, value in answers.items() if name in READ and value is not None}
    if cache_hit is not None:
        facts["cache_hit"] = cache_hit
    checked = {name: _checked(name, value, catalog) for name, value in facts.items()}
    many = [name for name in checked if name in catalog.facts and catalog.facts[name].type == "many"]
    for name in many:
        # Several may be ticked; the frame holds one column for each.
        ticked = checked.pop(name)
        checked |= {f"{name}.{option}": option in ticked for option in catalog.facts[name].option_ids}
    return checked


def _checked(name: str, value: Any, catalog: Catalog) -> Any:
    fact = catalog.facts.get(name)
    if fact is None:
        return value
    if fact.type == "number":
        value = fact.words.get(value, value) if isinstance(value, str) else value
        return _number(name, value, fact.bounds, fact.unit)
    if fact.type == "boolean" and not isinstance(value, bool):
        raise AdvisorError(
            f"'{name}' is {value!r}, which is neither true nor false",
            place=name,
            remedy="Write true or false.",
        )
    if fact.type in {"text", "choice", "ordered"} and not isinstance(value, str):
        raise AdvisorError(f"'{name}' is {value!r}, which is not a word", place=name, remedy="Write a name.")
    if name == "knowledge_change" and value not in UPDATES_PER_MONTH:
        raise AdvisorError(
            f"'{name}' has no answer '{value}'", place=name, remedy=did_you_mean(value, UPDATES_PER_MONTH)
        )
    return value


def _number(name: str, value: Any, bounds: tuple[float, float] | None, unit: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise AdvisorError(
            f"'{name}' is {value!r}, which is not a number", place=name, remedy=f"Give {unit or 'a number'}."
        )
    if bounds is not None and not bounds[0] <= value <= bounds[1]:
        raise AdvisorError(
            f"'{name}' is {value:g}, outside {bounds[0]:g} to {bounds[1]:g}",
            place=name,
            remedy=f"Check the unit: {unit}." if unit else "Check the figure.",
        )
    return float(value)
