"""The market in, complaints out: where it differs from the price library, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from advisor.catalog.market import Market, TokenPrice, in_force
from advisor.catalog.records import Record
from advisor.cost.price_library import library_model, library_quote

if TYPE_CHECKING:
    from advisor.catalog import Catalog

TOLERANCE = 1e-9
NOON = (12,)


class PriceDifference(Record):
    """Where our figure and the price library's differ."""

    entry: str
    """Id of the market entry."""
    what: str
    """Name of the figure."""
    ours: float | None
    """Our figure; null: we have none."""
    library: float | None
    """The library's; null: it has none."""
    day: date
    """Day for which the figures are compared."""
    table: str = "genai-prices"
    """Whose figure the other one is."""
    days: tuple[date | None, date | None] | None = None
    """Where the figures are days: ours and theirs."""
    because: str = ""
    """Why they differ, where that is known; empty: something has moved."""


class Ending(Record):
    """Something that ends within the horizon."""

    entry: str
    """Which model or tuning route."""
    what: str
    """`answers` or `training`."""
    on: date
    """The first day without it."""


class Overdue(Record):
    """An entry past its day of review."""

    entry: str
    """Id of the market entry."""
    review_by: date
    """When it should have been checked again."""
    checked: date
    """When it was last checked."""


def explained(found: Iterable[PriceDifference], market: Market) -> list[PriceDifference]:
    """Put beside each difference why it is there, where the market says so."""
    known: dict[tuple[str, str, str], str] = {
        (item.entry, item.table, item.what): item.because for item in market.differences
    }
    return [
        item.model_copy(update={"because": known.get((item.entry, item.table, item.what), "")})
        for item in found
    ]


def endings(catalog: Catalog, day: date, until: date) -> list[Ending]:
    """List what ends in (day, until]: models, training on routes and answers of their tunes, soonest first."""
    market = catalog.market
    found = [Ending(entry=n, what="answers", on=m.retires.on) for n, m in market.models.items() if m.retires]
    for name, route in market.tuning.items():
        on_day = market.route_state(route, day)
        pairs = (("training", on_day.trains_until), ("answers of a tune", on_day.serves_until))
        found += [Ending(entry=name, what=what, on=end) for what, end in pairs if end is not None]
    return sorted((item for item in found if day < item.on <= until), key=lambda item: (item.on, item.entry))


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
        own = in_force(catalog.market.prices.get(name, ()), day)
        if (
            own is None
            and library_quote(model.provider, model.price_ref, day, batch=False, hours=NOON) is None
        ):
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
        if own is None:
            continue
        # The library knows tunes by the dated name of their base model.
        for ref in (f"ft:{base.price_ref}", f"ft:{base.price_ref}-2024-07-18:org"):
            if library_model(base.provider, ref) is not None:
                yield from _compared(name, own, base.provider, ref, day)


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
