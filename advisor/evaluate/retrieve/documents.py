"""A folder of documents in, a frame of their texts out; what cannot be read is named, never left out in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from advisor.errors import AdvisorError
from advisor.evaluate.retrieve.readers import PLAIN, READERS, Limits, Unreadable
from advisor.evaluate.retrieve.worker import Worker

READ = {"document": pl.String, "place": pl.String, "text": pl.String}
UNREAD = {"document": pl.String, "place": pl.String, "because": pl.String}
NAMED = 5


class Documents(NamedTuple):
    """What was read of a folder, and what was not."""

    texts: pl.DataFrame
    """One row a document: document (its path in the folder), place (its path), text."""
    unread: pl.DataFrame
    """One row for each file that gave no text: document, place, because."""

    def note(self) -> str:
        """Count what was not read and name the first few, as a sentence; empty where everything was read."""
        if not len(self.unread):
            return ""
        named = [f"{row['document']} ({row['because']})" for row in self.unread.head(NAMED).to_dicts()]
        more = len(self.unread) - len(named)
        told = "; ".join(named) + (f"; and {more} more" if more else "")
        total = len(self.texts) + len(self.unread)
        return f"{len(self.unread)} of {total} documents were not read: {told}"


def read_documents(folder: Path, limits: Limits | None = None) -> Documents:
    """Read every document below a folder, or one file: Markdown, text, HTML, PDF, DOCX.

    Hidden files are not looked at. A link that leads out of the folder, a file of another kind, a damaged or an empty
    one is listed in ``unread`` with the reason.

    Raises:
        AdvisorError: There is no such folder, it holds too many files, or no document in it can be read.
    """
    most = limits or Limits()
    read: list[dict[str, Any]] = []
    unread: list[dict[str, Any]] = []
    with Worker() as worker:
        for name, path in _files(folder, most):
            row = {"document": name, "place": str(path)}
            try:
                read.append(row | {"text": _text(folder, path, most, worker)})
            except Unreadable as reason:
                unread.append(row | {"because": str(reason)})
    found = Documents(pl.DataFrame(read, schema=READ), pl.DataFrame(unread, schema=UNREAD))
    if not read:
        raise AdvisorError(
            found.note() or "the folder holds no file",
            place=str(folder),
            remedy=f"Name a folder with documents of these kinds: {', '.join(READERS)}.",
        )
    return found


def _files(folder: Path, limits: Limits) -> Iterator[tuple[str, Path]]:
    if not folder.exists():
        raise AdvisorError("there is no such file or folder", place=str(folder), remedy="Check the path.")
    if folder.is_file():
        yield folder.name, folder
        return
    found = sorted(
        (path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*")
        if not any(part.startswith(".") for part in path.relative_to(folder).parts) and not path.is_dir()
    )
    if len(found) > limits.documents:
        raise AdvisorError(
            f"the folder holds {len(found):,} files",
            place=str(folder),
            remedy=f"Name a folder with at most {limits.documents:,}.",
        )
    yield from found


def _text(folder: Path, path: Path, limits: Limits, worker: Worker) -> str:
    ending = path.suffix.lower()
    if ending not in READERS:
        raise Unreadable(f"files of the kind '{path.suffix or path.name}' are not read")
    try:
        _check(folder, path, limits)
        text = (READERS[ending] if ending in PLAIN else worker.text)(path, limits)
    except OSError as error:
        raise Unreadable((error.strerror or str(error)).lower()) from error
    # Half of a character, as a damaged PDF may hold, fits into no frame.
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text) > limits.characters:
        raise Unreadable(f"its text has {len(text):,} characters, more than {limits.characters:,}")
    if not text.strip():
        raise Unreadable("it holds no text; a scan needs text recognition first")
    return text


def _check(folder: Path, path: Path, limits: Limits) -> None:
    # A link in a folder from elsewhere must not bring in files from outside of it.
    if folder.is_dir() and not path.resolve().is_relative_to(folder.resolve()):
        raise Unreadable("it is a link that leads out of the folder")
    if not path.is_file():
        raise Unreadable("it is not a regular file")
    size = path.stat().st_size
    if size > limits.bytes:
        raise Unreadable(f"it has {size:,} bytes, more than {limits.bytes:,}")
