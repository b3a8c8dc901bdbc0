"""Choices of model, route and stores in, the market's entries for them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.catalog.market import Embedding, Reranker, TuningRoute, VectorStore
from advisor.cost.offers import Offer, find_offer, find_route, hours_between, refuse_retired, retirement
from advisor.errors import AdvisorError, did_you_mean

if TYPE_CHECKING:
    from advisor.catalog import Catalog

NO_ROUTE = "none"
"""Stands for a tuning route where the answers leave none that is open."""
NO_OPEN_ROUTE = "On {day} no way to tune that the answers allow is open to somebody new."


class Resolved(NamedTuple):
    """What one combination of choices resolves to."""

    offer: Offer
    route_id: str
    route: TuningRoute
    tuned: Offer
    """The base model of the tuning route."""
    embedding: Embedding
    store: VectorStore
    reranker: Reranker
    batch: bool
    hours: tuple[int, ...]
    own_machines: bool = False
    """Whether the data stay on own machines: then the model runs there too, on a GPU by the hour."""
    refused: str = ""
    """Why there is no tuned model, where the answers leave no open way to one; its costs are unknown then."""

    @property
    def ends(self) -> tuple[date | None, date | None]:
        """The days on which the model and the tuned model stop answering."""
        base, tune = retirement(self.offer), retirement(self.tuned, self.route)
        return (base.on if base else None, tune.on if tune else None)


def resolve(choice: Mapping[str, Any], catalog: Catalog, day: date) -> Resolved:
    """Find everything that a combination of choices names; refuse what is unknown or retired."""
    market = catalog.market
    offer = find_offer(choice.get("model") or market.defaults.model, market)
    refuse_retired(offer, day)
    named = choice.get("tuning_route")
    refused = NO_OPEN_ROUTE.format(day=day) if named == NO_ROUTE else ""
    route_id, route = find_route(market.defaults.tuning_route if refused else named, offer, market, day)
    tuned = Offer(route.base, market.models[route.base], listed=True)
    if not refused:
        refuse_retired(tuned, day, route)
    return Resolved(
        offer=offer,
        route_id=route_id,
        route=route,
        tuned=tuned,
        embedding=_named("embedding", choice, market.embeddings, market.defaults.embedding),
        store=_named("vector_store", choice, market.vector_stores, market.defaults.vector_store),
        reranker=_named("reranker", choice, market.rerankers, "none"),
        batch=bool(choice.get("batch")),
        hours=hours_between(choice.get("active_from_utc_hour"), choice.get("active_to_utc_hour")),
        own_machines=choice.get("privacy") == "own_machines",
        refused=refused,
    )


def _named(kind: str, choice: Mapping[str, Any], known: Mapping[str, Any], default: str) -> Any:
    name = choice.get(kind) or default
    if name not in known:
        raise AdvisorError(
            f"there is no {kind} '{name}' in the market", place=kind, remedy=did_you_mean(name, known)
        )
    return known[name]
