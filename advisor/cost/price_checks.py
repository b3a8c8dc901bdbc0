"""The market in, price sheets out: what is listed, how it differs from the price library, what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from advisor.catalog.market import Market, TokenPrice, TuningRoute, in_force
from advisor.catalog.records import Record
from advisor.cost.comparison import tunable_by_new_customer
from advisor.cost.offers import Offer, find_offer, price_changes, quote
from advisor.cost.price_library import Tier, library_model, library_quote
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
    """Output."""
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
    """What that means."""
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
    """On the day."""
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


class PriceDifference(Record):
    """Where our figure and the price library's differ."""

    entry: str
    """Which entry."""
    what: str
    """Which figure."""
    ours: float | None
    """Our figure; null: we have none."""
    library: float | None
    """The library's; null: it has none."""
    day: date
    """On this day."""


class Overdue(Record):
    """An entry past its day of review."""

    entry: str
    """Which entry."""
    review_by: date
    """When it should have been checked again."""
    checked: date
    """When it was last checked."""


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
    """Give one model's prices on ``day``."""
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
    """Give everything known about the prices of the model called ``name``."""
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
    """Give one tuning route on ``day``."""
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


def price_differences(catalog: Catalog, day: date) -> list[PriceDifference]:
    """Compare what the market says with the price library, figure by figure."""
    return [
        *_missing(catalog, day),
        *_overrides(catalog, day),
        *_tuned(catalog, day),
        *_contexts(catalog, day),
    ]


def _missing(catalog: Catalog, day: date) -> Iterator[PriceDifference]:
    for name, model in catalog.market.models.items():
        if library_quote(model.provider, model.price_ref, day, batch=False, hours=NOON) is None:
            yield PriceDifference(entry=name, what="any price", ours=None, library=None, day=day)


def _overrides(catalog: Catalog, day: date) -> Iterator[PriceDifference]:
    for name, prices in catalog.market.prices.items():
        model = catalog.market.models.get(name)
        own = in_force(prices, day)
        if model is not None and own is not None:
            yield from _compared(name, own, model.provider, model.price_ref, day)


def _tuned(catalog: Catalog, day: date) -> Iterator[PriceDifference]:
    for name, route in catalog.market.tuning.items():
        own = in_force(route.tuned_prices, day)
        base = catalog.market.models[route.base]
        if own is not None and library_model(base.provider, f"ft:{base.price_ref}") is not None:
            yield from _compared(name, own, base.provider, f"ft:{base.price_ref}", day)


def _compared(entry: str, own: TokenPrice, provider: str, ref: str, day: date) -> Iterator[PriceDifference]:
    library = library_quote(provider, ref, day, batch=False, hours=NOON)
    if library is None:
        return
    tier = library.tiers[0]
    pairs = (
        ("input", own.input_usd_per_mtok, tier.input),
        ("output", own.output_usd_per_mtok, tier.output),
        ("cache read", own.cache_read_usd_per_mtok, tier.cache_read if library.has_cache_price else None),
    )
    for what, ours, theirs in pairs:
        if ours is None and theirs is None:
            continue
        if ours is None or theirs is None or abs(ours - theirs) > TOLERANCE:
            yield PriceDifference(entry=entry, what=what, ours=ours, library=theirs, day=day)


def _contexts(catalog: Catalog, day: date) -> Iterator[PriceDifference]:
    for name, model in catalog.market.models.items():
        found = library_model(model.provider, model.price_ref)
        theirs = found.context_window if found is not None else None
        # Vendors round; a difference of a tenth is a different model or a different meaning.
        if theirs and model.context_tokens and abs(model.context_tokens / theirs - 1) > 0.1:
            yield PriceDifference(
                entry=name,
                what="context tokens",
                ours=float(model.context_tokens),
                library=float(theirs),
                day=day,
            )


def overdue(catalog: Catalog, day: date) -> list[Overdue]:
    """List market entries whose day of review has passed, the oldest first."""
    found: dict[str, Overdue] = {}
    for section in Market.model_fields:
        records = getattr(catalog.market, section)
        if isinstance(records, dict):
            for name, record in records.items():
                for item in _dated(record):
                    _note(found, f"{section}.{name}", item, day)
    return sorted(found.values(), key=lambda item: (item.review_by, item.entry))


def _note(found: dict[str, Overdue], entry: str, item: Any, day: date) -> None:
    if item.review_by >= day or (entry in found and found[entry].review_by <= item.review_by):
        return
    found[entry] = Overdue(entry=entry, review_by=item.review_by, checked=item.checked)


def _dated(value: Any) -> Iterator[Any]:
    """Yield what has a day of review: a record, and of each list of dated figures only the newest."""
    if isinstance(value, tuple):
        if value and isinstance(value[-1], BaseModel):
            yield from _dated(value[-1])
    elif isinstance(value, BaseModel):
        if hasattr(value, "review_by"):
            yield value
        for name in type(value).model_fields:
            yield from _dated(getattr(value, name))
