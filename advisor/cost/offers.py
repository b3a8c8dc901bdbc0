"""Names to offers: which model, tuning route and quote a scenario means on a day, and what is refused."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from advisor.catalog.market import Market, MarketModel, Retirement, TokenPrice, TuningRoute, in_force
from advisor.cost.price_library import Quote, Tier, library_changes, library_model, library_quote, providers
from advisor.errors import AdvisorError, did_you_mean

CACHE_OF_PROVIDER = {
    "openai": "openai",
    "azure": "openai",
    "anthropic": "anthropic-1024",
    "google": "gemini-4096",
    "deepseek": "deepseek",
    "groq": "groq",
}
VENDORS = ("openai", "anthropic", "google", "mistral", "deepseek", "cohere", "x-ai")
ALL_HOURS = tuple(range(24))
FAR_OFF = 50.0
"""An override this many times off the library's price is taken for a mistake in the unit."""


class Offer(NamedTuple):
    """A model as a scenario means it."""

    id: str
    model: MarketModel
    listed: bool
    """Whether the market lists it; else it is known from the price library alone."""


def find_offer(name: str, market: Market) -> Offer:
    """Find the model called ``name`` (``provider:name`` or a name that is not ambiguous)."""
    bare = name.strip()
    if bare.startswith("ft:"):
        bare = bare.split(":")[1]
    if bare in market.models:
        return Offer(bare, market.models[bare], listed=True)
    called = [key for key, model in market.models.items() if bare in (key.split(":", 1)[1], model.price_ref)]
    if len(called) == 1:
        return Offer(called[0], market.models[called[0]], listed=True)
    if called:
        raise AdvisorError(
            f"'{name}' is offered by {len(called)} providers",
            place="model",
            remedy=f"Say which: {', '.join(called)}.",
        )
    return _from_library(bare, market)


def _from_library(name: str, market: Market) -> Offer:
    provider, _, ref = name.partition(":")
    candidates = (
        [(provider, ref)] if ref and provider in providers() else [(vendor, name) for vendor in VENDORS]
    )
    for vendor, wanted in candidates:
        found = library_model(vendor, wanted)
        if found is not None:
            return Offer(
                f"{vendor}:{wanted}", _unlisted(vendor, wanted, found.context_window, market), listed=False
            )
    short = {key.split(":", 1)[1] for key in market.models}
    raise AdvisorError(
        f"no price is known for the model '{name}'",
        place="model",
        remedy=f"{did_you_mean(name, [*market.models, *short])} Or give its prices in an overlay (market, prices).",
    )


def _unlisted(provider: str, ref: str, context: int | None, market: Market) -> MarketModel:
    rule = CACHE_OF_PROVIDER.get(provider, "plain")
    return MarketModel(
        label=ref,
        provider=provider,
        price_ref=ref,
        speed="medium",
        context_tokens=context,
        cache=rule if rule in market.cache_rules else "",
        shortlist=False,
        sources=("genai-prices",),
        checked=date(2026, 11, 22),
        review_by=date(2027, 1, 22),
    )


def find_route(name: str | None, offer: Offer, market: Market, day: date) -> tuple[str, TuningRoute]:
    """Find the tuning route called ``name``; without a name the model's own, else the market's default."""
    if name is None:
        own = [
            key
            for key, route in market.tuning.items()
            if route.base == offer.id and _usable(route, market, day)
        ]
        name = own[0] if own else market.defaults.tuning_route
    if name not in market.tuning:
        raise AdvisorError(
            f"there is no tuning route '{name}'",
            place="tuning_route",
            remedy=did_you_mean(name, market.tuning),
        )
    return name, market.tuning[name]


def _usable(route: TuningRoute, market: Market, day: date) -> bool:
    return market.status(route.backend, day).status != "closed"


def retirement(offer: Offer, route: TuningRoute | None = None) -> Retirement | None:
    """Return the announced end of the model, or of its tune."""
    return (route.retires if route is not None else None) or offer.model.retires


def refuse_retired(offer: Offer, day: date, route: TuningRoute | None = None) -> None:
    """Raise where the model, or its tune on ``route``, no longer answers on ``day``; an old price is not a price."""
    end = retirement(offer, route)
    if end is not None and end.on <= day:
        instead = (
            f"The vendor names {end.replacement} instead." if end.replacement else "Choose a current model."
        )
        raise AdvisorError(
            f"{offer.model.label} was shut down on {end.on}", place=f"model {offer.id}", remedy=instead
        )


def quote(
    offer: Offer, market: Market, day: date, *, batch: bool = False, hours: tuple[int, ...] = ALL_HOURS
) -> Quote:
    """Quote a model's tokens on ``day``: an override of the market, else the price library.

    Raises:
        AdvisorError: No price is known, or an override is so far off that its unit must be wrong.
    """
    model = offer.model
    library = library_quote(model.provider, model.price_ref, day, batch=batch, hours=hours)
    override = in_force(market.prices.get(offer.id, ()), day)
    if override is not None:
        chosen = priced(override, batch=batch)
        if library is not None:
            _refuse_wrong_unit(offer.id, override, library)
        return chosen
    if library is None:
        raise AdvisorError(
            f"no price is known for {offer.id} on {day}",
            place="prices",
            remedy="Give it in an overlay (market, prices), or choose another model.",
        )
    return library


def _refuse_wrong_unit(name: str, price: TokenPrice, library: Quote) -> None:
    for given, known, what in (
        (price.input_usd_per_mtok, library.tiers[0].input, "input"),
        (price.output_usd_per_mtok, library.tiers[0].output, "output"),
    ):
        if known and not known / FAR_OFF <= given <= known * FAR_OFF:
            raise AdvisorError(
                f"the {what} price of {name} is {given:g} USD per 1M tokens; the price library says {known:g}",
                place=f"market, prices.{name}",
                remedy="Prices are per 1M tokens: multiply a price per 1k by 1,000, a price per token by 1,000,000.",
            )


def priced(price: TokenPrice, *, batch: bool) -> Quote:
    """Turn one dated price into a quote."""
    known = batch and price.batch_factor is not None
    factor = price.batch_factor if known and price.batch_factor is not None else 1.0
    plain = price.input_usd_per_mtok
    read, write = price.cache_read_usd_per_mtok, price.cache_write_usd_per_mtok
    tier = Tier(
        0,
        plain * factor,
        (plain if read is None else read) * factor,
        (plain if write is None else write) * factor,
        price.output_usd_per_mtok * factor,
    )
    return Quote(
        (tier,), batch_known=known, has_cache_price=read is not None, origin=f"market, {price.sources[0]}"
    )


def price_changes(offer: Offer, market: Market, after: date, until: date) -> list[date]:
    """Return the days in (after, until] on which a price of the model changes."""
    days = set(library_changes(offer.model.provider, offer.model.price_ref))
    for price in market.prices.get(offer.id, ()):
        days |= {price.from_, *([price.until] if price.until else [])}
    return sorted(day for day in days if after < day <= until)


def hours_between(start: float | None, end: float | None) -> tuple[int, ...]:
    """Return the hours UTC in which traffic flows; all of them where nobody has said."""
    if start is None or end is None or start == end:
        return ALL_HOURS
    first, last = int(start), int(end)
    return tuple(hour % 24 for hour in range(first, last if last > first else last + 24))


def plain_name(name: str) -> str:
    """Strip a provider and a fine-tune's decoration from a model's name."""
    bare = name.strip().lower()
    bare = bare.split(":")[1] if bare.startswith("ft:") else bare.split(":", 1)[-1]
    return re.sub(r"^(accounts/fireworks/models/|openai/)", "", bare)
