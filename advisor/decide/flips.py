"""What would change a recommendation: each answer replaced, each open question answered; and the map of two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from advisor.catalog import Catalog, Record
from advisor.decide.records import Flip
from advisor.decide.scoring import score
from advisor.decide.surroundings import Surroundings
from advisor.errors import AdvisorError, did_you_mean
from advisor.palette import STRATEGIES
from advisor.scenario import grid, grid_values


def flips(around: Surroundings, answers: Mapping[str, Any], catalog: Catalog) -> tuple[Flip, ...]:
    """Return, for each answer, its smallest change that changes the recommendation; answered facts before open ones."""
    found: dict[str, Flip] = {}
    first = around.first
    for (name, value), winner in zip(around.changes, around.changed.first.tolist(), strict=True):
        if winner != first and name not in found:
            question = catalog.facts[name].question
            change = {"fact": name, "question": question, "from": answers.get(name), "to": value}
            found[name] = Flip.model_validate({**change, "becomes": STRATEGIES[winner]})
    return tuple(found.values())


class DecisionMap(Record):
    """Which strategy leads where, over two facts; everything else as answered."""

    x: str
    """The fact along the x axis."""
    y: str
    """The fact along the y axis."""
    x_values: tuple[Any, ...]
    """Values of x, in order."""
    y_values: tuple[Any, ...]
    """Values of y, in order."""
    first: tuple[tuple[str, ...], ...]
    """The leading strategy, one row per y value."""
    probability: tuple[tuple[float, ...], ...]
    """Its probability; prompting and few-shot count together."""


def decision_map(answers: Mapping[str, Any], catalog: Catalog, *, x: str, y: str, as_of: date) -> DecisionMap:
    """Score a grid over two facts."""
    for name in (x, y):
        _check_axis(name, catalog)
    if x == y:
        raise AdvisorError("both axes are the same fact", place=x, remedy="Choose two different ones.")
    xs = grid_values(x, catalog, as_of=as_of)
    ys = grid_values(y, catalog, as_of=as_of)
    scored = score(grid(answers, (x, xs), (y, ys), catalog), catalog, as_of)
    shape = (len(ys), len(xs))
    sure = scored.corners.max(axis=1).reshape(shape)
    return DecisionMap(
        x=x,
        y=y,
        x_values=tuple(xs),
        y_values=tuple(ys),
        first=tuple(tuple(STRATEGIES[i] for i in row) for row in scored.first.reshape(shape).tolist()),
        probability=tuple(tuple(round(value, 4) for value in row) for row in sure.tolist()),
    )


def _check_axis(name: str, catalog: Catalog) -> None:
    axes = [
        known for known, fact in catalog.facts.items() if fact.asked and fact.type not in ("many", "text")
    ]
    if name not in axes:
        raise AdvisorError(f"'{name}' cannot be an axis", place="map", remedy=did_you_mean(name, axes))
