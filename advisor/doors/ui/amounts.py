"""Amounts in people's units on screen: pages instead of tokens, seconds instead of milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from advisor.catalog import Fact
from advisor.scenario.amounts import SIZES

PLAIN: Final = ("1,500", "3k", "2M", "hundreds")
EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "tokens": ("200 pages", "30 MB", "15M"),
    "ms": ("2 s", "300 ms", "5 min"),
    "requests/day": ("300", "50 an hour", "10k", "tens of thousands"),
    "percent": ("85",),
}
_PAGE: Final = SIZES["tokens"]["page"]
_STEPS: Final = (("day", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1))


def told(value: float, fact: Fact) -> str:
    """Write an amount so that it can be typed again: pages, seconds, else the figure."""
    if fact.unit == "tokens" and value >= _PAGE:
        return f"{value / _PAGE:,.10g} pages" if value < 1e9 else f"{value:,.0f}"
    if fact.unit == "ms" and value:
        name, size = next(
            (step for step in _STEPS if value >= step[1] and value % (step[1] / 10) == 0), ("ms", 1)
        )
        return f"{value / size:,.10g} {name}"
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
