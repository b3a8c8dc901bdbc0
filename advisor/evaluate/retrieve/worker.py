"""Reads HTML, PDF and DOCX in a process of its own: a document that hangs, crashes or swallows memory costs only itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from advisor.errors import AdvisorError
from advisor.evaluate.retrieve.readers import READERS, Limits, Unreadable

STARTING_SECONDS: Final = 300
MEMORY_BYTES: Final = 4 << 30
"""Address space of the process, where the system has such a limit."""


class Worker:
    """The process; started with the first document, and again after one that ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting = ThreadPoolExecutor(1, thread_name_prefix="advisor-documents")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._waiting.shutdown()

    def text(self, path: Path, limits: Limits) -> str:
        """Return the text of a document; raises Unreadable with the reason where there is none."""
        process = self._process or self._started()
        asked = {"path": str(path.absolute()), "limits": limits.model_dump()}
        told = self._answer(process, json.dumps(asked).encode() + b"\n", limits.seconds)
        return _text_of(json.loads(told))

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "from advisor.evaluate.retrieve.worker import serve; serve()"]
        self._process = subprocess.Popen(  # noqa: S603 this package's own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        # What a slow machine needs to begin is not the document's fault.
        self._answer(self._process, b"", STARTING_SECONDS)
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], asked: bytes, seconds: float) -> bytes:
        try:
            told = self._waiting.submit(_exchange, process, asked).result(seconds)
        except TooLong as error:
            self._end()
            raise Unreadable(f"reading it took longer than {seconds:g} seconds") from error
        if not told:
            self._end()
            raise Unreadable("the program that reads it crashed on it")
        return told

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _environment() -> dict[str, str]:
    # The same packages, also where the path was set by hand; no key of the user's is handed on.
    kept = {
        name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT", "LANG", "LC_ALL"}
    }
    return kept | {
        "PYTHONPATH": os.pathsep.join(one or str(Path.cwd()) for one in sys.path),
        "PYTHONUTF8": "1",
    }


def _exchange(process: subprocess.Popen[bytes], asked: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError, ValueError):  # it has ended; there is nothing to read then
        process.stdin.write(asked)
        process.stdin.flush()
        return process.stdout.readline()
    return b""


def _text_of(told: dict[str, Any]) -> str:
    if "error" in told:
        raise AdvisorError(**told["error"])
    if "because" in told:
        raise Unreadable(told["because"])
    return str(told["text"])


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    path = Path(asked["path"])
    try:
        text = READERS[path.suffix.lower()](path, Limits(**asked["limits"]))
    except Unreadable as reason:
        return {"because": str(reason)}
    except AdvisorError as error:
        return {"error": error.as_dict()}
    except MemoryError:
        return {"because": "reading it needs more memory than a document may have"}
    except Exception as error:  # noqa: BLE001 a reader that fails on one document must not end the others
        return {"because": f"the program that reads it failed ({type(error).__name__})"}
    return {"text": text}


def serve() -> None:
    """Answer one line of JSON for each line of standard input; the first line says that it has begun."""
    # Whatever a library prints must not get between the answers.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        with suppress(ImportError, ValueError, OSError):
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        answers.write(b"{}\n")
        answers.flush()
        for line in sys.stdin.buffer:
            answers.write(json.dumps(_answer(json.loads(line))).encode() + b"\n")
            answers.flush()
