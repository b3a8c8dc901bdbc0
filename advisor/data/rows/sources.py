"""Open a dataset wherever it lies and give it out in chunks: plain, gzip, zstd, standard input, folder."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from advisor.data.rows import tables
from advisor.data.rows.json_lines import Broken, Chunk, parse, parse_line, rows_in
from advisor.errors import AdvisorError
from advisor.files import scratch_folder

__all__ = [
    "Broken",
    "Chunk",
    "DataSource",
    "chunks",
    "from_stdin_or",
    "open_source",
    "parse",
    "parse_line",
    "place_of",
    "rows_in",
    "sha256_of",
]

CHUNK_BYTES = 1 << 20
# One row of 256 MB is a file without line breaks, not a training example.
LONGEST_LINE = 256 << 20
_TEXT_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "jsonl",
    ".parquet": "parquet",
}
_DAMAGED = (OSError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class DataSource:
    """A dataset file, or a folder of them, with its container and compression found out."""

    path: Path
    container: str
    compression: str | None
    parts: tuple[DataSource, ...] = ()
    lenient: tuple[str, ...] = ()
    """What of the file's form a stricter reader refuses: `byte-order-mark`, `crlf`, `not-json-lines`."""

    @property
    def label(self) -> str:
        """Return the container in words."""
        return self.container + (f" ({self.compression})" if self.compression else "")


def open_source(path: Path) -> DataSource:
    """Find out what kind of dataset ``path`` is, from its first bytes and its name.

    Raises:
        AdvisorError: The path does not exist, is empty, or is of a kind that cannot be read.
    """
    if not path.exists():
        raise AdvisorError(
            "there is no such file", place=str(path), remedy="Check the path; use - for standard input."
        )
    if path.is_dir():
        return _open_folder(path)
    head, compression, start = _look(path)
    container = _container_of(path, head, start)
    return DataSource(path, container, compression, lenient=_lenient(container, start))


def _look(path: Path) -> tuple[bytes, str | None, bytes]:
    """Read the first bytes once: as they are, and unpacked."""
    with path.open("rb") as raw:
        head = raw.read(8)
        raw.seek(0)
        compression = _compression_of(head)
        with _unpacked(raw, compression) as stream:
            return head, compression, b"" if head.startswith(b"PAR1") else _first_bytes(stream, path)


def _lenient(container: str, start: bytes) -> tuple[str, ...]:
    if container != "jsonl":
        return ("not-json-lines",)
    marks = (("byte-order-mark", start.startswith(b"\xef\xbb\xbf")), ("crlf", b"\r\n" in start))
    return tuple(name for name, found in marks if found)


@contextmanager
def from_stdin_or(path: Path) -> Iterator[Path]:
    """Return ``path`` itself, or for ``-`` a temporary file with all of standard input (an audit reads twice)."""
    if str(path) != "-":
        yield path
        return
    with scratch_folder("stdin") as folder:
        copy = folder / "stdin"
        with copy.open("wb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        yield copy


def files_of(path: Path) -> tuple[Path, ...]:
    """List the files that a dataset at ``path`` consists of; a file that is not there too."""
    return tuple(path.iterdir()) if path.is_dir() else (path,)


def chunks(source: DataSource, *, size: int = CHUNK_BYTES) -> Iterator[Chunk]:
    """Yield the rows of a source in file order, about ``size`` bytes at a time."""
    first = 1
    for part in source.parts or (source,):
        after = first
        for chunk in _part_chunks(part, size):
            moved = Chunk(first + chunk.first - 1, chunk.lines, chunk.values)
            after = moved.first + rows_in(chunk)
            yield moved
        first = after


def sha256_of(source: DataSource) -> str | None:
    """Hash the bytes of a single file; a folder has no one hash."""
    if source.parts:
        return None
    with source.path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def place_of(source: DataSource, row: int) -> str:
    """Return the place of a row as ``file:line``."""
    first = 1
    for part in source.parts:
        count = sum(rows_in(chunk) for chunk in _part_chunks(part, CHUNK_BYTES))
        if row < first + count:
            return f"{part.path}:{row - first + 1}"
        first += count
    return f"{source.path}:{row}"


def _compression_of(head: bytes) -> str | None:
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    return "zstd" if head.startswith(b"\x28\xb5\x2f\xfd") else None


def _container_of(path: Path, head: bytes, start: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise AdvisorError("the file is UTF-16", place=str(path), remedy="Save it as UTF-8 and try again.")
    names = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in {".gz", ".zst", ".zstd"}]
    by_name = _TEXT_SUFFIXES.get(names[-1]) if names else None
    if by_name in {"csv", "parquet"}:
        return by_name
    return _json_container(start, by_name)


def _json_container(start: bytes, by_name: str | None) -> str:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return "json"
    if text.startswith(b"{"):
        # A pretty-printed object over several lines is one JSON document; JSON Lines closes on its first line.
        return "json" if text.split(b"\n", 1)[0].strip() == b"{" else "jsonl"
    return by_name or ("csv" if text and b"," in text.split(b"\n", 1)[0] else "jsonl")


def _first_bytes(stream: IO[bytes], path: Path) -> bytes:
    try:
        return stream.read(1 << 16)
    except _DAMAGED as error:
        raise _damaged(path, error) from error


def _open_folder(path: Path) -> DataSource:
    files = sorted(one for one in path.rglob("*") if one.is_file() and _is_data(one))
    if not files:
        raise AdvisorError(
            "the folder holds no dataset file",
            place=str(path),
            remedy="Known endings: .jsonl, .json, .csv, .tsv, .parquet, each also .gz or .zst.",
        )
    parts = tuple(open_source(one) for one in files)
    lenient = dict.fromkeys(mark for part in parts for mark in part.lenient)
    return DataSource(path, "folder", None, parts, tuple(lenient))


def _is_data(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in {".gz", ".zst", ".zstd"}:
        suffixes.pop()
    return not path.name.startswith(".") and bool(suffixes) and suffixes[-1] in _TEXT_SUFFIXES


@contextmanager
def _binary(source: DataSource) -> Iterator[IO[bytes]]:
    with source.path.open("rb") as raw, _unpacked(raw, source.compression) as stream:
        yield stream


@contextmanager
def _unpacked(raw: IO[bytes], compression: str | None) -> Iterator[IO[bytes]]:
    if compression == "gzip":
        with gzip.open(raw) as stream:
            yield cast("IO[bytes]", stream)
    elif compression == "zstd":
        import zstandard

        with zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream:
            yield io.BufferedReader(stream)
    else:
        yield raw


def _part_chunks(part: DataSource, size: int) -> Iterator[Chunk]:
    if part.container == "parquet":
        yield from _value_chunks(tables.parquet_rows(part.path))
        return
    try:
        with _binary(part) as stream:
            if part.container == "jsonl":
                yield from _line_chunks(stream, part.path, size)
            elif part.container == "csv":
                yield from _value_chunks(tables.csv_rows(stream, part.path))
            else:
                yield from _value_chunks(tables.json_rows(stream, part.path))
    except _DAMAGED as error:
        raise _damaged(part.path, error) from error
    except Exception as error:
        if type(error).__module__.startswith("zstandard"):
            raise _damaged(part.path, error) from error
        raise


def _line_chunks(stream: IO[bytes], path: Path, size: int) -> Iterator[Chunk]:
    first, kept = 1, stream.read(3).removeprefix(b"\xef\xbb\xbf")
    while block := stream.read(size):
        cut = block.rfind(b"\n") + 1
        if not cut:
            kept += block
            if len(kept) > LONGEST_LINE:
                raise AdvisorError(
                    "a line is longer than 256 MB",
                    place=f"{path}:{first}",
                    remedy="Write one example per line (JSON Lines).",
                )
            continue
        chunk = Chunk(first, kept + block[:cut])
        kept = block[cut:]
        first += (chunk.lines or b"").count(b"\n")
        yield chunk
    if kept:
        yield Chunk(first, kept)


def _value_chunks(batches: Iterator[list[object]]) -> Iterator[Chunk]:
    first = 1
    for values in batches:
        yield Chunk(first, values=values)
        first += len(values)


def _damaged(path: Path, error: Exception) -> AdvisorError:
    return AdvisorError(
        f"the file is damaged or cut off ({error})", place=str(path), remedy="Fetch or compress it again."
    )
