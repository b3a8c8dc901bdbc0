"""Numbers in force from a day on, with their sources, and the choice of the one in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from pydantic import Field, model_validator

from advisor.catalog.records import SNAKE, Day, Number, Record


class Dated(Protocol):
    """What is in force from a day on."""

    @property
    def from_(self) -> date:
        """First day in force."""
        ...


D = TypeVar("D", bound=Dated)


class DatedNumber(Record):
    """A number in force from a day on: one value, or a range."""

    from_: Day = Field(alias="from")
    """First day in force."""
    value: Number | None = None
    """The number, where it is exact."""
    low: Number | None = None
    """Low end of the range."""
    expected: Number | None = None
    """What to reckon with."""
    high: Number | None = None
    """High end of the range."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Ids in the bibliography."""
    checked: Day
    """The day on which we last looked."""
    review_by: Day
    """The day by which it should be checked again."""
    note: str = ""
    """How it was derived, or what to beware of."""

    @model_validator(mode="after")
    def _one_value_or_a_range(self) -> DatedNumber:
        parts = (self.low, self.expected, self.high)
        if (self.value is None) == (None in parts):
            raise ValueError("give either value, or low, expected and high")
        if self.value is None and not parts[0] <= parts[1] <= parts[2]:  # type: ignore[operator]
            raise ValueError("low, expected and high must not fall")
        return self

    @property
    def number(self) -> float:
        """The value, or the expected one of a range."""
        chosen = self.value if self.value is not None else self.expected
        assert chosen is not None
        return chosen

    @property
    def range(self) -> tuple[float, float, float]:
        """Low, expected and high; all the same for an exact value."""
        if self.value is not None:
            return (self.value, self.value, self.value)
        low, expected, high = self.low, self.expected, self.high
        assert low is not None
        assert expected is not None
        assert high is not None
        return (low, expected, high)


class Parameter(Record):
    """A named number with its history."""

    title: str
    """What the number means, in one line."""
    unit: str
    """usd, usd_per_mtok, ms, tokens, bits, share …"""
    values: tuple[DatedNumber, ...] = Field(min_length=1)
    """Oldest first; a change is appended."""

    @model_validator(mode="after")
    def _oldest_first(self) -> Parameter:
        refuse_disorder([value.from_ for value in self.values])
        return self


class ParameterTopic(Record):
    """One file of numbers."""

    topic: str = Field(pattern=SNAKE)
    """The file's name; numbers are known as topic.name."""
    numbers: dict[str, Parameter]
    """Numbers of this topic, by name."""


def refuse_disorder(days: Sequence[date]) -> None:
    """Raise ``ValueError`` unless days rise and none is there twice."""
    if list(days) != sorted(set(days)):
        raise ValueError("list values oldest first, one per day")


def in_force(values: Iterable[D], day: date) -> D | None:
    """Return the newest of ``values`` that is in force on ``day``, or None."""
    found = None
    for value in values:
        ended = getattr(value, "until", None)
        if value.from_ <= day and (ended is None or day < ended):
            found = value
    return found
