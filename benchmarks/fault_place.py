"""Where faults are tried: verbs of the command line that write, what they need, and what is there after them."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.scenario import Situation
from advisor.share.store import open_store

ADVISOR = [sys.executable, "-m", "advisor"]
ROWS = 1_500
LIBRARY = "library.sqlite3"


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

    def own(self, purpose: str) -> Path:
        """Give a folder for one fault, so that several can be tried at once."""
        return self.folder / hashlib.sha256(purpose.encode()).hexdigest()[:8]

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
