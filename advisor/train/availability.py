"""Who may use which backend on which day."""

from __future__ import annotations

from datetime import date

from advisor.catalog import Catalog
from advisor.catalog.market import Availability
from advisor.errors import AdvisorError
from advisor.train.table import BACKENDS


def availability(catalog: Catalog, backend: str, as_of: date) -> Availability | None:
    """Return what the market says of a hosted backend on ``as_of``; None for programs that one runs oneself."""
    market = catalog.market
    return market.status(backend, as_of) if backend in market.backends else None


def require_open(catalog: Catalog, backend: str, as_of: date) -> tuple[str, ...]:
    """Refuse a backend that is closed on ``as_of``, with its date; give warnings for one that is closing."""
    market = catalog.market
    if backend not in market.backends:
        return ()
    known = market.backends[backend]
    status = market.status(backend, as_of)
    if status.status == "closed":
        others = sorted(
            name
            for name in market.backends
            if name in BACKENDS and market.status(name, as_of).status == "open"
        )
        raise AdvisorError(
            f"{known.label} closed on {status.from_}: {_lowered(status.says)}",
            place="backend",
            remedy=f"Use one that is open: trl, {', '.join(others)}.",
        )
    coming = [item for item in known.availability if item.from_ > as_of and item.status == "closed"]
    said = (
        []
        if status.status == "open"
        else [f"{known.label} is {status.status} since {status.from_}: {status.says}"]
    )
    said += [f"{known.label} closes on {item.from_}: {item.says}" for item in coming]
    return tuple(said)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
