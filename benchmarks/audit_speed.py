"""Time the whole audit on chat rows against bare token counting of the same text, with peak memory; peers beside it.

Run: python benchmarks/audit_speed.py [--rows 100000 1000000] [--executor local|processes] [--peers DIR]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path

WORDS = 6000
ONE = """
import sys, time, json, resource
from pathlib import Path
kind, path, executor = sys.argv[1:]
if kind == "audit":
    from advisor.data.audit import audit
    from advisor.data.executor import executor_named
    from advisor.data.records import AuditInputs
    import advisor.cost.tokens as tokens
    tokens.count_tokens(["warm"])
    start = time.perf_counter()
    result = audit(AuditInputs(data=Path(path)), executor=executor_named(executor, 2))
    note = f"{len(result.findings)} findings"
else:
    from advisor.cost.tokens import encoding
    encode = encoding("o200k_base").encode_ordinary
    start = time.perf_counter()
    total = 0
    with open(path, "rb") as stream:
        for line in stream:
            total += sum(len(encode(one["content"])) for one in json.loads(line)["messages"])
    note = f"{total} tokens"
seconds = time.perf_counter() - start
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
print(json.dumps({"seconds": seconds, "peak_mb": peak, "note": note, "cpu": sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))}))
"""


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


def measure(kind: str, path: Path, executor: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", ONE, kind, str(path), executor], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def peers_on(path: Path, peers: Path, rows: int) -> None:
    for command in (["parallelogram", "check", str(path), "--json"], ["finelint", "inspect", str(path)]):
        program = peers / command[0] / "bin" / command[0]
        start = time.perf_counter()
        try:
            subprocess.run([str(program), *command[1:]], capture_output=True, check=False, timeout=300)
            seconds = time.perf_counter() - start
            print(f"{command[0]:>22} {rows:>9,} {seconds:>8.1f} {rows / seconds:>9,.0f}")
        except subprocess.TimeoutExpired:
            print(f"{command[0]:>22} {rows:>9,}  not done in 300 s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000])
    parser.add_argument("--executor", nargs="+", default=["local", "processes"])
    parser.add_argument(
        "--copies", type=float, default=0.02, help="share of rows that are edited copies of the one before"
    )
    parser.add_argument("--peers", type=Path)
    arguments = parser.parse_args()
    print(f"{'what':>22} {'rows':>9} {'seconds':>8} {'rows/s':>9} {'MB/s':>6} {'peak MB':>8} {'CPU s':>7}")
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "chat.jsonl"
            make(path, rows, arguments.copies)
            size = path.stat().st_size / 1e6
            runs = [
                ("bare tiktoken", "tokens", "local"),
                *((f"audit, {executor}", "audit", executor) for executor in arguments.executor),
            ]
            for name, kind, executor in runs:
                one = measure(kind, path, executor)
                print(
                    f"{name:>22} {rows:>9,} {one['seconds']:>8.1f} {rows / one['seconds']:>9,.0f} {size / one['seconds']:>6.1f} {one['peak_mb']:>8,.0f} {one['cpu']:>7.1f}  {one['note']}",
                    flush=True,
                )
            if arguments.peers:
                peers_on(path, arguments.peers, rows)


if __name__ == "__main__":
    main()
