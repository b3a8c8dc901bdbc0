"""Who trains models, who may use that from which day on, and vendors to which somebody may be bound."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.catalog.records import Day, Record


class Availability(Record):
    """Who can use a backend from a day on."""

    from_: Day = Field(alias="from")
    """First day in force."""
    status: Literal["open", "gated", "closing", "closed"]
    """`gated`: only some customers; `closing`: an end is announced; `closed`: nobody."""
    says: str
    """What that means, in one sentence."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Ids in the bibliography."""
    checked: Day
    """The day on which we last looked."""


class BackendRecord(Record):
    """A service or program that trains models, and who can use it when."""

    label: str
    """What a person reads."""
    kind: Literal["hosted", "config"]
    """`hosted` spends money at a vendor; `config` writes files for the user's own machines."""
    place: Literal["vendor", "cloud", "own"] = "vendor"
    """Where rows and tune are: at a vendor, in the user's own cloud account, or on the user's own machines."""
    availability: tuple[Availability, ...] = Field(min_length=1)
    """Entries in order of day, oldest first."""
    note: str = ""
    """What to beware of."""


class Vendor(Record):
    """A vendor to which somebody may be bound: whose models can be had there, and where it trains."""

    label: str
    """What a person reads."""
    providers: tuple[str, ...] = ()
    """Providers in the price library whose models it sells."""
    backends: tuple[str, ...] = ()
    """Training backends that it runs; empty: it trains nothing."""
    cloud: bool = False
    """Whether its models are reached in the user's own cloud account."""
