"""The day's price of a call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

Price = Callable[[int, int, int], float]
"""Tokens in, out, and cached among those in; USD out."""


def price_of(model: str, day: date) -> Price | None:
    """Return the price of a model named as ``provider:name``; None where none is known."""
    from advisor.cost.price_library import library_quote

    provider, _, name = model.partition(":")
    quote = library_quote(provider, name, day, batch=False, hours=(12,)) if name else None
    if quote is None:
        return None

    def usd(tokens_in: int, tokens_out: int, cached: int) -> float:
        held = min(cached, tokens_in)
        tier = next(
            one for one in reversed(quote.tiers) if tokens_in > one.above_tokens or not one.above_tokens
        )
        return ((tokens_in - held) * tier.input + held * tier.cache_read + tokens_out * tier.output) / 1e6

    return usd
