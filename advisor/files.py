"""Write a file whole or not at all, for the owner's eyes unless it is handed on; and scratch folders that do not pile up.

A temporary file or folder is locked by whoever works in it. What a killed process left behind has no lock any more,
and the next one that works at the same place removes it.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, Final, Literal, overload

from advisor.errors import AdvisorError

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
_SHARED_FILE: Final = 0o666  # less what the user's umask takes away
_LONGEST_STEM: Final = 100
_REMEDIES: Final = {
    errno.ENOSPC: "Make room there, or name a place on another disk.",
    errno.EDQUOT: "Make room there, or name a place on another disk.",
    errno.EACCES: "Check the rights on it and on its folder.",
    errno.EPERM: "Check the rights on it and on its folder.",
    errno.EROFS: "Name a place that can be written.",
    errno.EISDIR: "Name a file.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
}
_KEPT: ContextVar[tuple[Path, ...]] = ContextVar("files that must not be replaced", default=())


def unusable(error: OSError, place: Path | str, *, doing: str = "used") -> AdvisorError:
    """Return what the system said about a file, as an error with path and reason.

    Args:
        error: What was raised; the file that it names counts, unless it is a temporary one of ours.
        place: What was being read or written.
        doing: What cannot be done with ``place``.
    """
    named = str(error.filename or "")
    ours = not named or named.endswith(".part") or named.isdigit()
    # Only making folders says that a file exists.
    told = "there is a file where a folder is wanted" if error.errno == errno.EEXIST else error.strerror
    reason = (told or str(error) or type(error).__name__).lower()
    return AdvisorError(
        f"it cannot be {doing if ours else 'used'}: {reason}",
        place=str(place) if ours else named,
        remedy=_REMEDIES.get(error.errno or 0, "Check the path."),
    )


@contextmanager
def explained(place: Path | str, *, doing: str = "used") -> Iterator[None]:
    """Turn what the system says about a file into an error of ours."""
    try:
        yield
    except BrokenPipeError:
        raise  # the reader went away: not a fault of the file
    except OSError as error:
        raise unusable(error, place, doing=doing) from error


@contextmanager
def keeping(*inputs: Path) -> Iterator[None]:
    """Refuse to replace any of ``inputs``, under whatever name, for as long as this holds."""
    before = _KEPT.set((*_KEPT.get(), *inputs))
    try:
        yield
    finally:
        _KEPT.reset(before)


def refuse_kept(path: Path) -> None:
    """Raise ``AdvisorError`` where ``path`` is one of the files that `keeping` holds.

    `replacing` asks it too. Ask first where something is paid or removed before the file is written.
    """
    for kept in _KEPT.get():
        with suppress(OSError):
            if kept.is_file() and path.samefile(kept):
                raise AdvisorError(
                    "the output would overwrite an input", place=str(path), remedy="Name another output."
                )


@overload
def replacing(
    path: Path, *, binary: Literal[True], shared: bool = False
) -> AbstractContextManager[IO[bytes]]: ...
@overload
def replacing(
    path: Path, *, binary: Literal[False] = False, shared: bool = False
) -> AbstractContextManager[IO[str]]: ...
def replacing(path: Path, *, binary: bool = False, shared: bool = False) -> AbstractContextManager[Any]:
    """Open a temporary file beside ``path`` and rename it over ``path`` only when all went well.

    A crash, kill or error leaves the old file (or none) under the final name, never a half-written one. A new file
    is for its owner alone, a replaced one keeps its mode, and what is no file (a terminal, a pipe) is written to.

    Args:
        path: The file; folders above it are made.
        binary: Whether bytes are written.
        shared: Make a new file readable as the user's umask says: for documents to hand on.

    Raises:
        AdvisorError: It cannot be written or is kept; nothing under ``path`` has changed.
    """
    refuse_kept(path)
    return _to_device(path, binary) if _is_device(path) else _replacing(path, binary, shared)


def _is_device(path: Path) -> bool:
    # Renaming a file over /dev/null or /dev/stdout would take it away from everybody.
    if path.parent == Path("/dev") or path.is_relative_to("/dev/fd") or path.is_relative_to("/proc"):
        return True
    with suppress(OSError):
        mode = path.stat().st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


@contextmanager
def _to_device(path: Path, binary: bool) -> Iterator[IO[Any]]:
    with (
        explained(path, doing="written"),
        path.open("wb") if binary else path.open("w", encoding="utf-8") as stream,
    ):
        yield stream
        stream.flush()


@contextmanager
def _replacing(path: Path, binary: bool, shared: bool) -> Iterator[IO[Any]]:
    with explained(path, doing="written"):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o777 if shared else PRIVATE_FOLDER)
        start = f".{path.name[:_LONGEST_STEM]}."
        sweep(path.parent, start)
        temporary, held = _held_file(path.parent, start, _mode_for(path, shared))
        try:
            with _opened(temporary, held, binary) as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
                # Renamed while it is still locked: afterwards there is nothing left to sweep.
                temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _opened(path: Path, held: int, binary: bool) -> IO[Any]:
    # Opened by its path, so that the stream has a name for libraries that write by name.
    if binary:
        return open(path, "wb", opener=lambda _path, _flags: held)
    return open(path, "w", encoding="utf-8", newline="\n", opener=lambda _path, _flags: held)


def _mode_for(path: Path, shared: bool) -> int | None:
    """Return the mode of the regular file at ``path``, the private one for a new file, None for the umask's."""
    with suppress(OSError):
        found = path.lstat().st_mode
        if stat.S_ISREG(found):
            return stat.S_IMODE(found)
    return None if shared else PRIVATE_FILE


def _held_file(folder: Path, start: str, mode: int | None) -> tuple[Path, int]:
    while True:
        path = folder / f"{start}{os.getpid()}-{secrets.token_hex(4)}.part"
        held = os.open(
            path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _SHARED_FILE if mode is None else PRIVATE_FILE
        )
        if mode is not None:
            os.fchmod(held, mode)
        if _locked(held, path):
            return path, held


@contextmanager
def held_folder(parent: Path, start: str) -> Iterator[Path]:
    """Make a private folder in ``parent`` that is gone afterwards, also after a kill: the next call removes it.

    Args:
        parent: Where; made if it is not there.
        start: How its name begins; folders of dead processes that begin so are removed.
    """
    with explained(parent):
        parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        sweep(parent, start)
        path, held = _held_folder(parent, start)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def _held_folder(parent: Path, start: str) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=start, suffix=".part", dir=parent))
        # Another process may sweep it away between making and opening it.
        with suppress(FileNotFoundError):
            held = os.open(path, os.O_RDONLY)
            if _locked(held, path):
                return path, held


def scratch_folder(purpose: str) -> AbstractContextManager[Path]:
    """Make a private folder for intermediate results, in the system's place for temporary files."""
    return held_folder(Path(tempfile.gettempdir()), f"advisor-{purpose}-")


def _locked(held: int, path: Path) -> bool:
    """Lock a new file or folder; False if it was swept away between making and locking it."""
    # A file system without locks cannot sweep either.
    with suppress(OSError):
        _take(held, wait=True)
    with suppress(FileNotFoundError):
        if os.fstat(held).st_ino == path.lstat().st_ino:
            return True
    os.close(held)
    return False


def _take(held: int, *, wait: bool) -> None:
    """Lock an open file or folder; an OSError where another has it, or where the system has no such locks."""
    try:
        import fcntl
    except ImportError as error:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK)) from error
    fcntl.flock(held, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def sweep(folder: Path, start: str) -> None:
    """Remove what processes that are dead left in ``folder`` under names that begin with ``start``."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.startswith(start) and entry.name.endswith(".part") and not entry.is_symlink():
                with suppress(OSError):
                    _remove_if_dead(Path(entry.path))


def _remove_if_dead(path: Path) -> None:
    held = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        if os.fstat(held).st_uid != os.getuid():
            return
        _take(held, wait=False)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    finally:
        os.close(held)


def write_text(path: Path, text: str, *, shared: bool = False) -> None:
    """Write ``text`` as UTF-8 to ``path``, whole or not at all."""
    with replacing(path, shared=shared) as stream:
        stream.write(text)


def write_bytes(path: Path, content: bytes, *, shared: bool = False) -> None:
    """Write ``content`` to ``path``, whole or not at all."""
    with replacing(path, binary=True, shared=shared) as stream:
        stream.write(content)
