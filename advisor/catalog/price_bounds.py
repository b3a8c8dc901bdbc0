"""Prices by unit, each with the bounds outside which the unit was mistaken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from advisor.catalog.dated_numbers import DatedNumber, refuse_disorder
from advisor.catalog.records import Number


def _inside(
    low: float, high: float, unit: str
) -> Callable[[tuple[DatedNumber, ...]], tuple[DatedNumber, ...]]:
    def check(values: tuple[DatedNumber, ...]) -> tuple[DatedNumber, ...]:
        for value in values:
            for number in value.range:
                _refuse_outside(number, low, high, unit)
        refuse_disorder([value.from_ for value in values])
        return values

    return check


def _refuse_outside(number: float, low: float, high: float, unit: str) -> None:
    if number != 0 and not low <= number <= high:
        raise ValueError(
            f"{number:g} is not a plausible figure in {unit} ({low:g} to {high:g}); check the unit"
        )


Rates = tuple[DatedNumber, ...]
PerMtok = Annotated[Rates, AfterValidator(_inside(0.0005, 1000, "USD per 1M tokens"))]
PerHour = Annotated[Rates, AfterValidator(_inside(0.02, 1000, "USD per hour"))]
PerMonth = Annotated[Rates, AfterValidator(_inside(0.01, 100_000, "USD per month"))]
PerThousandSearches = Annotated[Rates, AfterValidator(_inside(0.01, 100, "USD per 1,000 searches"))]
PerGibMonth = Annotated[Rates, AfterValidator(_inside(0.001, 100, "USD per GiB and month"))]
PerMillion = Annotated[Rates, AfterValidator(_inside(0.01, 10_000, "USD per million queries"))]
Money = Annotated[Number, Field(ge=0.0003, le=1000)]
"""USD per 1M tokens; the bounds catch a price that was meant per 1k tokens or per token."""
