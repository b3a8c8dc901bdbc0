"""Dated market facts that no price library carries: tuning, hosting, retrieval, availability, retirement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, TypeVar

from pydantic import Field

from advisor.catalog.backend_records import Availability, BackendRecord, Vendor
from advisor.catalog.dated_numbers import in_force
from advisor.catalog.market_records import (
    CacheRule,
    Currency,
    Defaults,
    Embedding,
    Gpu,
    KnownDifference,
    MarketModel,
    Reranker,
    Retirement,
    TokenPrice,
    TuningRoute,
    VectorStore,
)
from advisor.catalog.parsing import parse_record
from advisor.catalog.records import Record
from advisor.catalog.strict_yaml import Located
from advisor.errors import AdvisorError, did_you_mean

__all__ = [
    "Availability",
    "BackendRecord",
    "CacheRule",
    "Currency",
    "Defaults",
    "Embedding",
    "Gpu",
    "Market",
    "MarketFile",
    "MarketModel",
    "Reranker",
    "Retirement",
    "RouteState",
    "TokenPrice",
    "TuningRoute",
    "VectorStore",
    "Vendor",
    "in_force",
    "read_market",
]


T = TypeVar("T")


class RouteState(NamedTuple):
    """Who can train on a route on a day, and until when."""

    status: Literal["open", "gated", "closing", "closed"]
    """As for backends; closed also where the base model has ended."""
    says: str
    """What that means, in one sentence."""
    trains_until: date | None
    """The first day without new jobs; None where no end is announced."""
    serves_until: date | None
    """The first day without answers; None where no end is announced."""


class Market(Record):
    """Everything under ``rules/market/``."""

    models: dict[str, MarketModel] = Field(default_factory=dict)
    """Models by ``provider:name``."""
    cache_rules: dict[str, CacheRule] = Field(default_factory=dict)
    """Rules of the providers' prompt caches, by id."""
    tuning: dict[str, TuningRoute] = Field(default_factory=dict)
    """Ways to tune, by ``backend:model``."""
    backends: dict[str, BackendRecord] = Field(default_factory=dict)
    """Training backends and their availability."""
    vendors: dict[str, Vendor] = Field(default_factory=dict)
    """Vendors to which somebody may be bound, by the answer to bound_vendor."""
    gpus: dict[str, Gpu] = Field(default_factory=dict)
    """Rented GPUs by id."""
    embeddings: dict[str, Embedding] = Field(default_factory=dict)
    """Embedding models by id."""
    rerankers: dict[str, Reranker] = Field(default_factory=dict)
    """Rerankers by id."""
    vector_stores: dict[str, VectorStore] = Field(default_factory=dict)
    """Vector stores by id."""
    currencies: dict[str, Currency] = Field(default_factory=dict)
    """Exchange rates by currency code."""
    prices: dict[str, tuple[TokenPrice, ...]] = Field(default_factory=dict)
    """Token prices that replace those of the library, by model; negotiated prices go here."""
    tuned_prices: dict[str, tuple[TokenPrice, ...]] = Field(default_factory=dict)
    """Token prices that replace those of tuning routes, by route; negotiated prices go here."""
    differences: tuple[KnownDifference, ...] = ()
    """Differences between price tables that are explained."""
    defaults: Defaults = Field(default_factory=Defaults)
    """Models and stores assumed where an answer names none."""

    def status(self, backend: str, day: date) -> Availability:
        """Return who can use ``backend`` on ``day``. Raise ``AdvisorError`` if it is unknown."""
        if backend not in self.backends:
            raise AdvisorError(
                f"there is no training backend '{backend}'",
                place="rules/market/backends.yaml",
                remedy=did_you_mean(backend, self.backends),
            )
        known = self.backends[backend].availability
        return in_force(known, day) or known[0]

    def route_state(self, route: TuningRoute, day: date) -> RouteState:
        """Return who can train on ``route`` on ``day``, until when, and until when the tune answers."""
        status = self.status(route.backend, day)
        base = self.models[route.base].retires
        ends = route.training_until or base
        serves = route.retires or base
        closings = [
            item.from_ for item in self.backends[route.backend].availability if item.status == "closed"
        ]
        last = min([*([ends.on] if ends else []), *closings], default=None)
        word, says = status.status, status.says
        if word == "open" and route.training_for != "anyone":
            word, says = "gated", f"Training is for {route.training_for} only."
        if (last is not None and last <= day) or (serves is not None and serves.on <= day):
            word, says = "closed", f"Ended on {min(d for d in (last, serves.on if serves else None) if d)}."
        return RouteState(word, says, last, serves.on if serves else None)


MarketFile = Market
"""What one file under ``rules/market/`` may hold: any sections; the schema for editors is made from it."""


def read_market(files: Sequence[Located]) -> Market:
    """Merge market files in order; a record of a later file replaces the one of the same id."""
    merged: dict[str, Any] = {}
    for located in files:
        _merge(merged, located)
    market = Market.model_validate(merged)
    _cross_check(market)
    return market


def _merge(merged: dict[str, Any], located: Located) -> None:
    sections = _of_kind(dict, located.value, located, ())
    for section, content in sections.items():
        if section not in Market.model_fields:
            raise AdvisorError(
                f"there is no section '{section}' in the market",
                place=located.at((section,)),
                remedy=did_you_mean(section, Market.model_fields),
            )
        if section == "defaults":
            merged[section] = parse_record(Defaults, located, (section,))
        elif section == "differences":
            places = range(len(_of_kind(list, content, located, (section,))))
            listed = [parse_record(KnownDifference, located, (section, index)) for index in places]
            merged[section] = [*merged.get(section, []), *listed]
        else:
            kind = Market.model_fields[section].annotation.__args__[1]  # type: ignore[union-attr]
            target = merged.setdefault(section, {})
            for name in _of_kind(dict, content, located, (section,)):
                target[name] = parse_record(kind, located, (section, name))


def _of_kind(kind: type[T], content: Any, located: Located, path: tuple[str, ...]) -> T:
    if isinstance(content, kind):
        return content
    wanted = "list" if kind is list else "mapping from id to entry"
    raise AdvisorError(
        f"{'.'.join(path) or 'the file'} is not a {wanted}",
        place=located.at(path),
        remedy="Compare the files under rules/market.",
    )


def _cross_check(market: Market) -> None:
    links: list[tuple[str, str, str, Mapping[str, object]]] = [
        *((f"tuning.{n}", "backend", r.backend, market.backends) for n, r in market.tuning.items()),
        *((f"tuning.{n}", "base", r.base, market.models) for n, r in market.tuning.items()),
        *((f"models.{n}", "cache", r.cache, market.cache_rules) for n, r in market.models.items() if r.cache),
        *(
            (f"vendors.{n}", "backend", b, market.backends)
            for n, v in market.vendors.items()
            for b in v.backends
        ),
        *((f"prices.{n}", "model", n, market.models) for n in market.prices),
        *((f"tuned_prices.{n}", "route", n, market.tuning) for n in market.tuned_prices),
    ]
    for place, key, name, known in links:
        if name not in known:
            raise AdvisorError(
                f"'{key}' names '{name}', which is not there",
                place=f"rules/market, {place}",
                remedy=did_you_mean(name, known),
            )
