"""Amounts in people's units on screen: pages instead of tokens, seconds instead of milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from advisor.catalog import Fact
from advisor.scenario.amounts import SIZES
from advisor.wording import say

_UNITS: Final[Mapping[str, str]] = {
    "tokens": "text",
    "ms": "time",
    "requests/day": "requests",
    "percent": "percent",
}
_BETWEEN: Final = ", "
_PAGE: Final = SIZES["tokens"]["page"]
_STEPS: Final = (("day", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1))


def examples(fact: Fact, most: int | None = None) -> str:
    """Return what can be typed as an answer, for example; all of it, or the first ``most``."""
    known = say(f"amounts.examples_{_UNITS.get(fact.unit, 'other')}").split(_BETWEEN)
    return _BETWEEN.join(known[:most])


def told(value: float, fact: Fact) -> str:
    """Write an amount so that it can be typed again: pages, seconds, else the figure."""
    if fact.unit == "tokens" and value >= _PAGE:
        return say("amounts.pages", pages=value / _PAGE) if value < 1e9 else f"{value:,.0f}"
    if fact.unit == "ms" and value:
        name, size = next(
            (step for step in _STEPS if value >= step[1] and value % (step[1] / 10) == 0), ("ms", 1)
        )
        return say(f"amounts.in_{name}", number=value / size)
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
