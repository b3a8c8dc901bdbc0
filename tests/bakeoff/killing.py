"""Kill a bake-off in the middle, again and again, and tell what was asked twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from advisor.evaluate.bakeoff.folder import JOURNAL, RunFolder
from advisor.evaluate.journal import Journal, call_hash
from tests.bakeoff.scripted import Reply, Service, about_the_question

CONCURRENCY = 4


class Killed(NamedTuple):
    """What came of it."""

    kills: int
    asked_again: int
    """Calls that were asked although the journal had their answer."""
    repeated: int
    """Calls that came more than once, those under way at a kill."""
    calls: int
    folder: RunFolder


def slow(wait: float) -> Any:
    """Answer after a while, so that a kill hits calls under way."""

    def say(body: dict[str, Any], times: int) -> Reply:
        reply = about_the_question(body, times)
        return Reply(reply.text, wait=wait)

    return say


def command(task: Path, service: Service, folder: Path, options: Sequence[str] = ()) -> list[str]:
    """Return the command of the run."""
    arms = [word for arm in ("prompt", "few-shot", "retrieval") for word in ("--arm", arm)]
    return [
        sys.executable, "-m", "advisor", "bakeoff", "--data", str(task), "--documents", str(task / "documents"),
        "--model", "scripted", "--base-url", service.url, *arms, "--scorer", "exact", "--passages", "1", "--as-of", "2026-11-26",
        "--concurrency", str(CONCURRENCY), "--requests-per-minute", "60000", "-o", str(folder), "--json", *options,
    ]  # fmt: skip


def killed(
    task: Path, service: Service, folder: Path, *, kills: int, seed: int, options: Sequence[str] = ()
) -> Killed:
    """Run and kill until it was killed so often, then let it finish."""
    draw, done = random.Random(seed), 0
    asked_again = 0
    while done < kills:
        process = subprocess.Popen(
            command(task, service, folder, options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before, known = len(service.requests), set(Journal(folder / JOURNAL).known)
        _wait_for_calls(process, service, before + draw.randint(1, 3))
        time.sleep(draw.random() * 0.05)
        if process.poll() is not None:
            break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        done += 1
        asked_again += len(known & {_call(service, one) for one in service.requests[before:]})
    known, before = set(Journal(folder / JOURNAL).known), len(service.requests)
    subprocess.run(
        command(task, service, folder, options),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    asked_again += len(known & {_call(service, one) for one in service.requests[before:]})
    times = Counter(_call(service, one) for one in service.requests)
    return Killed(
        done,
        asked_again,
        sum(count - 1 for count in times.values()),
        len(service.requests),
        RunFolder(folder),
    )


def _wait_for_calls(process: subprocess.Popen[bytes], service: Service, calls: int) -> None:
    while process.poll() is None and len(service.requests) < calls:
        time.sleep(0.002)


def _call(service: Service, body: dict[str, Any]) -> str:
    asked = {name: value for name, value in body.items() if name not in ("stream", "stream_options")}
    return call_hash(f"{service.url} {body['model']}", asked)
