"""Start the trainer as a process of its own that outlives whoever started it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from advisor.train.trainer.run_files import LOG_FILE
from advisor.train.trainer.run_lock import RunLock, holder


def launch(run: Path, *, module: str = "advisor.train.trainer") -> int | None:
    """Start `module` on the folder `run` unless a process is at it or it has ended.

    The lock is taken here and inherited by the child, so two launches never start two trainers, and a launcher
    killed at any moment leaves either nothing or a trainer that is known to be running.

    Returns:
        The process id at work, or none if the run has ended already.
    """
    run.mkdir(parents=True, exist_ok=True)
    with RunLock(run) as lock:
        if not lock.held:
            return holder(run)
        if lock.ended:
            return None
        process = _started(run, module, lock)
        lock.note_holder(process.pid)
        return process.pid


def _started(run: Path, module: str, lock: RunLock) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", module, str(run)]
    # Windows hands no descriptors over: there the trainer takes the lock itself, once this process has let go of it.
    inherited: dict[str, Any] = {}
    if sys.platform != "win32":
        command.append(str(lock.descriptor()))
        inherited = {"pass_fds": (lock.descriptor(),), "start_new_session": True}
    with (run / LOG_FILE).open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # our own module, no shell
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **inherited
        )
