"""A horizon cut into periods in which prices and traffic stand still."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

DAYS_PER_MONTH = 365 / 12


class Period(NamedTuple):
    """A stretch of the horizon, in days from its start."""

    start: float
    end: float
    month: int
    """Months of growth behind it."""
    day: date
    """The day whose prices hold."""

    @property
    def days(self) -> float:
        """Its length."""
        return self.end - self.start


def periods(as_of: date, months: float, changes: Iterable[date], *, monthly: bool) -> list[Period]:
    """Cut ``months`` from ``as_of`` on at every change day, and at month ends if ``monthly``."""
    horizon = months * DAYS_PER_MONTH
    marks = {0.0, horizon, *(float((day - as_of).days) for day in changes)}
    if monthly:
        marks |= {month * DAYS_PER_MONTH for month in range(1, int(months) + 1)}
    ordered = sorted(mark for mark in marks if 0 <= mark <= horizon)
    return [
        # A hair after the mark, so that a rounding error does not fall into the month before.
        Period(start, end, int((start + 1e-6) / DAYS_PER_MONTH), as_of + timedelta(days=int(start + 1e-6)))
        for start, end in pairwise(ordered)
        if end - start > 1e-9
    ]
