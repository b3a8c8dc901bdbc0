"""Time the whole audit on chat rows against bare token counting of the same text, with peak memory; peers beside it.

Run: python benchmarks/audit_speed.py [--rows 100000 1000000] [--sides audit] [--peers DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

WORDS = 6000
# Each side is a process of its own, so that one's memory is not the other's; loading is not timed.
AUDIT = """
import sys, time, json
from pathlib import Path
from advisor.data.audit import audit
from advisor.data.executor import executor_named
from advisor.data.records import AuditInputs
from advisor.data.rows.word_tokens import count_by_words
count_by_words(["warm"])
start = time.perf_counter()
result = audit(AuditInputs(data=Path(sys.argv[1])), executor=executor_named(sys.argv[2], 2))
print(json.dumps([time.perf_counter() - start, f"{result.tokens['total']:,} tokens, {len(result.findings)} findings"]))
"""
TOKENS = """
import sys, time, json
from itertools import islice
from advisor.cost.tokens import encoding
encoder, threads = encoding("o200k_base"), int(sys.argv[2])
start, total = time.perf_counter(), 0
with open(sys.argv[1], "rb") as stream:
    while lines := list(islice(stream, 1000)):
        texts = [one["content"] for line in lines for one in json.loads(line)["messages"]]
        if threads == 1:
            total += sum(len(encoder.encode_ordinary(text)) for text in texts)
        else:
            total += sum(map(len, encoder.encode_ordinary_batch(texts, num_threads=threads)))
print(json.dumps([time.perf_counter() - start, f"{total:,} tokens"]))
"""
SIDES = {
    "tiktoken, 1 thread": (TOKENS, "1"),
    "tiktoken, 2 threads": (TOKENS, "2"),
    "audit, 1 process": (AUDIT, "local"),
    "audit, 2 processes": (AUDIT, "processes"),
}
PEERS = {
    "parallelogram": ["parallelogram", "check", "{train}", "--json"],
    "finelint": ["finelint", "inspect", "{train}"],
    "wana": ["wana", "check", "{train}", "--eval", "{eval}", "-o", "{out}"],
}


class Run(NamedTuple):
    """One side's run: how long, how much memory at its peak, processor time, and what it printed."""

    seconds: float
    peak_mb: float
    cpu_seconds: float
    output: str
    status: int


def make(path: Path, rows: int, copies: float = 0.02) -> None:
    """Write rows of about 105 words of their own with a natural distribution; some rows are edited copies of the one before."""
    rng = random.Random(1)
    letters = "etaoinshrdlucmfwypvbgk"
    vocabulary = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(WORDS)]
    shares = list(accumulate(1 / (rank + 5) for rank in range(WORDS)))
    ask, answer = ["hello"], ["hello"]
    with path.open("w") as stream:
        for index in range(rows):
            if rng.random() < copies:
                answer = [*answer[:20], "also", *answer[20:]]
            else:
                ask = rng.choices(vocabulary, cum_weights=shares, k=rng.randint(10, 30))
                answer = rng.choices(vocabulary, cum_weights=shares, k=rng.randint(50, 120))
            user, assistant = " ".join(ask).capitalize() + f" {index}?", " ".join(answer).capitalize() + "."
            messages = [
                {
                    "role": "system",
                    "content": "You are the friendly support agent of Lumo, a smart-home shop.",
                },
                {"role": "user", "content": user},
                {"role": "assistant", "content": assistant},
            ]
            stream.write(json.dumps({"messages": messages}) + "\n")


def run(command: list[str], limit_seconds: float) -> Run | None:
    """Run a command to its end, or to its limit (None)."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        timer = threading.Timer(limit_seconds, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        timer.cancel()
        output.seek(0)
        words = output.read().decode(errors="replace")
    if seconds >= limit_seconds:
        return None
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, usage.ru_maxrss / 1024, cpu, words, os.waitstatus_to_exitcode(status))


def commands(path: Path, folder: Path, peers: Path | None) -> dict[str, list[str]]:
    """Give the command of each side."""
    found = {name: [sys.executable, "-c", code, str(path), how] for name, (code, how) in SIDES.items()}
    for name, command in PEERS.items() if peers else ():
        program = str(peers / name / "bin" / name) if peers else name
        files = {"train": path, "eval": folder / "eval.jsonl", "out": folder / name}
        found[name] = [program, *(part.format(**files) for part in command[1:])]
    return found


def report(name: str, rows: int, megabytes: float, done: Run | None, limit: float) -> str:
    if done is None:
        return f"{name:>20} {rows:>9,}  not done in {limit:.0f} s"
    seconds, note = done.seconds, f"exit {done.status}"
    if name in SIDES:
        seconds, note = json.loads(done.output.splitlines()[-1])
    return (
        f"{name:>20} {rows:>9,} {seconds:>8.1f} {rows / seconds:>9,.0f} {megabytes / seconds:>6.1f} "
        f"{done.peak_mb:>8,.0f} {done.cpu_seconds:>7.1f}  {note}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000])
    parser.add_argument("--sides", nargs="+", help="only sides whose name holds one of these words")
    parser.add_argument("--limit", type=float, default=500, help="seconds given to each side")
    parser.add_argument(
        "--copies", type=float, default=0.02, help="share of rows that are edited copies of the one before"
    )
    parser.add_argument("--peers", type=Path, help="folder with the peers' virtual environments")
    parser.add_argument("--keep", type=Path, help="folder that keeps the files made, for runs side by side")
    arguments = parser.parse_args()
    print(f"{'what':>20} {'rows':>9} {'seconds':>8} {'rows/s':>9} {'MB/s':>6} {'peak MB':>8} {'CPU s':>7}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        make(folder / "eval.jsonl", 1000, 0)
        for rows in arguments.rows:
            path = folder / f"chat{rows}.jsonl"
            if not path.exists():
                make(path, rows, arguments.copies)
            for name, command in commands(path, folder, arguments.peers).items():
                if not arguments.sides or any(one in name for one in arguments.sides):
                    done = run(command, arguments.limit)
                    print(report(name, rows, path.stat().st_size / 1e6, done, arguments.limit), flush=True)


if __name__ == "__main__":
    main()
