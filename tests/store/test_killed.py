from __future__ import annotations

import itertools
import random
import sqlite3

import pytest

from advisor.errors import AdvisorError
from advisor.share.store import open_store
from tests.store.killed_migration import (
    copies_in,
    copies_on,
    form_of,
    kill_migrations,
    migrate_twice_at_once,
    migrate_whole,
    newer_steps,
)
from tests.store.killing import intact, kill_one, kill_rounds, rewrite_endlessly, save_endlessly

KILLS = 20
_numbers = itertools.count()


def test_every_acknowledged_revision_survives_a_kill_in_the_middle_of_saving(url, advice):
    toll = kill_rounds(url, advice, KILLS, seed=1)
    assert toll.kills == KILLS
    assert toll.acknowledged >= KILLS
    assert toll.lost == 0
    assert toll.damaged == 0


def test_a_kill_while_the_library_is_being_made_leaves_one_that_opens(tmp_path, advice):
    chance = random.Random(2)
    for number in range(8):
        path = tmp_path / f"{number}.sqlite3"
        url = f"sqlite:///{path}"
        kill_one(save_endlessly, url, advice, delay=chance.uniform(0, 0.3), awaited=path)
        store = open_store(url)
        assert store.save(advice).revision == 1
        assert intact(url)
        store.close()


def test_the_kill_does_hurt_what_is_written_in_place(tmp_path, advice):
    # Otherwise the tests above would prove nothing.
    import json

    damaged = 0
    for number in range(KILLS):
        path = tmp_path / f"{number}.json"
        delay = random.Random(number).uniform(0, 0.06)
        kill_one(rewrite_endlessly, str(path), advice, delay=delay)
        try:
            json.loads(path.read_text())
        except ValueError:
            damaged += 1
    assert damaged > 0


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request, tmp_path):
    """What makes copies of a filled database of the present form."""
    if request.param == "sqlite":
        return copies_in(tmp_path)
    return copies_on(request.getfixturevalue("postgres"), f"present_{next(_numbers)}")


def test_a_kill_in_the_middle_of_a_migration_leaves_the_old_form_or_the_new_one(copies, tmp_path):
    toll = kill_migrations(copies, newer_steps(tmp_path / "steps"), 6, seed=3)
    assert toll.kills == 6
    assert toll.in_the_middle > 0
    assert (toll.lost, toll.half, toll.unrecovered) == (0, 0, 0)


def test_a_form_between_the_two_would_be_seen(tmp_path):
    # Otherwise the test above would prove nothing.
    url = copies_in(tmp_path)(0)
    assert form_of(url) == "0001"
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("ALTER TABLE revision ADD COLUMN letters INTEGER")
    connection.close()
    assert form_of(url) == "between"


def test_two_programs_that_migrate_one_library_at_once_take_turns(copies, tmp_path):
    assert migrate_twice_at_once(copies(0), newer_steps(tmp_path / "steps"))


def test_a_library_of_a_newer_form_is_refused_by_name(tmp_path):
    url = copies_in(tmp_path)(0)
    migrate_whole(url, newer_steps(tmp_path / "steps"))
    with pytest.raises(AdvisorError, match="format 0002"):
        open_store(url)
