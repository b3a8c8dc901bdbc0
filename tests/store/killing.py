"""Writers that are killed in the middle of saving, and what is left of their work."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from advisor.advice import Advice

# Seconds; a writer whose killer was itself killed must not write for ever.
_LONGEST_LIFE = 60
Writer = Callable[[str, Advice, int], None]
# Children start from a process that has everything loaded: a kill takes milliseconds, not seconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["advisor.share.store.assessments", "advisor.share.store.migrating", "alembic.command"]
)


@dataclass
class Toll:
    """What so many kills did."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    damaged: int = 0
    unacknowledged_but_there: int = 0
    seconds: list[float] = field(default_factory=list)
    """How long each writer was at it."""


def noted(advice: Advice, note: str) -> Advice:
    situation = advice.situation.model_copy(update={"notes": note})
    return advice.model_copy(update={"situation": situation})


def save_endlessly(url: str, advice: Advice, acknowledged: int) -> None:
    """Save revision after revision; write each acknowledgement after the save returned."""
    from advisor.share.store import open_store

    end = time.monotonic() + _LONGEST_LIFE
    store = open_store(url)
    saved = store.save(noted(advice, "1"))
    while time.monotonic() < end:
        os.write(acknowledged, f"{saved.id} {saved.revision}\n".encode())
        note = str(saved.revision + 1)
        saved = store.save(noted(advice, note), assessment_id=saved.id, base_revision=saved.revision)


def rewrite_endlessly(path: str, advice: Advice, acknowledged: int) -> None:
    """Do the same with one JSON file that is written anew at each save, as small programs do."""
    revisions, end = [], time.monotonic() + _LONGEST_LIFE
    while time.monotonic() < end:
        revisions.append(noted(advice, str(len(revisions) + 1)).model_dump(mode="json", by_alias=True))
        with Path(path).open("w") as stream:
            json.dump(revisions, stream)
        os.write(acknowledged, f"file {len(revisions)}\n".encode())


def kill_one(
    writer: Writer, place: str, advice: Advice, *, delay: float, awaited: Path | None = None
) -> list[str]:
    """Kill a writer ``delay`` after its first save, or after ``awaited`` exists; give what it acknowledged."""
    # A file, not a pipe: what was written to it is there whatever becomes of the writer.
    with tempfile.NamedTemporaryFile() as acknowledged:
        process = PROCESSES.Process(target=_run, args=(writer, place, advice, acknowledged.name), daemon=True)
        process.start()
        while not (awaited.exists() if awaited else Path(acknowledged.name).stat().st_size):
            assert process.is_alive(), "the writer ended by itself"
            time.sleep(0.001)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        return acknowledged.read().decode().splitlines()


def _run(writer: Writer, place: str, advice: Advice, acknowledged: str) -> None:
    writer(place, advice, os.open(acknowledged, os.O_WRONLY | os.O_APPEND))


def kill_rounds(url: str, advice: Advice, rounds: int, *, seed: int, longest: float = 0.25) -> Toll:
    """Kill a writer on the same database again and again, and look at everything after each kill."""
    from advisor.share.store import open_store

    chance, toll, known = random.Random(seed), Toll(), {}
    for _ in range(rounds):
        started = time.perf_counter()
        lines = kill_one(save_endlessly, url, advice, delay=chance.uniform(0, longest))
        toll.seconds.append(time.perf_counter() - started)
        toll.kills += 1
        toll.acknowledged += len(lines)
        if lines:
            known[lines[0].split()[0]] = len(lines)
        store = open_store(url)
        newest = lines[0].split()[0]
        toll.lost += lost_of(store, newest, known[newest], advice)
        toll.unacknowledged_but_there += len(store.history(newest)) > known[newest]
        store.close()
        toll.damaged += not intact(url)
    store = open_store(url)
    toll.lost += sum(lost_of(store, name, count, advice) for name, count in known.items())
    store.close()
    return toll


def lost_of(store: object, assessment: str, acknowledged: int, advice: Advice) -> int:
    """Count acknowledged revisions that are not there, or not what was saved."""
    found = {item.number for item in store.history(assessment)}
    missing = [number for number in range(1, acknowledged + 1) if number not in found]
    wrong = [
        number
        for number in found
        if number <= acknowledged and store.get(assessment, number).advice != noted(advice, str(number))
    ]
    return len(missing) + len(wrong)


def intact(url: str) -> bool:
    """Ask SQLite to look at every page; other servers look after their files themselves."""
    if not url.startswith("sqlite:///"):
        return True
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    try:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        return found == [("ok",)] and not connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()
