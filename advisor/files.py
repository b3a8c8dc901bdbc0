"""Write a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, Literal, overload


@overload
def replacing(path: Path, *, binary: Literal[True]) -> AbstractContextManager[IO[bytes]]: ...
@overload
def replacing(path: Path, *, binary: Literal[False] = False) -> AbstractContextManager[IO[str]]: ...
def replacing(path: Path, *, binary: bool = False) -> AbstractContextManager[Any]:
    """Open a temporary file beside ``path`` and rename it over ``path`` only when all went well.

    A crash, kill or error leaves the old file (or none) under the final name, never a half-written one.
    """
    return _replacing(path, binary)


@contextmanager
def _replacing(path: Path, binary: bool) -> Iterator[IO[Any]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with (
            temporary.open("xb") if binary else temporary.open("x", encoding="utf-8", newline="\n") as stream
        ):
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 to ``path``, whole or not at all."""
    with replacing(path) as stream:
        stream.write(text)


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, whole or not at all."""
    with replacing(path, binary=True) as stream:
        stream.write(content)
