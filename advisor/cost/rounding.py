"""Figures in, text out, rounded to what they are worth."""

from __future__ import annotations

import math


def worth(value: float, digits: int = 2) -> str:
    """Write a figure with so many significant digits: 12,345.6 becomes 12,000 and 0.0123 stays 0.012."""
    if value == 0 or not math.isfinite(value):
        return f"{value:,.0f}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.{max(places, 0)}f}"


def digits_of(low: float | None, expected: float, high: float | None) -> int:
    """Return the significant digits that a figure deserves: three, or two where its interval is wider than a tenth."""
    if low is None or high is None or expected == 0:
        return 3
    return 3 if (high - low) <= abs(expected) / 10 else 2


def money(
    value: float | None, currency: str = "", *, low: float | None = None, high: float | None = None
) -> str:
    """Write an amount as exactly as its interval allows; ``unknown`` where it is not known."""
    if value is None:
        return "unknown"
    text = "0" if value == 0 else worth(value, digits_of(low, value, high))
    return f"{text} {currency}".strip()
