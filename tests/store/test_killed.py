from __future__ import annotations

import random

from advisor.store import open_store
from tests.store.killing import intact, kill_one, kill_rounds, rewrite_endlessly, save_endlessly

KILLS = 20


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
