"""Where the library lies: a database address in, a checked one out, and a form of it without credentials."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from advisor.errors import AdvisorError, missing_extra

if TYPE_CHECKING:
    from sqlalchemy import URL

FILE_NAME: Final = "library.sqlite3"
MAX_BYTES: Final = 64_000_000
"""Of a library file that is imported."""
_VARIABLE: Final = "ADVISOR_DATABASE_URL"
_DRIVERS: Final = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def data_folder() -> Path:
    """Return the folder for a user's data: ``ADVISOR_DATA``, or where the system keeps such things."""
    import platformdirs

    named = os.environ.get("ADVISOR_DATA", "")
    return Path(named) if named else platformdirs.user_data_path("advisor", appauthor=False)


def find_address(url: str | None) -> URL:
    """Return the database's address: the argument, ``ADVISOR_DATABASE_URL``, or a file in the data folder."""
    from sqlalchemy import URL

    chosen = url or os.environ.get(_VARIABLE, "")
    if not chosen:
        return URL.create("sqlite+pysqlite", database=str(data_folder() / FILE_NAME))
    return _checked(chosen)


def _checked(text: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    # No part of the text is ever repeated, nor the parser's complaint: it may hold a password.
    try:
        found = make_url(text)
    except (ArgumentError, ValueError):
        raise _refused("this is not a database address") from None
    if found.drivername not in _DRIVERS:
        raise _refused("this kind of database is not supported")
    if found.get_backend_name() == "sqlite" and not found.database:
        raise _refused("the SQLite address names no file")
    found = found.set(drivername=_DRIVERS[found.drivername])
    if found.get_backend_name() == "postgresql":
        _require_driver()
    return found


def _refused(problem: str) -> AdvisorError:
    return AdvisorError(
        problem,
        place=_VARIABLE,
        remedy="Write postgresql://user:password@host:5432/name (special characters percent-encoded)"
        " or sqlite:////folder/file.sqlite3.",
    )


def _require_driver() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise missing_extra("psycopg", "postgres", purpose="A library on PostgreSQL") from None


def shown(address: URL) -> str:
    """Return the database without user, password and options: for errors, logs and the page about it."""
    if address.get_backend_name() == "sqlite":
        return str(address.database)
    port = f":{address.port}" if address.port else ""
    return f"postgresql://{address.host or ''}{port}/{address.database or ''}"
