"""Who is at work in a run folder: a lock that the system gives back when its holder dies, however it dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from advisor.train.trainer.run_files import FAILURE_FILE, LOCK_FILE, RESULT_FILE

RunState = Literal["idle", "running", "succeeded", "failed"]


def _taken(stream: IO[str], *, shared: bool = False) -> bool:
    """Take the lock of an open file without waiting; the system gives it back when the last holder closes it.

    `filelock` cannot be used here: on Unix the launched trainer inherits this very lock. Windows is untested.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            # Far behind what is written, so that the holder's number can still be read.
            stream.seek(1 << 20)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            stream.seek(0)
        return True
    import fcntl

    try:
        fcntl.flock(stream, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class RunLock:
    """Held by at most one process per run folder, for as long as that process lives.

    Args:
        run: The run folder.
        inherited: The descriptor of a lock that the parent took and hands over; there is no moment between.
    """

    def __init__(self, run: Path, *, inherited: int | None = None) -> None:
        self._run = run
        self._inherited = inherited
        self.held = False

    def __enter__(self) -> Self:
        if self._inherited is not None:
            os.set_inheritable(self._inherited, False)
            self._stream = os.fdopen(self._inherited, "a+")
        else:
            self._stream = (self._run / LOCK_FILE).open("a+")
        if not _taken(self._stream):
            return self
        self.held = True
        self.note_holder(os.getpid())
        return self

    def note_holder(self, process_id: int) -> None:
        """Write down whose lock it is, for people and for `holder`."""
        self._stream.truncate(0)
        self._stream.write(str(process_id))
        self._stream.flush()

    def descriptor(self) -> int:
        """Return the file descriptor, to hand the lock over to a child."""
        return self._stream.fileno()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    @property
    def ended(self) -> bool:
        """Whether the run has its result or its failure already."""
        return (self._run / RESULT_FILE).exists() or (self._run / FAILURE_FILE).exists()


def holder(run: Path) -> int | None:
    """Return the process id that is at work in `run`, or none; looking does not disturb it."""
    try:
        stream = (run / LOCK_FILE).open("r+")
    except FileNotFoundError:
        return None
    with stream:
        return None if _taken(stream, shared=True) else int(stream.read() or 0)


def run_state(run: Path) -> RunState:
    """Return a run's state: `idle` means that no process works on it and that it has not ended."""
    if holder(run) is not None:
        return "running"
    if (run / RESULT_FILE).exists():
        return "succeeded"
    return "failed" if (run / FAILURE_FILE).exists() else "idle"
