"""Bring a database to the form this program knows, in one transaction; refuse one from the future."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from advisor.errors import AdvisorError
from advisor.share.store.address import shown

FOLDER: Final = Path(__file__).parent / "migrations"
HEAD: Final = "0001"
"""The newest step under ``migrations/versions``; known here so that an up-to-date database needs no Alembic."""
_VERSIONS: Final = "alembic_version"
# Any fixed number: programs that start at once on one PostgreSQL database take turns by it.
_LOCK: Final = 7_345_112
# Alembic keeps its context in module globals, so the threads of one program take turns too.
_ONE_AT_A_TIME: Final = threading.Lock()


def migrate(engine: Engine, *, folder: Path = FOLDER, head: str = HEAD) -> None:
    """Run the missing steps; a killed or failed run leaves the database as it was."""
    with engine.connect() as connection:
        if _version(connection) == head:
            return
    with _ONE_AT_A_TIME, engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _upgrade(connection, folder, head, place=shown(engine.url))


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalars().all()  # noqa: S608 constant
    return found[0] if found else None


def _upgrade(connection: Connection, folder: Path, head: str, *, place: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    version = _version(connection)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise AdvisorError(
            f"this library has format {version}, this program knows up to {head}",
            place=place,
            remedy="A newer version wrote it: upgrade with pip install -U llm-adaptation-advisor.",
        )
    if version is None and inspect(connection).has_table("assessment"):
        raise AdvisorError(
            "the database has a table 'assessment' that is not ours",
            place=place,
            remedy="Name an empty database.",
        )
    command.upgrade(config, head)
