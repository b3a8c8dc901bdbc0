"""The same tests on both databases: SQLite in a temporary folder, PostgreSQL on a server of our own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from advisor.advice import Advice, advise
from advisor.scenario import Situation
from advisor.share.store import Store, open_store
from tests.store.private_postgres import Server, private_server

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_names = (f"library_{number}" for number in itertools.count())


def ticking() -> Callable[[], datetime]:
    """A clock that moves one second at each look, so that times are known and differ."""
    seconds = itertools.count()
    return lambda: NOON + timedelta(seconds=next(seconds))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with private_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/library.sqlite3"
    server: Server = request.getfixturevalue("postgres")
    return server.create_database(next(_names))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url, clock=ticking())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def situation() -> Situation:
    answers = {
        "knowledge_gap": "main",
        "knowledge_change": "daily",
        "behavior_gap": "some",
        "behaviors": ("tone", "taxonomy"),
        "labelled_examples": 120.0,
        "queries_per_day": 1000.0,
    }
    return Situation(title="Support bot", answers=answers, origins={"queries_per_day": "assumed"}, notes="Q4")


@pytest.fixture(scope="session")
def advice(situation, catalog, day) -> Advice:
    return advise(situation, catalog, as_of=day)
