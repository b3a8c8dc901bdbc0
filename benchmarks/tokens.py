"""Token counting: speed and memory on a large file, against bare tiktoken.

    python benchmarks/tokens.py [--megabytes 50]

Each way runs in a process of its own, in turn and repeatedly, so that one does not warm the other's caches.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

WAYS = {
    "bare tiktoken, whole file in one call": "whole",
    "bare tiktoken, 400,000 characters a call": "pieces",
    "Advisor, count_file": "advisor",
}
SETUP = """
import json, os, resource, sys, time
from pathlib import Path
from advisor.cost.tokens import VOCABULARY, count_file
os.environ["TIKTOKEN_CACHE_DIR"] = str(VOCABULARY)
import tiktoken
encoding = tiktoken.get_encoding("o200k_base")
encoding.encode_ordinary("warm up")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path, way = Path(sys.argv[1]), sys.argv[2]
if way == "advisor":
    count_file(Path("/dev/null"))
wall, busy = time.perf_counter(), time.process_time()
if way == "whole":
    tokens = len(encoding.encode_ordinary(path.read_text(encoding="utf-8")))
elif way == "pieces":
    tokens = 0
    with path.open(encoding="utf-8") as stream:
        while piece := stream.read(400_000):
            tokens += len(encoding.encode_ordinary(piece))
else:
    tokens = count_file(path)
busy, wall = time.process_time() - busy, time.perf_counter() - wall
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"tokens": tokens, "wall": wall, "busy": busy, "growth_mb": (peak - before) / 1024}))
"""
WORDS = (
    "the customer asked whether invoice number could be paid later and support answered that a reminder is sent after "
    "fourteen days unless an agreement exists; def total(rows): return sum(row.amount for row in rows) if rows else 0 "
    "Größe überprüfen naïve café данные обработка 请在三十天内付款 注文を確認する 한국어 문장입니다 12,450.00 € 2026-11-22 https://example.org/a?b=c"
)


def write(path: Path, megabytes: int) -> None:
    generator, words = random.Random(1), WORDS.split()
    with path.open("w", encoding="utf-8") as stream:
        while stream.tell() < megabytes * 1_000_000:
            stream.write("\n".join(" ".join(generator.choices(words, k=14)) for _ in range(2000)) + "\n")


def run(path: Path, way: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", SETUP, str(path), way], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.txt"
        write(path, chosen.megabytes)
        found = {label: [] for label in WAYS}
        for _ in range(chosen.rounds):
            for label, way in WAYS.items():
                found[label].append(run(path, way))
    table = Table(title=f"{chosen.megabytes} MB of mixed text, o200k_base, best of {chosen.rounds}")
    for heading in (
        "way",
        "tokens",
        "MB/s",
        "MB per processor second",
        "memory on top, MB",
        "speed against pieces",
    ):
        table.add_column(heading)
    reference = min(item["busy"] for item in found["bare tiktoken, 400,000 characters a call"])
    for label, runs in found.items():
        wall, busy = (min(item[key] for item in runs) for key in ("wall", "busy"))
        table.add_row(
            label, f"{runs[0]['tokens']:,}", f"{chosen.megabytes / wall:.1f}", f"{chosen.megabytes / busy:.1f}",
            f"{max(item['growth_mb'] for item in runs):.0f}", f"{reference / busy:.2f}",
        )  # fmt: skip
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
