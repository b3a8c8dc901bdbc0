"""Databases of the present form, a step to a newer one that takes its time, and kills in the middle of it."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from advisor.scenario import Situation
from advisor.share.store import open_store
from advisor.share.store.address import find_address
from advisor.share.store.connecting import connect
from advisor.share.store.migrating import FOLDER, migrate
from tests.store.killing import PROCESSES, intact, kill_one
from tests.store.private_postgres import Server

ASSESSMENTS, NEWER = 40, "0002"
# A step as a later version may bring one: a column, a value in every row, a table, an index.
STEP = '''
"""Count the letters of every title."""
import time
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade():
    op.add_column("revision", sa.Column("letters", sa.Integer))
    op.create_table("trial", sa.Column("id", sa.String(40), primary_key=True))
    bind = op.get_bind()
    for one in bind.execute(sa.text("SELECT assessment_id, number, title FROM revision")).all():
        bind.execute(
            sa.text("UPDATE revision SET letters = :letters WHERE assessment_id = :id AND number = :number"),
            {"letters": len(one.title), "id": one.assessment_id, "number": one.number},
        )
        bind.execute(sa.text("INSERT INTO trial (id) VALUES (:id)"), {"id": f"{one.assessment_id}-{one.number}"})
        time.sleep(0.002)
    op.create_index("ix_revision_letters", "revision", ["letters"])
'''


@dataclass
class MigrationToll:
    """What so many kills in a migration did."""

    kills: int = 0
    in_the_middle: int = 0
    """Kills after the migration began and before it was acknowledged."""
    lost: int = 0
    """An acknowledged migration that is not there, or records that differ."""
    half: int = 0
    """Databases between the two forms."""
    unrecovered: int = 0
    """Databases that the next run did not bring to the newer form."""


def newer_steps(folder: Path) -> Path:
    """Copy the program's own steps to ``folder`` and put a newer one behind them."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "r0002_letters.py").write_text(STEP)
    return folder


def filled(url: str) -> str:
    """Save some assessments, half of them with two revisions."""
    store = open_store(url)
    for number in range(ASSESSMENTS):
        saved = store.save(Situation(title=f"Number {number}", answers={"knowledge_gap": "main"}))
        if number % 2:
            store.save(Situation(title=f"Again {number}"), assessment_id=saved.id, base_revision=1)
    store.close()
    return url


def migrate_to_newer(place: str, _content: object, acknowledged: int) -> None:
    """Say that it begins, migrate, and say that it is done."""
    url, folder = place.split(" ")
    engine = connect(find_address(url))
    os.write(acknowledged, b"begun\n")
    migrate(engine, folder=Path(folder), head=NEWER)
    os.write(acknowledged, b"done\n")
    # The killer decides when this ends.
    time.sleep(60)


def migrate_whole(url: str, folder: Path) -> None:
    engine = connect(find_address(url))
    migrate(engine, folder=folder, head=NEWER)
    engine.dispose()


def records(url: str) -> list[tuple[object, ...]]:
    """Read every revision and tag as both forms have them."""
    engine = connect(find_address(url))
    columns = (
        "assessment_id, number, saved_at, saved_by, title, CAST(situation AS TEXT), CAST(advice AS TEXT)"
    )
    with engine.connect() as connection:
        wanted = sa.text(f"SELECT {columns} FROM revision ORDER BY assessment_id, number")
        found = [tuple(row) for row in connection.execute(wanted)]
    engine.dispose()
    return found


def copies_in(folder: Path) -> Callable[[int], str]:
    """Fill a SQLite file in ``folder`` and return what makes the number-th copy of it."""
    filled(f"sqlite:///{folder}/present.sqlite3")

    def fresh(number: int) -> str:
        shutil.copy(folder / "present.sqlite3", folder / f"{number}.sqlite3")
        return f"sqlite:///{folder}/{number}.sqlite3"

    return fresh


def copies_on(server: Server, name: str) -> Callable[[int], str]:
    """Fill a database of a PostgreSQL server and return what makes the number-th copy of it."""
    filled(server.create_database(name))
    return lambda number: server.create_database(f"{name}_{number}", like=name)


def form_of(url: str) -> str:
    """Name the form that a database is in: ``0001``, ``0002``, or ``between``."""
    engine = connect(find_address(url))
    with engine.connect() as connection:
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
        looked = sa.inspect(connection)
        has_column = "letters" in {one["name"] for one in looked.get_columns("revision")}
        marks = {
            has_column,
            looked.has_table("trial"),
            "ix_revision_letters" in {one["name"] for one in looked.get_indexes("revision")},
        }
        if has_column:
            empty = sa.text("SELECT count(*) FROM revision WHERE letters IS NULL")
            marks.add(not connection.execute(empty).scalar_one())
    engine.dispose()
    return str(version) if marks == {version == NEWER} else "between"


def kill_migrations(
    fresh: Callable[[int], str], folder: Path, kills: int, *, seed: int, longest: float = 0.45
) -> MigrationToll:
    """Kill a migration of a fresh copy again and again; then let another process do it to the end.

    Args:
        fresh: Makes the number-th copy of a filled database of the present form, and returns its address.
        folder: The steps, with a newer one.
        kills: How often.
        seed: Of the moments.
        longest: Seconds after its beginning within which it is killed.
    """
    chance, toll = random.Random(seed), MigrationToll()
    for number in range(kills):
        url = fresh(number)
        before = records(url)
        told = kill_one(migrate_to_newer, f"{url} {folder}", None, delay=chance.uniform(0, longest))
        toll.kills += 1
        toll.in_the_middle += "done" not in told
        form = form_of(url)
        toll.half += form == "between" or not intact(url)
        toll.lost += ("done" in told and form != NEWER) or records(url) != before
        migrate_whole(url, folder)
        toll.unrecovered += form_of(url) != NEWER or records(url) != before or not intact(url)
    return toll


def migrate_twice_at_once(url: str, folder: Path) -> bool:
    """Let two processes migrate one database; True where both end well and all is there."""
    before = records(url)
    both = [PROCESSES.Process(target=migrate_whole, args=(url, folder), daemon=True) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    return [one.exitcode for one in both] == [0, 0] and form_of(url) == NEWER and records(url) == before
