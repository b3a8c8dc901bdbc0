"""Kill -9 in the middle of saving, 200 times on each database; then count what was acknowledged and is gone.

The peer is one JSON file that is written anew at each save. Run: python benchmarks/store_kill.py [ROUNDS]
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.advice import Advice, advise
from advisor.catalog import load_catalog
from advisor.scenario import Situation
from advisor.share.store import open_store
from tests.store.killing import Toll, intact, kill_one, kill_rounds, noted, rewrite_endlessly, save_endlessly
from tests.store.private_postgres import private_server

SEED = 20_261_122
SAVES = 200
ANSWERS = {
    "knowledge_gap": "main",
    "knowledge_change": "daily",
    "queries_per_day": 1000.0,
    "labelled_examples": 120.0,
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    advice = advise(Situation(title="Support bot", answers=ANSWERS), load_catalog(), as_of=date(2026, 11, 22))
    size = len(advice.model_dump_json(by_alias=True))
    print(f"{rounds} kills each, seed {SEED}, one revision is {size / 1000:.0f} kB of JSON\n")
    header = (
        "store",
        "kills",
        "acknowledged",
        "lost",
        "damaged",
        "unacknowledged, there",
        "save p50",
        "save p95",
    )
    print("{:<28}{:>7}{:>14}{:>7}{:>9}{:>23}{:>11}{:>11}".format(*header))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/library.sqlite3"
        show("SQLite", kill_rounds(url, advice, rounds, seed=SEED), timed(url, advice))
        show("SQLite, being made", kill_while_made(Path(folder), advice, rounds), None)
        with private_server() as server:
            url = server.create_database("kills")
            show("PostgreSQL", kill_rounds(url, advice, rounds, seed=SEED), timed(url, advice))
        show("one JSON file (peer)", kill_in_place(Path(folder), advice, rounds), None)


def kill_while_made(folder: Path, advice: Advice, rounds: int) -> Toll:
    """Kill from the moment at which the file appears: while tables are made, or at the first saves."""
    chance, toll = random.Random(SEED), Toll()
    for number in range(rounds):
        path = folder / f"new-{number}.sqlite3"
        url = f"sqlite:///{path}"
        lines = kill_one(save_endlessly, url, advice, delay=chance.uniform(0, 0.3), awaited=path)
        toll.kills += 1
        toll.acknowledged += len(lines)
        store = open_store(url)
        there = sum(entry.revision for entry in store.list())
        toll.lost += max(0, len(lines) - there)
        toll.unacknowledged_but_there += there > len(lines)
        store.close()
        toll.damaged += not intact(url)
    return toll


def kill_in_place(folder: Path, advice: Advice, rounds: int) -> Toll:
    chance, toll = random.Random(SEED), Toll()
    for number in range(rounds):
        path = folder / f"{number}.json"
        delay = chance.uniform(0, 0.25)
        lines = kill_one(rewrite_endlessly, str(path), advice, delay=delay)
        toll.kills += 1
        toll.acknowledged += len(lines)
        try:
            there = len(json.loads(path.read_text()))
        except ValueError:
            there = 0
            toll.damaged += 1
        toll.lost += max(0, len(lines) - there)
        toll.unacknowledged_but_there += there > len(lines)
    return toll


def timed(url: str, advice: Advice) -> list[float]:
    store, seconds = open_store(url), []
    saved = store.save(advice)
    for number in range(SAVES):
        content = noted(advice, str(number))
        started = time.perf_counter()
        saved = store.save(content, assessment_id=saved.id, base_revision=saved.revision)
        seconds.append(time.perf_counter() - started)
    store.close()
    return seconds


def show(name: str, toll: Toll, seconds: list[float] | None) -> None:
    times = ("", "")
    if seconds:
        cuts = statistics.quantiles(seconds, n=20)
        times = (f"{cuts[9] * 1000:.1f} ms", f"{cuts[18] * 1000:.1f} ms")
    print(
        f"{name:<28}{toll.kills:>7}{toll.acknowledged:>14}{toll.lost:>7}{toll.damaged:>9}"
        f"{toll.unacknowledged_but_there:>23}{times[0]:>11}{times[1]:>11}",
        flush=True,
    )


if __name__ == "__main__":
    main()
