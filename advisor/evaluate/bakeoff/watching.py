"""Start a run in a process that outlives the page, and read its status from its folder alone."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import orjson

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.folder import CANCEL, PROGRESS, RunFolder

FAILURE, LOG, STARTED = "failure.json", "log.txt", "started.json"
STARTING_SECONDS = 180.0
"""How long a process may take to begin on a busy machine before it counts as gone."""


class Standing(NamedTuple):
    """Status of a run."""

    state: Literal["planned", "running", "done", "stopped", "failed"]
    arm: str = ""
    doing: str = ""
    done: int = 0
    total: int = 0
    problem: dict[str, str] | None = None


def standing(folder: RunFolder) -> Standing:
    """Read a run's status. Starts and changes nothing."""
    told = _read(folder.path / PROGRESS)
    where = (
        str(told.get("arm", "")),
        str(told.get("doing", "")),
        _count(told, "done"),
        _count(told, "total"),
    )
    if folder.running or _starting(folder, told):
        return Standing("running", *where)
    if folder.ended:
        return Standing("done", *where)
    failed = _read(folder.path / FAILURE)
    if failed:
        return Standing("failed", *where, {name: str(value) for name, value in failed.items()})
    return Standing("stopped" if told else "planned", *where)


def _starting(folder: RunFolder, progress: dict[str, object]) -> bool:
    at = _moment(_read(folder.path / STARTED))
    if at is None or time.time() - at > STARTING_SECONDS or at < (_moment(progress) or 0):
        return False
    return not (folder.path / FAILURE).exists() and not folder.ended


def _moment(told: dict[str, object]) -> float | None:
    at = told.get("at")
    return float(at) if isinstance(at, int | float) else None


def start(folder: RunFolder) -> None:
    """Start a process for the run unless one is at it."""
    if folder.running:
        return
    for name in (FAILURE, CANCEL):
        (folder.path / name).unlink(missing_ok=True)
    folder.write(STARTED, orjson.dumps({"at": time.time()}).decode())
    command = [sys.executable, "-m", "advisor.evaluate.bakeoff", str(folder.path)]
    with (folder.path / LOG).open("ab") as log:
        subprocess.Popen(  # noqa: S603  # our own module, no shell
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def carry_out(path: Path, catalog: Catalog) -> int:
    """Carry a run out and keep its failure for whoever watches; return the exit code."""
    from advisor.evaluate.bakeoff.running import Cancelled, ready, run

    folder, day = RunFolder(path), datetime.now(UTC).date()
    try:
        run(ready(folder, catalog, day=day), day=day, tell=lambda _: None)
    except Cancelled:
        return 0
    except AdvisorError as error:
        folder.write(FAILURE, orjson.dumps(error.as_dict()).decode())
        return 1
    return 0


def _count(told: dict[str, object], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0


def _read(path: Path) -> dict[str, object]:
    try:
        value = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
