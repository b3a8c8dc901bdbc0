"""Run the demonstration for real and print its table, its sentences, wall-clock time and processor time of all its processes.

Run: python benchmarks/bakeoff_demo.py [FOLDER]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from advisor.evaluate.bakeoff.folder import RunFolder

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(mark: str) -> dict[int, float]:
    """Return seconds of processor time by process, of those whose command line holds ``mark``."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            if mark in (entry / "cmdline").read_text():
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
                found[int(entry.name)] = (int(fields[11]) + int(fields[12])) / TICKS
        except OSError:
            continue
    return found


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="advisor-demo-"))
    command = [sys.executable, "-m", "advisor", "bakeoff", "--demo", "-o", str(folder)]
    started, used = time.time(), {}
    process = subprocess.Popen(command)
    while process.poll() is None:
        used |= processor_seconds(str(folder))
        time.sleep(0.5)
    print(
        f"wall clock {time.time() - started:.0f} s, processor {sum(used.values()):.0f} s, load {os.getloadavg()[0]:.1f}"
    )
    if process.returncode:
        sys.exit(process.returncode)
    result = RunFolder(folder).result()
    metrics = list(next(iter(result.arms.values())).scores)
    for name, one in result.arms.items():
        scores = "  ".join(f"{metric} {one.scores[metric].value:.2f}" for metric in metrics)
        print(f"{name:22} {scores}  p50 {one.seconds_p50:.2f} s  {one.tokens_in:.0f} tokens in")


if __name__ == "__main__":
    main()
