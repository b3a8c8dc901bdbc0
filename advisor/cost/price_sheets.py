"""The market in, price sheets out: what is listed, and everything known about one model."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from advisor.catalog.market import Market, TokenPrice, TuningRoute, in_force
from advisor.catalog.records import Record
from advisor.cost.comparison import tunable_by_new_customer
from advisor.cost.offers import Offer, find_offer, price_changes, quote
from advisor.cost.price_library import Tier
from advisor.cost.price_tables import training_rate
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.catalog import Catalog

TOLERANCE = 1e-9
NOON = (12,)


class PriceRow(Record):
    """A model's prices on a day, in USD per 1M tokens."""

    model: str
    """``provider:name``."""
    label: str
    """What a person reads."""
    input: float | None
    """Input; null where no price is known."""
    cache_read: float | None
    """Input read from a cache; null where no such price is known."""
    cache_write: float | None
    """Input written to a cache."""
    output: float | None
    """USD per million output tokens; null where unknown."""
    batch: bool
    """Whether a batch price is known."""
    context_tokens: int | None
    """Room for input and output."""
    tunable_by_new_customer: bool
    """Whether somebody who starts today can tune it."""
    retires_on: date | None
    """When it is shut down, as far as announced."""
    retired: bool
    """Whether that day has come."""
    origin: str
    """Where the prices come from."""
    checked: date
    """When the entry was last checked."""


class TuningRow(Record):
    """One way to tune a model."""

    route: str
    """``backend:model``."""
    label: str
    """What a person reads."""
    status: str
    """open, gated, closing or closed."""
    says: str
    """What the status means, in one sentence."""
    training_usd_per_mtok: float | None
    """Per million trained tokens; null where unknown."""
    serving: str
    """How the tune is billed."""
    input: float | None
    """Tuned input, where it has a price of its own."""
    output: float | None
    """Tuned output, where it has a price of its own."""
    hosting_usd_per_hour: float | None
    """Per hour, where there is such a fee."""
    note: str
    """What to beware of."""
    sources: tuple[str, ...]
    """Ids in the bibliography."""


class PriceSheet(Record):
    """Everything known about one model's prices."""

    price: PriceRow
    """Price on the day asked for."""
    tiers: tuple[dict[str, float], ...]
    """By length of the prompt."""
    batch_tiers: tuple[dict[str, float], ...]
    """The same for batches; empty where no batch price is known."""
    changes: dict[str, tuple[dict[str, float], ...]]
    """Prices from each later day on which they change."""
    cache: dict[str, Any]
    """How its prompt cache works."""
    tuning: tuple[TuningRow, ...]
    """Ways to tune it."""
    note: str
    """What to beware of."""


def price_rows(
    catalog: Catalog, day: date, *, provider: str | None = None, everything: bool = False
) -> list[PriceRow]:
    """List the market's models on ``day``; the shortlist unless ``everything``."""
    found = []
    for name, model in catalog.market.models.items():
        if (everything or model.shortlist) and provider in (None, model.provider):
            found.append(price_row_of(Offer(name, model, listed=True), catalog, day))
    return found


def price_row_of(offer: Offer, catalog: Catalog, day: date) -> PriceRow:
    """Return one model's prices on ``day``."""
    try:
        found = quote(offer, catalog.market, day)
    except AdvisorError:
        found = None
    first = found.tiers[0] if found else None
    end = offer.model.retires
    return PriceRow(
        model=offer.id,
        label=offer.model.label,
        input=first.input if first else None,
        cache_read=first.cache_read if first and found and found.has_cache_price else None,
        cache_write=first.cache_write if first else None,
        output=first.output if first else None,
        batch=_has_batch(offer, catalog.market, day),
        context_tokens=offer.model.context_tokens,
        tunable_by_new_customer=tunable_by_new_customer(offer.id, catalog.market, day),
        retires_on=end.on if end else None,
        retired=end is not None and end.on <= day,
        origin=found.origin if found else "not known",
        checked=offer.model.checked,
    )


def _has_batch(offer: Offer, market: Market, day: date) -> bool:
    try:
        return quote(offer, market, day, batch=True).batch_known
    except AdvisorError:
        return False


def price_sheet(name: str, catalog: Catalog, day: date) -> PriceSheet:
    """Return everything known about the prices of the model called ``name``."""
    market = catalog.market
    offer = find_offer(name, market)
    batch = quote(offer, market, day, batch=True)
    later = {
        change.isoformat(): _tiers(quote(offer, market, change).tiers)
        for change in price_changes(offer, market, day, date.max)
    }
    rule = market.cache_rules.get(offer.model.cache)
    return PriceSheet(
        price=price_row_of(offer, catalog, day),
        tiers=_tiers(quote(offer, market, day).tiers),
        batch_tiers=_tiers(batch.tiers) if batch.batch_known else (),
        changes=later,
        cache=rule.model_dump(mode="json", by_alias=True) if rule else {},
        tuning=tuple(
            tuning_row(key, route, market, day)
            for key, route in market.tuning.items()
            if route.base == offer.id
        ),
        note=offer.model.note,
    )


def _tiers(tiers: tuple[Tier, ...]) -> tuple[dict[str, float], ...]:
    return tuple(tier._asdict() for tier in tiers)


def tuning_row(name: str, route: TuningRoute, market: Market, day: date) -> TuningRow:
    """Return one tuning route on ``day``."""
    status = market.status(route.backend, day)
    own: TokenPrice | None = in_force(route.tuned_prices, day)
    hosting = in_force(route.hosting_usd_per_hour, day)
    return TuningRow(
        route=name,
        label=route.label,
        status=status.status,
        says=status.says,
        training_usd_per_mtok=training_rate(route, day),
        serving=route.serving,
        input=own.input_usd_per_mtok if own else None,
        output=own.output_usd_per_mtok if own else None,
        hosting_usd_per_hour=hosting.number if hosting else None,
        note=route.note,
        sources=route.sources,
    )
