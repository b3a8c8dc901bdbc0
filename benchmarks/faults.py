"""Do to the command line what is done to databases: kill it, fill its disk, take its rights, let two run at once.

Prints one table. What must hold: nothing that was acknowledged is lost, no file is half written, and after the same
command was run once more everything is as if nothing had happened, with nothing left over.
Run: python benchmarks/faults.py [--kills 100] [--seed 1]
"""

from __future__ import annotations

import argparse
import ctypes
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.share.store import open_store
from advisor.share.store.assessments import Store
from benchmarks.fault_place import ADVISOR, LIBRARY, ROWS, Place, endpoint, leftovers, made, run
from tests.store.killed_migration import (
    MigrationToll,
    copies_in,
    copies_on,
    kill_migrations,
    migrate_twice_at_once,
    newer_steps,
)
from tests.store.private_postgres import private_server

SPILLING = ("fix", "split", "audit --write-baseline")
CAN_WRITE_ANYWHERE, DROP = 1, 24  # Linux: CAP_DAC_OVERRIDE, PR_CAPBSET_DROP


@dataclass
class Line:
    """One line of the table."""

    what: str
    tried: int = 0
    hit: int = 0
    """Times at which the fault really met the work: a kill in time, a disk that was full."""
    lost: int = 0
    half: int = 0
    unrecovered: int = 0
    left: int = 0
    tracebacks: int = 0
    notes: list[str] = field(default_factory=list)

    def show(self) -> bool:
        counts = (self.tried, self.hit, self.lost, self.half, self.unrecovered, self.left, self.tracebacks)
        print(f"{self.what:<44}" + "".join(f"{count:>10}" for count in counts), flush=True)
        for note in self.notes[:3]:
            print(f"    {note}", flush=True)
        return not any(counts[2:])


# --- the faults --------------------------------------------------------------------------------------------


def killed(place: Place, verb: str, kills: int, chance: random.Random) -> Line:
    line, out = Line(f"kill -9, {verb}"), place.own(f"kill {verb}")
    environment = place.prepared(verb, out)
    before = made(verb, out)
    started = time.monotonic()
    first = run(place.command(verb, out / "made"), environment)
    whole, reference = time.monotonic() - started, made(verb, out)
    if first.returncode != 0:
        line.notes.append(first.stderr[-200:])
    for _ in range(kills):
        environment = place.prepared(verb, out)
        process = subprocess.Popen(
            place.command(verb, out / "made"),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(chance.uniform(0.3, 1.02) * whole)
        process.send_signal(signal.SIGKILL)
        told = "".join(process.communicate())
        line.tried += 1
        line.hit += process.returncode == -signal.SIGKILL
        there = made(verb, out)
        line.half += sum(
            value not in (before.get(name), reference.get(name)) for name, value in there.items()
        )
        line.lost += verb == "library save" and "Saved as" in told and there != reference
        again = run(place.command(verb, out / "made"), environment)
        line.tracebacks += "Traceback" in again.stderr
        line.notes += [again.stderr[-200:]] if again.returncode != 0 else []
        # A save that arrived and is given again is a second assessment, as it should be.
        saved = verb == "library save"
        wanted = {"assessments": str(int(there["assessments"]) + 1)} if saved else reference
        line.unrecovered += made(verb, out) != wanted
        left = leftovers(out)
        line.left += len(left)
        line.notes += left[:1]
    return line


def full_disk(place: Place, verb: str, where: str) -> Line:
    """A file system of 16 kB, where this machine lets one be made; else the largest file is limited to as much."""
    line, out = Line(f"full disk ({where}), {verb}"), place.own(f"disk {where} {verb}")
    environment = place.prepared(verb, out)
    (out / "made" / "old").write_text("old")
    with small_disk(out / ("made" if where == "output" else "tmp")) as limit:
        if where == "output" and verb.startswith("library") and verb != "library export":
            environment["ADVISOR_DATABASE_URL"] = f"sqlite:///{out / 'made' / LIBRARY}"
        done = run(place.command(verb, out / "made"), environment, preexec_fn=limit)
        line.tried, line.hit = 1, int(done.returncode != 0)
        line.tracebacks += "Traceback" in done.stderr
        line.half += done.returncode != 0 and bool(
            set(made("fix", out)) - {"old", LIBRARY, f"{LIBRARY}-wal", f"{LIBRARY}-shm"}
        )
        line.left += len(leftovers(out))
        line.notes += [done.stderr[-160:]] if line.tracebacks or line.left else []
    return line


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[], None] | None]:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        import resource

        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, 16_000))
        return
    try:
        yield None
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def full_stdout(place: Place) -> Line:
    line, environment = Line("standard output on /dev/full"), place.prepared("report", place.own("stdout"))
    for arguments in (
        ["decide", str(place.answers)],
        ["decide", str(place.answers), "--json"],
        ["report", str(place.answers), "--format", "md"],
        ["cost", str(place.answers)],
        ["library", "export", "-"],
        ["library", "list"],
        ["rules", "list"],
        ["audit", str(place.rows)],
    ):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [*ADVISOR, *arguments],
                env=environment,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        line.tried += 1
        line.hit += done.returncode == 1 and "no space left" in done.stderr
        line.tracebacks += "Traceback" in done.stderr or "Exception ignored" in done.stderr
        line.lost += done.returncode == 0
    return line


def as_ordinary_user() -> None:
    """Take from root the right to write where the mode forbids it, so that modes mean what they mean for others."""
    if os.geteuid() == 0:
        ctypes.CDLL(None, use_errno=True).prctl(DROP, CAN_WRITE_ANYWHERE, 0, 0, 0)


def read_only(place: Place, verb: str) -> Line:
    line, out = Line(f"read-only folder, {verb}"), place.own(f"rights {verb}")
    environment = place.prepared(verb, out)
    locked = out if verb.startswith("library") and verb != "library export" else out / "made"
    locked.chmod(0o555)
    done = run(place.command(verb, out / "made"), environment, preexec_fn=as_ordinary_user)
    locked.chmod(0o755)
    line.tried, line.hit = 1, int(done.returncode == 1)
    line.lost += done.returncode != 1
    line.tracebacks += "Traceback" in done.stderr
    line.left += len(leftovers(out))
    line.notes += [done.stderr[-160:]] if line.tracebacks or line.lost else []
    return line


PAIRS = {
    "fix": (["--to", "chat"], []),
    "split": (["--seed", "1"], ["--seed", "2"]),
    "report": ([], ["--as-of", "2026-11-22"]),
    "audit --write-baseline": (["--max-length", "16"], []),
    "plan": (["--seed", "1"], ["--seed", "2"]),
    "decide TABLE": ([], ["--as-of", "2026-11-22"]),
    "augment": ([], []),
    "library import": ([], []),
    "library export": ([], []),
    "library save": ([], []),
}


def race(place: Place, verb: str, rounds: int) -> Line:
    """Two processes at once on one target, with options that differ: one of the two results is there, whole."""
    line, out = Line(f"two at once, {verb}"), place.own(f"two {verb}")
    alone = []
    for more in PAIRS[verb]:
        environment = place.prepared(verb, out)
        run([*place.command(verb, out / "made"), *more], environment)
        alone.append(made(verb, out))
    if verb == "library save":
        alone = [{"assessments": "2"}]
    for _ in range(rounds):
        environment = place.prepared(verb, out)
        both = [
            subprocess.Popen(
                [*place.command(verb, out / "made"), *more],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for more in PAIRS[verb]
        ]
        errors = [process.communicate()[1] for process in both]
        line.tried += 1
        line.hit += all(process.returncode == 0 for process in both)
        line.tracebacks += sum("Traceback" in error for error in errors)
        there = made(verb, out)
        line.half += sum(value not in {one.get(name) for one in alone} for name, value in there.items())
        line.unrecovered += there not in alone
        line.left += len(leftovers(out))
    return line


def clock_set_back(folder: Path) -> Line:
    line = Line("clock set back between saves")
    moments = iter(
        [
            datetime(2026, 11, 22, tzinfo=UTC),
            datetime(2001, 1, 1, tzinfo=UTC),
            datetime(2100, 1, 1, tzinfo=UTC),
        ]
        * 20
    )
    store = open_store(f"sqlite:///{folder / 'clock.sqlite3'}", clock=lambda: next(moments))
    saved = store.save(Situation(title="1"))
    for number in range(2, 31):
        saved = store.save(Situation(title=str(number)), assessment_id=saved.id, base_revision=number - 1)
        line.tried += 1
        line.hit += 1
        numbers = [revision.number for revision in store.history(saved.id)]
        line.lost += numbers != list(range(number, 0, -1)) or store.get(saved.id).situation.title != str(
            number
        )
    store.close()
    return line


def postgres_restarted(writers: int, restarts: int) -> Line:
    """Writers save on and on while the server is stopped hard and started again."""
    line = Line(f"PostgreSQL restarted under {writers} writers")
    with private_server() as server:
        url = server.create_database("restarts")
        open_store(url).close()
        stop, acknowledged, faults = threading.Event(), set(), []
        stores = [open_store(url) for _ in range(writers)]
        threads = [
            threading.Thread(target=write_on, args=(store, stop, acknowledged, faults)) for store in stores
        ]
        for thread in threads:
            thread.start()
        for _ in range(restarts):
            time.sleep(2)
            server.restart()
        time.sleep(2)
        stop.set()
        for thread in threads:
            thread.join(60)
        store = open_store(url)
        there = {
            (entry.id, revision.number) for entry in store.list() for revision in store.history(entry.id)
        }
        store.close()
    line.tried, line.hit = len(acknowledged), restarts
    line.lost = len(acknowledged - there)
    line.tracebacks = len(faults)
    line.notes = [f"{len(acknowledged):,} saves acknowledged, {len(there):,} there", *faults[:2]]
    return line


def killed_migration(copies: Callable[[int], str], folder: Path, kills: int, seed: int) -> MigrationToll:
    return kill_migrations(copies, newer_steps(folder), kills, seed=seed)


def migrations_killed(place: Place, kind: str, kills: int, seed: int) -> Line:
    """Kill the step of a filled library to a newer form; then another process takes it."""
    folder = place.own(f"migration {kind}")
    folder.mkdir(parents=True)
    if kind == "SQLite":
        return toll_of(kind, killed_migration(copies_in(folder), folder / "steps", kills, seed))
    with private_server() as server:
        return toll_of(kind, killed_migration(copies_on(server, "present"), folder / "steps", kills, seed))


def toll_of(kind: str, toll: MigrationToll) -> Line:
    line = Line(f"kill -9, migration of a {kind} library", toll.kills, toll.in_the_middle)
    line.lost, line.half, line.unrecovered = toll.lost, toll.half, toll.unrecovered
    return line


def migrations_at_once(place: Place, kind: str, rounds: int) -> Line:
    """Two processes migrate one library at once: they take turns, and both end well."""
    line, folder = Line(f"two at once, migration of a {kind} library"), place.own(f"two migrate {kind}")
    folder.mkdir(parents=True)
    steps = newer_steps(folder / "steps")
    with ExitStack() as stack:
        copies = (
            copies_in(folder)
            if kind == "SQLite"
            else copies_on(stack.enter_context(private_server()), "present")
        )
        for number in range(rounds):
            line.tried += 1
            line.hit += 1
            line.unrecovered += not migrate_twice_at_once(copies(number), steps)
    return line


def write_on(
    store: Store, stop: threading.Event, acknowledged: set[tuple[str, int]], faults: list[str]
) -> None:
    saved = None
    while not stop.is_set():
        try:
            where = {} if saved is None else {"assessment_id": saved.id, "base_revision": saved.revision}
            saved = store.save(Situation(title="x"), **where)
            acknowledged.add((saved.id, saved.revision))
        except AdvisorError:
            # Whether the last save arrived is not known: go on with a new assessment.
            saved = None
            time.sleep(0.1)
        except Exception as error:  # noqa: BLE001 whatever else comes out is a fault
            faults.append(f"{type(error).__name__}: {error}"[:150])
            saved = None
    store.close()


def tasks(given: argparse.Namespace, place: Place) -> Iterator[tuple[str, Callable[[], Line]]]:
    """Every fault with the name that ``--only`` looks at."""
    each = max(1, round(given.kills / len(place.verbs)))
    for number, verb in enumerate(place.verbs):
        yield f"kill {verb}", partial(killed, place, verb, each, random.Random(given.seed + number))
    for verb in place.verbs:
        yield f"full disk {verb}", partial(full_disk, place, verb, "output")
        if verb in SPILLING:
            yield f"full disk {verb}", partial(full_disk, place, verb, "temporary files")
    yield "full stdout", partial(full_stdout, place)
    for verb in place.verbs:
        yield f"read-only {verb}", partial(read_only, place, verb)
    for verb in PAIRS:
        if verb in place.verbs:
            yield f"race {verb}", partial(race, place, verb, given.rounds)
    for kind in ("SQLite", "PostgreSQL"):
        yield f"migration kill {kind}", partial(migrations_killed, place, kind, given.kills, given.seed)
        yield f"migration race {kind}", partial(migrations_at_once, place, kind, given.rounds)
    yield "clock", partial(clock_set_back, place.folder)
    yield "restart", partial(postgres_restarted, 20, 3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="kills over all verbs together")
    parser.add_argument("--rounds", type=int, default=3, help="races of each verb")
    parser.add_argument("--at-once", type=int, default=2, help="faults that are tried at the same time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only",
        nargs="+",
        default=[""],
        help="faults whose name has one of these: kill, full, read-only, race, clock, restart, a verb",
    )
    given = parser.parse_args()
    os.environ.setdefault("OPENAI_API_KEY", "none-needed-here")
    heads = ("tried", "met", "lost", "half", "not again", "left over", "traceback")
    print(f"seed {given.seed}, {ROWS:,} rows\n{'fault':<44}" + "".join(f"{head:>10}" for head in heads))
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, endpoint() as url:
        place = Place(Path(folder), url)
        wanted = [task for name, task in tasks(given, place) if any(one in name for one in given.only)]
        with ThreadPoolExecutor(given.at_once) as pool:
            good = [line.show() for line in pool.map(lambda task: task(), wanted)]
    print("Fuzzing has a table of its own: python benchmarks/fuzz.py")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
