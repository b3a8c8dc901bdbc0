"""One situation in, its limits out: on what keeps most of them, with what would keep the rest and the ways to tune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from advisor.catalog import Catalog
from advisor.cost.choosing import with_choices
from advisor.cost.offers import find_offer
from advisor.cost.quantities import TUNED
from advisor.decide.limits.alternatives import alternatives
from advisor.decide.limits.judging import candidates, judged
from advisor.decide.limits.records import Limit, Limits
from advisor.decide.limits.routes import routes_of
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES
from advisor.scenario import frame_of

_WEIGHT: Final = {"vendor": 3, "life": 1}
"""What a missed limit weighs where all miss one, 2 unless named: a bound vendor's own end says more than a stranger's."""
_ORDER: Final = ("missed", "unknown", "met")


def limits_of(answers: Mapping[str, Any], catalog: Catalog, *, as_of: date) -> Limits:
    """Return what one situation needs and what there is, for each strategy on the model or route that keeps most.

    A model or route that the answers name is judged as named; else what would be assumed is preferred where it keeps
    as much as any other.
    """
    frame = frame_of([answers], catalog)
    costed = list(candidates(frame, catalog, as_of))
    table = judged(costed, catalog, as_of)
    row = with_choices(frame, catalog, as_of).row(0, named=True)
    row |= {f"named {fact}": answers.get(fact) is not None for fact in ("model", "tuning_route")}
    chosen = {s: _chosen(s, table, row, catalog) for s in STRATEGIES}
    held = [table.filter((pl.col("strategy") == s) & (pl.col("model") == chosen[s])) for s in STRATEGIES]
    found = _merged(pl.concat(held), catalog)
    return Limits(
        limits=found,
        alternatives=alternatives(frame, table, found, catalog, as_of),
        routes=routes_of(
            {one.model: one.facts for one in costed if one.strategies == TUNED}, table, catalog, as_of
        ),
    )


def _chosen(strategy: str, table: pl.DataFrame, row: Mapping[str, Any], catalog: Catalog) -> str:
    """Return the model or route to judge a strategy on; ``row`` holds what was named or would be assumed."""
    part = table.filter(pl.col("strategy") == strategy)
    listed = part["model"].unique(maintain_order=True).to_list()
    fact = "tuning_route" if strategy in TUNED else "model"
    usual = row[fact] if strategy in TUNED else _id(row[fact], catalog)
    if row[f"named {fact}"] and usual in listed:
        return str(usual)
    weights = pl.when(pl.col("state") == "missed").then(pl.col("what").replace_strict(_WEIGHT, default=2))
    least = dict(part.group_by("model").agg(weights.sum()).iter_rows())
    # Nothing listed: what was named has ended and nothing else can be costed, so there is nothing to judge.
    return str(min(listed, key=lambda model: (least[model] or 0, model != usual, model), default=""))


def _id(name: str, catalog: Catalog) -> str:
    try:
        return find_offer(name, catalog.market).id
    except AdvisorError:
        return name


def _merged(table: pl.DataFrame, catalog: Catalog) -> tuple[Limit, ...]:
    """Join rows that say the same of several strategies; what is missed comes first."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for row in table.iter_rows(named=True):
        key = (row["state"], row["what"], row["needed"], row["available"], row["model"])
        groups.setdefault(key, []).append(row["strategy"])
    ordered = sorted(groups, key=lambda key: _ORDER.index(key[0]))
    return tuple(_limit(key, groups[key], catalog) for key in ordered)


def _limit(key: Sequence[str], strategies: Sequence[str], catalog: Catalog) -> Limit:
    state, what, needed, available, model = key
    verb = {"missed": "missed", "unknown": "not certain", "met": "met"}[state]
    on = label_of(model, catalog, tuned=strategies[0] in TUNED)
    because = f"{what.capitalize()}: {verb} on {on}. Required: {needed}; available: {available.rstrip('.')}."
    return Limit(
        what=what,
        needed=needed,
        available=available,
        state=state,
        strategies=tuple(strategies),
        model=model,
        because=because,
    )


def label_of(model: str, catalog: Catalog, *, tuned: bool) -> str:
    """Return a model's or route's name as people read it."""
    market = catalog.market
    if tuned:
        return market.tuning[model].label if model in market.tuning else model
    return market.models[model].label if model in market.models else model
