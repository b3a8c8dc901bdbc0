"""Do to the command line what is done to databases: kill it, fill its disk, take its rights, let two run at once.

Prints one table. What must hold: nothing that was acknowledged is lost, no file is half written, and after the same
command was run once more everything is as if nothing had happened, with nothing left over.
Run: python benchmarks/faults.py [--kills 100] [--seed 1]
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.store import open_store
from tests.store.private_postgres import private_server

ADVISOR = [sys.executable, "-m", "advisor"]
ROWS = 1_500
LIBRARY = "library.sqlite3"
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


# --- the work ----------------------------------------------------------------------------------------------


class Place:
    """A folder with what the verbs need, and folders for what they make."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder
        self.rows, self.answers = folder / "rows.jsonl", folder / "answers.yaml"
        chance = random.Random(5)
        words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
        with self.rows.open("w") as stream:
            for number in range(ROWS):
                said = [f"{kind} {number} {' '.join(chance.choices(words, k=20))}" for kind in ("q", "a")]
                turns = [
                    {"role": role, "content": text}
                    for role, text in zip(("user", "assistant"), said, strict=True)
                ]
                stream.write(json.dumps({"messages": turns}) + "\n")
        few = folder / "few.jsonl"
        few.write_text("".join(self.rows.read_text().splitlines(keepends=True)[:30]))
        self.answers.write_text("title: t\nanswers:\n  knowledge_gap: main\n")
        table = folder / "table.csv"
        table.write_text("knowledge_gap,queries_per_day\n" + "main,100\nnone,5\n" * 200)
        self.file = folder / "library.json"
        store = open_store(f"sqlite:///{folder / 'source.sqlite3'}")
        for number in range(60):
            store.save(Situation(title=f"Number {number}", answers={"knowledge_gap": "main"}))
        self.file.write_bytes(store.export_all())
        store.close()
        ask = [
            "--base-url",
            endpoint,
            "--model",
            "m",
            "--usd-per-mtok-in",
            "1",
            "--usd-per-mtok-out",
            "1",
            "--yes",
        ]
        self.verbs = {
            "fix": ["fix", f"{self.rows}", "-o", "{}/o.jsonl"],
            "split": ["split", f"{self.rows}", "-o", "{}"],
            "augment": ["augment", f"{few}", "-o", "{}/o.jsonl", *ask],
            "audit --write-baseline": ["audit", f"{self.rows}", "--write-baseline", "{}/b.json"],
            "plan": ["plan", f"{self.answers}", "--data", f"{self.rows}", "--backend", "trl", "-o", "{}/b"],
            "report": ["report", f"{self.answers}", "-o", "{}/r.html"],
            "decide TABLE": ["decide", f"{table}", "-o", "{}/v.csv", "--samples", "16"],
            "library import": ["library", "import", f"{self.file}"],
            "library export": ["library", "export", "{}/l.json"],
            "library save": ["library", "save", f"{self.answers}"],
            "library list, being made": ["library", "list"],
        }

    def command(self, verb: str, out: Path) -> list[str]:
        return [*ADVISOR, *(part.replace("{}", str(out)) for part in self.verbs[verb])]

    def prepared(self, verb: str, out: Path) -> dict[str, str]:
        """Make the place for one run, and give its environment; only the export has a library to start from."""
        shutil.rmtree(out, ignore_errors=True)
        (out / "tmp").mkdir(parents=True)
        (out / "made").mkdir()
        if verb == "library export":
            shutil.copy(self.folder / "source.sqlite3", out / LIBRARY)
        return {
            **os.environ,
            "TMPDIR": str(out / "tmp"),
            "ADVISOR_DATABASE_URL": f"sqlite:///{out / LIBRARY}",
        }


def made(verb: str, out: Path) -> dict[str, str]:
    """Give what is there, by name: hashes of files, or how many assessments the library holds."""
    if verb.startswith("library") and verb != "library export":
        return {"assessments": str(count(out))}
    folder = out / "made"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and ".part" not in str(path)]
    # A bundle's README and a plan hold paths and no times; the journal of an augmentation is its own protocol.
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if "journal" not in path.name
    }


def count(out: Path) -> int:
    if not (out / LIBRARY).exists():
        return 0
    store = open_store(f"sqlite:///{out / LIBRARY}")
    try:
        return len(store.list())
    finally:
        store.close()


def leftovers(out: Path) -> list[str]:
    parts = [path.name for path in (out / "made").rglob("*") if path.name.endswith(".part")]
    return parts + [path.name for path in (out / "tmp").iterdir()]


def run(
    command: list[str], environment: dict[str, str], **options: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False, **options
    )  # type: ignore[call-overload]


# --- the faults --------------------------------------------------------------------------------------------


def killed(place: Place, verb: str, kills: int, chance: random.Random) -> Line:
    line, out = Line(f"kill -9, {verb}"), place.folder / "out"
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
        # A save that arrived and is given again is a second assessment, as it should be.
        saved = verb == "library save"
        wanted = {"assessments": str(int(there["assessments"]) + 1)} if saved else reference
        line.unrecovered += made(verb, out) != wanted
        left = leftovers(out)
        line.left += len(left)
        line.notes += left[:1]
    return line


def full_disk(place: Place) -> Iterator[Line]:
    """A file system of 16 kB, where this machine lets one be made; else the largest file is limited to as much."""
    for verb in place.verbs:
        for where in ("output", "temporary files") if verb in SPILLING else ("output",):
            line, out = Line(f"full disk ({where}), {verb}"), place.folder / "full"
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
            yield line


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
    line, environment = Line("standard output on /dev/full"), place.prepared("report", place.folder / "out")
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


def read_only(place: Place) -> Iterator[Line]:
    for verb in place.verbs:
        line, out = Line(f"read-only folder, {verb}"), place.folder / "out"
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
        yield line


def races(place: Place, rounds: int) -> Iterator[Line]:
    """Two processes at once on one target, with options that differ: one of the two results stands, whole."""
    pairs = {
        "fix": (["--to", "chat"], []),
        "split": (["--seed", "1"], ["--seed", "2"]),
        "report": ([], ["--as-of", "2026-11-22"]),
        "audit --write-baseline": (["--max-length", "16"], []),
        "library import": ([], []),
        "library export": ([], []),
        "library save": ([], []),
    }
    for verb, options in ((verb, pairs[verb]) for verb in pairs if verb in place.verbs):
        line, out = Line(f"two at once, {verb}"), place.folder / "out"
        alone = []
        for more in options:
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
                for more in options
            ]
            errors = [process.communicate()[1] for process in both]
            line.tried += 1
            line.hit += all(process.returncode == 0 for process in both)
            line.tracebacks += sum("Traceback" in error for error in errors)
            there = made(verb, out)
            line.half += sum(value not in {one.get(name) for one in alone} for name, value in there.items())
            line.unrecovered += there not in alone
            line.left += len(leftovers(out))
        yield line


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
        threads = [
            threading.Thread(target=write_on, args=(url, stop, acknowledged, faults)) for _ in range(writers)
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


def write_on(url: str, stop: threading.Event, acknowledged: set[tuple[str, int]], faults: list[str]) -> None:
    store, saved = open_store(url), None
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


@contextmanager
def endpoint() -> Iterator[str]:
    """A loopback model for augmentation: it answers each request with a variation of its own."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            text = f"Could you please tell me about matter {hashlib.sha256(body).hexdigest()[:8]} in other words?"
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            answer = json.dumps(
                {
                    "id": "1",
                    "object": "chat.completion",
                    "choices": [choice],
                    "usage": {"prompt_tokens": 1, "completion_tokens": 1},
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


def lines(given: argparse.Namespace, place: Place) -> Iterator[Line]:
    chance = random.Random(given.seed)
    each = max(1, round(given.kills / 11))
    for verb in place.verbs:
        yield killed(place, verb, each, chance)
    yield from full_disk(place)
    yield full_stdout(place)
    yield from read_only(place)
    yield from races(place, given.rounds)
    yield clock_set_back(place.folder)
    yield postgres_restarted(20, 3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="kills over all verbs together")
    parser.add_argument("--rounds", type=int, default=3, help="races of each verb")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="verbs whose name has this")
    given = parser.parse_args()
    os.environ.setdefault("OPENAI_API_KEY", "none-needed-here")
    heads = ("tried", "met", "lost", "half", "not again", "left over", "traceback")
    print(f"seed {given.seed}, {ROWS:,} rows\n{'fault':<44}" + "".join(f"{head:>10}" for head in heads))
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, endpoint() as url:
        place = Place(Path(folder), url)
        place.verbs = {verb: command for verb, command in place.verbs.items() if given.only in verb}
        good = [line.show() for line in lines(given, place)]
    print("Fuzzing has a table of its own: python benchmarks/fuzz.py")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
