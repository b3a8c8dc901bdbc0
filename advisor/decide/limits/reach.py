"""Answers that allow or exclude models in, what is left out of the market out: rooms and speeds, one row per combination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any, Final

import polars as pl

from advisor.catalog import Catalog
from advisor.catalog.market import MarketModel
from advisor.cost.allowed import FACTS, model_allowed, route_allowed
from advisor.cost.combinations import combinations, options_of
from advisor.cost.latency import SPEEDS
from advisor.cost.price_tables import room_of, tuned_speed

FASTEST: Final = ("dedicated", "fast", "medium", "slow")
ENDS: Final = {"best": 1, "worst": 2}
"""Which end of a latency is looked at: its median at best, its 95th percentile at worst."""
_STEPS: Final = ("first", "prefill", "decode")


@lru_cache(maxsize=8)
def reach(catalog: Catalog, as_of: date) -> pl.DataFrame:
    """Return for each combination of the answers in ``FACTS`` what the day's market leaves, by ``base`` and ``tuned``.

    Columns per side: ``any`` (whether something is allowed, null where not known), ``room.best`` and ``room.worst``
    (tokens of the widest window), ``first``, ``prefill`` and ``decode`` in ms at each end. An open answer takes the
    best of its options at best and the worst of them at worst.
    """
    options = options_of(catalog)
    answered = {combo: _row(combo, catalog, as_of) for combo in product(*options)}
    rows = []
    for combo in combinations(catalog):
        found = [answered[full] for full in _fillings(combo, options)]
        rows.append(_joined(found))
    return pl.DataFrame(rows, infer_schema_length=None)


def _fillings(combo: Sequence[Any], options: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    return product(
        *[option if value is None else (value,) for value, option in zip(combo, options, strict=True)]
    )


def _row(combo: Sequence[Any], catalog: Catalog, day: date) -> dict[str, Any]:
    facts, market = dict(zip(FACTS, combo, strict=True)), catalog.market
    own = facts.get("privacy") == "own_machines"
    models = [
        (model, "dedicated" if own else model.speed, model_allowed(model, facts, market))
        for model in market.models.values()
        if model.retires is None or model.retires.on > day
    ]
    routes = [
        (market.models[route.base], tuned_speed(route, market.models[route.base]), ok)
        for route in market.tuning.values()
        if (ok := route_allowed(route, facts, market, day)) is not False
    ]
    return _side("base", models, catalog, day) | _side("tuned", routes, catalog, day)


def _side(
    side: str, listed: Sequence[tuple[MarketModel, str, bool | None]], catalog: Catalog, day: date
) -> dict[str, Any]:
    possible = [(model, speed) for model, speed, ok in listed if ok is not False]
    sure = [(model, speed) for model, speed, ok in listed if ok]
    row: dict[str, Any] = {f"{side}.any": True if sure else (None if possible else False)}
    for end, members in (("best", possible), ("worst", sure)):
        row[f"{side}.room.{end}"] = max((_room(model) for model, _ in members), default=0.0)
        speed = next((name for name in FASTEST if name in {speed for _, speed in members}), None)
        for step, number in zip(_STEPS, SPEEDS[speed] if speed else ("", "", ""), strict=True):
            value = catalog.parameter(number, day).range[ENDS[end]] if number else float("inf")
            row[f"{side}.{step}.{end}"] = value
    return row


def _room(model: MarketModel) -> float:
    return float(room_of(model) or 0)


def _joined(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name.endswith(".any"):
            joined[name] = values[0] if len(set(values)) == 1 else None
        else:
            larger = (".room." in name) == name.endswith(".best")
            joined[name] = max(values) if larger else min(values)
    return joined
