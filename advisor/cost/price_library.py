"""Token prices of genai-prices, by provider, model, day, batch and hours; imported on first use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple

PRICE_KEYS = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok")


class Tier(NamedTuple):
    """Prices in USD per 1M tokens that hold for prompts of more than ``above_tokens``."""

    above_tokens: int
    input: float
    cache_read: float
    cache_write: float
    output: float


class Quote(NamedTuple):
    """What a model's tokens cost on a day, smallest prompts first."""

    tiers: tuple[Tier, ...]
    batch_known: bool
    """Whether a batch price was asked for and found."""
    has_cache_price: bool
    origin: str
    """Where the figures come from, for people."""


@lru_cache(maxsize=1)
def providers() -> dict[str, Any]:
    """Return the library's providers by id; the import takes most of a second, once."""
    from genai_prices.data import providers as listed

    return {provider.id: provider for provider in listed}


@lru_cache(maxsize=4096)
def library_model(provider: str, ref: str) -> Any:
    """Return the library's entry for ``ref`` at ``provider``, or None; never guesses the provider."""
    known = providers()
    if provider not in known:
        return None
    return known[provider].find_model(ref, all_providers=list(known.values()))


@lru_cache(maxsize=16384)
def library_quote(provider: str, ref: str, day: date, *, batch: bool, hours: tuple[int, ...]) -> Quote | None:
    """Quote ``ref`` on ``day``, averaged over the given hours UTC where the price depends on the clock.

    Returns None where the library has no input or no output price: unknown is not zero.
    """
    model = library_model(provider, ref)
    if model is None:
        return None
    batched = batch and _has_batch_price(model, day)
    context = {"processing": "batch"} if batched else None
    moments = [
        datetime.combine(day, time(hour, 30), UTC)
        for hour in (hours if _depends_on_the_clock(model) else (12,))
    ]
    found = [model.get_prices(moment, context) for moment in moments]
    if any(price.input_mtok is None for price in found):
        return None
    return Quote(
        tiers=_mean_tiers(found),
        batch_known=batched,
        has_cache_price=all(price.cache_read_mtok is not None for price in found),
        origin=f"genai-prices, {provider}",
    )


@lru_cache(maxsize=4096)
def library_changes(provider: str, ref: str) -> tuple[date, ...]:
    """Return the days on which the library changes a price of ``ref``."""
    model = library_model(provider, ref)
    if model is None:
        return ()
    conditions = model.prices if isinstance(model.prices, list) else []
    constraints = [item.constraint for item in (*conditions, *(model.price_variants or ()))]
    return tuple(sorted({item.start_date for item in constraints if hasattr(item, "start_date")}))


def _depends_on_the_clock(model: Any) -> bool:
    return isinstance(model.prices, list) and any(
        hasattr(item.constraint, "start_time") for item in model.prices
    )


def _has_batch_price(model: Any, day: date) -> bool:
    # The library returns the standard price for a variant that it lacks, without a word.
    noon = datetime.combine(day, time(12), UTC)
    return any(
        item.when == {"processing": "batch"} and (item.constraint is None or item.constraint.active(noon))
        for item in model.price_variants or ()
    )


def _mean_tiers(prices: Iterable[Any]) -> tuple[Tier, ...]:
    listed = list(prices)
    starts = {0}
    for price in listed:
        for key in PRICE_KEYS:
            starts |= {tier.start for tier in getattr(getattr(price, key), "tiers", ())}
    return tuple(_mean_tier(listed, start) for start in sorted(starts))


def _mean_tier(prices: list[Any], start: int) -> Tier:
    rows = [_row(price, start) for price in prices]
    means = [sum(row[column] for row in rows) / len(rows) for column in range(4)]
    return Tier(start, *means)


def _row(price: Any, start: int) -> tuple[float, float, float, float]:
    input_, read, write, output = (_at(getattr(price, key), start) for key in PRICE_KEYS)
    plain = input_ or 0.0
    # A vendor without a price for cached tokens charges them as input; embeddings have no output. Some resellers
    # are listed with a write price below input: that is what writing costs on top, so input is the least.
    return plain, plain if read is None else read, max(plain, write or 0.0), output or 0.0


def _at(price: Any, start: int) -> float | None:
    if price is None:
        return None
    if not hasattr(price, "tiers"):
        return float(price)
    reached = [tier.price for tier in price.tiers if tier.start <= start and start > 0]
    return float(reached[-1] if reached else price.base)
