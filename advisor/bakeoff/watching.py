"""Start a run in a process that outlives the page, and see how it stands from its folder alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import orjson

from advisor.bakeoff.folder import CANCEL, PROGRESS, RunFolder
from advisor.errors import AdvisorError

FAILURE, LOG = "failure.json", "log.txt"


class Standing(NamedTuple):
    """How a run stands."""

    state: Literal["planned", "running", "done", "stopped", "failed"]
    arm: str = ""
    doing: str = ""
    done: int = 0
    total: int = 0
    problem: dict[str, str] | None = None


def standing(folder: RunFolder) -> Standing:
    """Read how a run stands; starts and changes nothing."""
    told = _read(folder.path / PROGRESS)
    where = (
        str(told.get("arm", "")),
        str(told.get("doing", "")),
        int(told.get("done", 0)),
        int(told.get("total", 0)),
    )
    if folder.running:
        return Standing("running", *where)
    if folder.ended:
        return Standing("done", *where)
    failed = _read(folder.path / FAILURE)
    if failed:
        return Standing("failed", *where, {name: str(value) for name, value in failed.items()})
    return Standing("stopped" if told else "planned", *where)


def start(folder: RunFolder) -> None:
    """Start a process for the run unless one is at it."""
    if folder.running:
        return
    for name in (FAILURE, CANCEL):
        (folder.path / name).unlink(missing_ok=True)
    command = [sys.executable, "-m", "advisor.bakeoff", str(folder.path)]
    with (folder.path / LOG).open("ab") as log:
        subprocess.Popen(  # noqa: S603  # our own module, no shell
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def carry_out(path: Path) -> int:
    """Carry a run out and keep its failure for whoever watches; return the exit code."""
    from advisor.bakeoff.running import Cancelled, ready, run

    folder, day = RunFolder(path), datetime.now(UTC).date()
    try:
        run(ready(folder, day=day), day=day, tell=lambda _: None)
    except Cancelled:
        return 0
    except AdvisorError as error:
        folder.write(FAILURE, orjson.dumps(error.as_dict()).decode())
        return 1
    return 0


def _read(path: Path) -> dict[str, object]:
    try:
        value = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
