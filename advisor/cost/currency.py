"""Dollars in, another currency out, at a dated rate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from advisor.catalog.market import Market, in_force
from advisor.errors import AdvisorError, did_you_mean


class ExchangeRate(NamedTuple):
    """What one US dollar buys."""

    currency: str
    per_usd: float
    since: date | None
    """The day of the rate; None where the user gave it."""
    overdue: bool


def exchange_rate(facts: Mapping[str, Any], market: Market, day: date) -> ExchangeRate:
    """Return the rate of the chosen currency on ``day``: the user's own, else the market's newest."""
    currency = str(facts.get("currency") or "USD").upper()
    given = facts.get("currency_rate")
    if currency not in market.currencies and given is None:
        raise AdvisorError(
            f"no rate is known for the currency '{currency}'",
            place="currency",
            remedy=f"{did_you_mean(currency, market.currencies)} Or give currency_rate.",
        )
    if given is not None:
        return ExchangeRate(currency, float(given), None, overdue=False)
    rate = in_force(market.currencies[currency].per_usd, day)
    if rate is None:
        raise AdvisorError(
            f"no rate of {currency} is known on {day}", place="currency", remedy="Give currency_rate."
        )
    return ExchangeRate(currency, rate.number, rate.from_, overdue=rate.review_by < day)
