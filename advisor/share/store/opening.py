"""Open the library: find the database, connect, migrate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from advisor.share.store.address import find_address

if TYPE_CHECKING:
    from advisor.share.store.assessments import Store


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def open_store(url: str | None = None, *, clock: Callable[[], datetime] = utc_now) -> Store:
    """Open the library, making or migrating its tables where needed.

    Args:
        url: ``sqlite:///…`` or ``postgresql://…``; None takes ``ADVISOR_DATABASE_URL``, else a file in
            ``ADVISOR_DATA`` or the user's data folder.
        clock: Where the time of a save comes from.

    Raises:
        AdvisorError: The address is wrong, the database cannot be used, or a newer version wrote it.
    """
    address = find_address(url)
    from advisor.share.store.assessments import Store
    from advisor.share.store.connecting import connect, explained
    from advisor.share.store.migrating import migrate

    with explained(address):
        engine = connect(address)
        migrate(engine)
    return Store(engine, clock)
