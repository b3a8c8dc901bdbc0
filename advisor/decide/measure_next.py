"""What to measure next: the facts that a bake-off or an audit can settle, by the doubt they remove for an hour of work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from advisor.catalog import Catalog
from advisor.decide.doubt import worth_of
from advisor.decide.records import MeasureNext
from advisor.decide.surroundings import Surroundings

MOST: Final = 3
LEAST: Final = 0.01
"""Share of the doubt under which a measurement is not named."""
NOT_TRIED: Final = "not_tried"
"""An answer that says that nothing was measured; a measurement replaces it, and never comes out as it."""


def measure_next(around: Surroundings, catalog: Catalog, *, as_of: date) -> tuple[MeasureNext, ...]:
    """Return what is worth measuring; one run that settles several facts is named once, by the best of them.

    Args:
        around: The situation and what lies around it.
        catalog: The rulebook; a fact's `measured_by` names the measurement, `measuring.hours_…` its cost.
        as_of: The day of the numbers.
    """
    found = [one for one in _measurable(around, catalog, as_of) if one.settles >= LEAST]
    ranked = sorted(found, key=lambda one: (-one.settles / one.hours, one.hours, one.fact))
    once = {one.measure: one for one in reversed(ranked)}
    return tuple(one for one in ranked if once[one.measure] is one)[:MOST]


def _measurable(around: Surroundings, catalog: Catalog, as_of: date) -> Iterator[MeasureNext]:
    for name, fact in catalog.facts.items():
        if not fact.measured_by or not _is_open(name, around):
            continue
        rows = [
            at for at, (changed, value) in enumerate(around.changes) if changed == name and value != NOT_TRIED
        ]
        measure = ".".join(fact.measured_by.split(".")[:2])
        hours = f"hours_{measure.replace('.', '_')}"
        cost = f"measuring.{hours}"
        # What has no stated cost cannot be weighed against another.
        if not rows or cost not in catalog.parameters:
            continue
        gain, settles = worth_of(name, rows, around, catalog)
        yield MeasureNext(
            measure=measure, title=catalog.parameters[cost].title, fact=name, question=fact.question,
            gain=gain, settles=settles, hours=catalog.parameter(cost, as_of).number,
        )  # fmt: skip


def _is_open(name: str, around: Surroundings) -> bool:
    return name in around.open_facts or around.row[name][0] == NOT_TRIED
