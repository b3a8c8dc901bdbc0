"""What a limit holds: needed, available, and whether it is met."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from advisor.catalog.records import Record

State = Literal["met", "missed", "unknown"]


class Limit(Record):
    """Something that the answers, the task or the day ask for, and what there is of it."""

    what: str
    """The limit: window, time, place of the data, kind of model, vendor, hosting, training, examples, life, budget."""
    needed: str
    """What is asked for, with its number."""
    available: str
    """What there is, with its number."""
    state: State
    """`unknown` where an open answer, an unpublished figure or the spread of a figure decides."""
    strategies: tuple[str, ...]
    """Ids of the strategies it applies to."""
    model: str
    """On which model or tuning route; empty where it holds for any."""
    because: str
    """The same as one sentence."""


class Alternative(Record):
    """Another way to keep a limit that is missed."""

    title: str
    """What to use, or what to change."""
    because: str
    """What it would take and what it keeps."""
    p50_ms: float | None = None
    """Median of a whole answer; null where no model is asked or it is not known."""
    p95_ms: float | None = None
    """95th percentile of a whole answer."""
    usd_per_month: float | None = None
    """Running cost per month; null where not known."""
    keeps: tuple[str, ...] = ()
    """The limits it keeps."""


class Route(Record):
    """One way to tune, as it looks from these answers on the day."""

    route: str
    """``backend:model``."""
    label: str
    """What a person reads."""
    status: Literal["open", "gated", "closing", "closed"]
    """Who can train there on the day."""
    says: str
    """What the status means, in one sentence."""
    trains_until: date | None
    """The first day without new jobs; null where no end is announced."""
    serves_until: date | None
    """The first day without answers; null where no end is announced."""
    state: State
    """Whether the answers allow it: missed where one of them excludes it."""
    because: str
    """Which answer excludes it; empty where none does."""
    usd_per_month: float | None = None
    """Running cost of a tuned model there; null where a price is not known."""
    usd_once: float | None = None
    """Paid once; null where a price is not known."""


class Limits(Record):
    """What can be and what cannot, for one situation."""

    limits: tuple[Limit, ...]
    """For each strategy on the model or route that keeps most; what is missed comes first."""
    alternatives: tuple[Alternative, ...] = Field(default=())
    """Where something is missed: what would keep it, best first."""
    routes: tuple[Route, ...] = ()
    """Ways to tune, cheapest allowed first, excluded ones last."""

    def missed(self, strategy: str) -> tuple[Limit, ...]:
        """Return the limits that a strategy misses even on what keeps most of them."""
        return tuple(item for item in self.limits if strategy in item.strategies and item.state == "missed")
