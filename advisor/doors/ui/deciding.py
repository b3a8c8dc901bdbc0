"""Recommendation and advice for the assessment on screen, computed once per set of answers for all sessions."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

from advisor.advice import Advice, advise, hold
from advisor.catalog import Catalog
from advisor.cost import CostProjection, project
from advisor.decide import DecisionMap, Recommendation, decide, decision_map
from advisor.decide.limits import Limits, limits_of
from advisor.decide.limits.reading import READ
from advisor.decide.place import Place, place_of
from advisor.decide.precedents import Precedent, similar_cases
from advisor.doors.ui.address import Work
from advisor.doors.ui.clock import today
from advisor.scenario import Situation


class _ByHash:
    """A catalog as a cache key: two with the same hash are the same."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return hash(self.catalog.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByHash) and other.catalog.sha256 == self.catalog.sha256


def recommendation(work: Work, catalog: Catalog) -> Recommendation:
    """Decide on the present answers, as of today."""
    found = _decide(_key(work.answers), work.unsure, _ByHash(catalog), today())
    return found.model_copy(update={"title": work.title})


def held(work: Work, catalog: Catalog) -> Recommendation:
    """Decide, and hold the strategies against the limits; slower than `recommendation`."""
    return hold(recommendation(work, catalog), limits(work, catalog).limits)


def limits(work: Work, catalog: Catalog) -> Limits:
    """Hold the answers against windows, time, vendors and the rest; computed once per answers that bear on limits."""
    bearing = {name: value for name, value in work.answers.items() if name in READ}
    return _limits(_key(bearing), _ByHash(catalog), today())


def place(work: Work, catalog: Catalog) -> Place:
    """Return the place of the answers between the two dials, with its cloud."""
    return _place(_key(work.answers), _ByHash(catalog), today())


def alike(work: Work, catalog: Catalog) -> tuple[Precedent, ...]:
    """Return the published case that is most like the answers; none where nothing is shared."""
    return _alike(_key(work.answers), _ByHash(catalog))


def advice(work: Work, catalog: Catalog) -> Advice:
    """Decide and cost the present answers; every report is made of the result."""
    found = _advise(_key(work.answers), _ByHash(catalog), today())
    return found.model_copy(
        update={
            "situation": work.situation(),
            "recommendation": found.recommendation.model_copy(update={"title": work.title}),
        }
    )


def map_of(work: Work, catalog: Catalog, x: str, y: str) -> DecisionMap:
    """Draw the map over two facts, everything else as answered."""
    return _map(_key(work.answers), _ByHash(catalog), today(), (x, y))


def cost_on_route(work: Work, catalog: Catalog, route: str) -> CostProjection:
    """Cost the answers as if the model were tuned on another route."""
    return _project(_key({**work.answers, "tuning_route": route}), _ByHash(catalog), today())


def _key(answers: Any) -> str:
    return json.dumps(dict(answers), sort_keys=True)


def _answers(key: str) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(key).items()
    }


@lru_cache(maxsize=4096)
def _decide(key: str, left_open: tuple[str, ...], book: _ByHash, day: date) -> Recommendation:
    return decide(Situation(answers=_answers(key)), book.catalog, as_of=day, skip=left_open)


@lru_cache(maxsize=512)
def _limits(key: str, book: _ByHash, day: date) -> Limits:
    return limits_of(_answers(key), book.catalog, as_of=day)


@lru_cache(maxsize=512)
def _place(key: str, book: _ByHash, day: date) -> Place:
    return place_of(_answers(key), book.catalog, as_of=day)


@lru_cache(maxsize=512)
def _alike(key: str, book: _ByHash) -> tuple[Precedent, ...]:
    return similar_cases(_answers(key), book.catalog, limit=1)


@lru_cache(maxsize=512)
def _advise(key: str, book: _ByHash, day: date) -> Advice:
    return advise(Situation(answers=_answers(key)), book.catalog, as_of=day)


@lru_cache(maxsize=512)
def _project(key: str, book: _ByHash, day: date) -> CostProjection:
    return project(_answers(key), book.catalog, as_of=day)


@lru_cache(maxsize=512)
def _map(key: str, book: _ByHash, day: date, axes: tuple[str, str]) -> DecisionMap:
    return decision_map(_answers(key), book.catalog, x=axes[0], y=axes[1], as_of=day)
