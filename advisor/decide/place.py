"""Where a situation lies between the two dials, and how far the open answers can still move it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from advisor.catalog import Catalog, Record
from advisor.decide.scoring import score
from advisor.decide.surroundings import askable
from advisor.palette import STRATEGIES
from advisor.scenario import complete, frame_of

POINTS: Final = 120
_LOOK_UP: Final = [STRATEGIES.index(name) for name in ("rag", "hybrid")]
_TRAIN: Final = [STRATEGIES.index(name) for name in ("fine_tuning", "hybrid")]


class Point(Record):
    """One way to answer what is open."""

    look_up: float
    """Probability that the right strategy looks things up."""
    train: float
    """Probability that the right strategy is trained."""
    first: str
    """The strategy that leads there."""


class Place(Record):
    """A situation between the dials."""

    here: Point
    """The answers as they are."""
    cloud: tuple[Point, ...]
    """Sampled ways to answer the open questions; empty where none is open."""


def place_of(answers: Mapping[str, Any], catalog: Catalog, *, as_of: date, points: int = POINTS) -> Place:
    """Return the place of a situation and a cloud of ``points`` around it, the same for the same answers."""
    some = points if askable(answers, catalog, as_of=as_of) else 0
    ways = complete(answers, catalog, as_of=as_of, count=some)
    scored = score(pl.concat([frame_of([answers], catalog), ways], rechunk=True), catalog, as_of)
    found = [
        Point(
            look_up=round(float(shares[_LOOK_UP].sum()), 4),
            train=round(float(shares[_TRAIN].sum()), 4),
            first=STRATEGIES[int(first)],
        )
        for shares, first in zip(scored.shares, scored.first, strict=True)
    ]
    return Place(here=found[0], cloud=tuple(found[1:]))
