"""Answers, a model or tuning route and a day in, what the answers ask of it out: met, missed or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from advisor.catalog.market import Market, MarketModel, TuningRoute, in_force

FACTS: Final = ("privacy", "model_access", "bound_vendor", "can_host")
"""The answers that allow a model or a route, or exclude it."""
SMALL_BILLIONS: Final = 10.0
"""Parameters up to which `model_access: small` takes a model, as its option says."""


class Requirement(NamedTuple):
    """One thing that an answer asks of a model or route."""

    what: str
    needed: str
    available: str
    met: bool | None
    """Whether the requirement is met; null where that is unknown."""


def every(states: Iterable[bool | None]) -> bool | None:
    """Join states as Kleene's logic does: false if one is, else unknown if one is."""
    known = list(states)
    if False in known:
        return False
    return None if None in known else True


def model_allowed(model: MarketModel, facts: Mapping[str, Any], market: Market) -> bool | None:
    """Return whether the answers allow a prompted model; None where that is not known."""
    return every(check.met for check in model_checks(model, facts, market))


def route_allowed(route: TuningRoute, facts: Mapping[str, Any], market: Market, day: date) -> bool | None:
    """Return whether the answers and the day allow somebody new to tune on a route."""
    return every(check.met for check in route_checks(route, facts, market, day))


def model_checks(model: MarketModel, facts: Mapping[str, Any], market: Market) -> tuple[Requirement, ...]:
    """Check a prompted model against place of data, kind of model and vendor."""
    return (
        _place(_place_of(model, market), model.open_weights, facts),
        _access(model, facts),
        _vendor_sells(model, facts, market),
    )


def route_checks(
    route: TuningRoute, facts: Mapping[str, Any], market: Market, day: date
) -> tuple[Requirement, ...]:
    """Check a tuning route against place of data, kind of model, vendor, hosting and who may train on the day."""
    base = market.models[route.base]
    place = market.backends[route.backend].place
    return (
        _place(place, place == "own", facts),
        _access(base, facts),
        _vendor_trains(route, facts, market),
        _hosting(route, facts, day),
        _open(route, market, day),
    )


def _place_of(model: MarketModel, market: Market) -> str:
    clouds = {provider for vendor in market.vendors.values() if vendor.cloud for provider in vendor.providers}
    return "cloud" if model.provider in clouds or model.open_weights else "vendor"


def _place(place: str, own: bool, facts: Mapping[str, Any]) -> Requirement:
    words = {"vendor": "at a vendor", "cloud": "in your own cloud account", "own": "on your own machines"}
    available = "anywhere, as its weights are open" if own and place != "own" else words[place]
    match facts.get("privacy"):
        case None:
            return Requirement("place of the data", "not said", available, None)
        case "own_machines":
            return Requirement("place of the data", words["own"], available, own)
        case "own_cloud":
            return Requirement("place of the data", words["cloud"], available, own or place != "vendor")
        case "contract":
            return Requirement("place of the data", "as far as a vendor under contract", available, True)
        case _:
            return Requirement("place of the data", "as far as any reputable vendor", available, True)


def _access(model: MarketModel, facts: Mapping[str, Any]) -> Requirement:
    size = model.parameters_billions
    told = "size not published" if size is None else f"{size:g} billion parameters"
    available = f"open weights, {told}" if model.open_weights else "a hosted model without open weights"
    match facts.get("model_access"):
        case None:
            return Requirement("kind of model", "not said", available, None)
        case "open_weights":
            return Requirement("kind of model", "open weights", available, model.open_weights)
        case "small":
            # What is small says how small it is: a model without a published size does not count.
            small = model.open_weights and size is not None and size <= SMALL_BILLIONS
            return Requirement(
                "kind of model", f"up to {SMALL_BILLIONS:g} billion parameters", available, small
            )
        case _:
            return Requirement("kind of model", "any", available, True)


def _bound(facts: Mapping[str, Any], market: Market, what: str, available: str) -> Requirement | None:
    vendor = facts.get("bound_vendor")
    if vendor == "free":
        return Requirement(what, "any", available, True)
    if vendor not in market.vendors:
        return Requirement(what, "not said" if vendor is None else "another vendor", available, None)
    return None


def _vendor_sells(model: MarketModel, facts: Mapping[str, Any], market: Market) -> Requirement:
    known = _bound(facts, market, "vendor", f"sold by {model.provider}")
    if known is not None:
        return known
    vendor = market.vendors[facts["bound_vendor"]]
    # Clouds also sell models with open weights; which ones is not listed here.
    sold = model.provider in vendor.providers or (None if vendor.cloud and model.open_weights else False)
    return Requirement("vendor", vendor.label, f"sold by {model.provider}", sold)


def _vendor_trains(route: TuningRoute, facts: Mapping[str, Any], market: Market) -> Requirement:
    available = market.backends[route.backend].label
    known = _bound(facts, market, "vendor", available)
    if known is not None:
        return known
    vendor = market.vendors[facts["bound_vendor"]]
    return Requirement("vendor", vendor.label, available, route.backend in vendor.backends)


def _hosting(route: TuningRoute, facts: Mapping[str, Any], day: date) -> Requirement:
    fee = in_force(route.hosting_usd_per_hour, day)
    paid = route.serving == "dedicated" or bool(fee and fee.number)
    available = "a server or endpoint around the clock" if paid else "served by the token"
    can = facts.get("can_host")
    needed = {None: "not said", True: "any", False: "served by the token"}[can]
    return Requirement("hosting", needed, available, True if not paid or can else can)


def _open(route: TuningRoute, market: Market, day: date) -> Requirement:
    state = market.route_state(route, day)
    until = f", until {state.trains_until}" if state.trains_until else ""
    available = state.says if state.status != "open" else f"open to anyone{until}"
    return Requirement("training", f"open to new customers on {day}", available, state.status == "open")
