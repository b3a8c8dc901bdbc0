"""Engines for both databases, and their complaints as errors that a person can act on."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from advisor.errors import AdvisorError
from advisor.share.store.address import shown

BUSY_SECONDS: Final = 15
# FULL, not NORMAL: both survive a killed process, FULL also keeps the last save through a power cut, and
# one flush per save is nothing to a person.
_PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
)
_CAUSES: Final = (
    ("locked", "another program is writing and does not finish", "Try again; close the other program."),
    ("not a database", "this file is not a database", "Name another file, or restore it from a copy."),
    ("malformed", "this file is damaged", "Restore it from a copy, or import the last export elsewhere."),
    ("readonly", "the library cannot be written", "Check the rights on the file and its folder."),
    ("disk is full", "the disk is full", "Make room and save again; what was saved before is there."),
    ("unable to open", "the file cannot be opened", "Check the folder and its rights."),
    ("authentication failed", "the server refused the credentials", "Check ADVISOR_DATABASE_URL."),
    ("does not exist", "the server has no such database or user", "Check ADVISOR_DATABASE_URL."),
    ("connection", "the server cannot be reached", "Check that it runs, its address and the network."),
)


def connect(address: URL) -> Engine:
    """Make an engine; SQLite gets write-ahead logging, PostgreSQL a check that pooled connections live."""
    # hide_parameters keeps what people wrote out of error messages and logs.
    common: dict[str, Any] = {
        "hide_parameters": True,
        "json_serializer": partial(json.dumps, allow_nan=False, ensure_ascii=False),
    }
    if address.get_backend_name() == "postgresql":
        limits = {"connect_timeout": BUSY_SECONDS, "application_name": "advisor"}
        return create_engine(address, pool_pre_ping=True, connect_args=limits, **common)
    _make_private(Path(str(address.database)))
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS}, **common)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The first opening decides the rights: assessments are for the owner's eyes.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except (OSError, ValueError):
        raise AdvisorError(
            "the library cannot be opened for writing",
            place=str(path),
            remedy="Check the folder and its rights, or name another with ADVISOR_DATA.",
        ) from None


def _prepare(connection: Any, _record: Any) -> None:
    # The driver's own idea of when a transaction starts is switched off; _begin says it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        _execute_patiently(cursor, pragma)
    cursor.close()


def _execute_patiently(cursor: sqlite3.Cursor, pragma: str) -> None:
    # The change to write-ahead logging does not wait for another program that makes it: SQLite answers "locked" at once.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute(pragma)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    # A writer takes its turn at the start: one that upgrades from reading would fail instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def explained(address: URL) -> Iterator[None]:
    """Turn a database's complaint into an error with a remedy and without credentials or contents."""
    try:
        yield
    except SQLAlchemyError as error:
        # Without the cause: its text may hold the address or what was to be saved.
        raise _explain(error, address) from None


def _explain(error: SQLAlchemyError, address: URL) -> AdvisorError:
    said = str(error.orig) if isinstance(error, DBAPIError) else ""
    for mark, problem, remedy in _CAUSES:
        if mark in said.lower():
            return AdvisorError(problem, place=shown(address), remedy=remedy)
    kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
    return AdvisorError(
        f"the database refused the work ({kind})",
        place=shown(address),
        remedy="Nothing was changed. Look into the database server's own log.",
    )
