"""Kill a bake-off with -9 in the middle, 20 times, against a scripted service on loopback; print what was asked twice.

Run: python -m benchmarks.bakeoff_kill [KILLS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from advisor.evaluate.bakeoff.folder import RunFolder
from tests.bakeoff.conftest import write_task
from tests.bakeoff.killing import CONCURRENCY, command, killed, slow
from tests.bakeoff.scripted import scripted


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as place:
        task = write_task(Path(place) / "task", rows=200, held_out=120)
        with scripted(slow(0.1)) as service:
            told = killed(task, service, Path(place) / "broken", kills=kills, seed=7)
        with scripted() as service:
            subprocess.run(command(task, service, Path(place) / "whole"), check=True, capture_output=True)
        whole, broken = RunFolder(Path(place) / "whole").result(), told.folder.result()
        same = {name: one.scores for name, one in whole.arms.items()} == {
            name: one.scores for name, one in broken.arms.items()
        } and (whole.verdict, whole.differing) == (broken.verdict, broken.differing)
    print(
        f"killed {told.kills} times: {told.calls} calls for 360 questions; answered and asked again: {told.asked_again}; "
        f"under way at a kill and asked again: {told.repeated} of at most {told.kills * CONCURRENCY}; "
        f"same result as unbroken: {same}"
    )


if __name__ == "__main__":
    main()
