"""What was measured of each row, kept in files on disk column by column, so that memory does not grow with rows."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.data.words import I64, U32, Ragged

MOST_WAITING_BYTES = 1 << 23


class StoredRagged:
    """Ragged values left on disk: only the rows that are asked for come into memory."""

    def __init__(self, path: Path | None, counts: NDArray[np.uint32]) -> None:
        self.starts: I64 = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=self.starts[1:])
        # Read, not mapped: the pages of a map count as memory for as long as it is open.
        self._stream = path.open("rb", buffering=0) if path else None
        if self._stream:
            weakref.finalize(self, self._stream.close)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> U32:
        return self._read(int(self.starts[index]), int(self.starts[index + 1]))

    @property
    def counts(self) -> I64:
        """Return the number of values in each row."""
        return np.diff(self.starts)

    def rows(self, first: int, count: int) -> Ragged:
        """Read some neighbouring rows into memory."""
        starts = self.starts[first : first + count + 1]
        return Ragged(self._read(int(starts[0]), int(starts[-1])), starts - starts[0])

    def slices(self, *, values_at_a_time: int = 1 << 19) -> Iterator[tuple[int, Ragged]]:
        """Walk all rows, some hundred thousand values at a time: first row index and the rows."""
        row, total = 0, len(self)
        while row < total:
            end = int(np.searchsorted(self.starts, self.starts[row] + values_at_a_time, side="right")) - 1
            end = min(max(end, row + 1), total)
            yield row, self.rows(row, end - row)
            row = end

    def _read(self, start: int, stop: int) -> U32:
        if self._stream is None or stop <= start:
            return np.empty(0, np.uint32)
        self._stream.seek(start * 4)
        parts, missing = [], (stop - start) * 4
        # One read gives at most 2 GB, and may give less than was asked for.
        while missing and (part := self._stream.read(missing)):
            parts.append(part)
            missing -= len(part)
        return np.frombuffer(parts[0] if len(parts) == 1 else b"".join(parts), np.uint32)


class Columns:
    """Append-only columns in a folder: one value a row, ragged values, or free lists of hits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._dtypes: dict[str, np.dtype[Any]] = {}
        self._waiting: dict[str, list[NDArray[Any]]] = {}
        self._waiting_bytes = 0
        folder.mkdir(parents=True, exist_ok=True)

    def append(self, columns: Mapping[str, NDArray[Any] | Ragged]) -> None:
        """Add the measurements of one batch."""
        for name, values in columns.items():
            if isinstance(values, Ragged):
                self._write(name + ".values", values.values)
                self._write(name + ".counts", values.counts.astype(np.uint32))
            else:
                self._write(name, values)
        if self._waiting_bytes > MOST_WAITING_BYTES:
            self._flush()

    def names(self, prefix: str) -> list[str]:
        """List the columns that begin with ``prefix``."""
        return sorted(name for name in self._dtypes if name.startswith(prefix))

    def read(self, name: str) -> NDArray[Any]:
        """Read one column whole; empty when nothing was measured."""
        self._flush()
        return np.fromfile(self._path(name), self._dtypes[name]) if name in self._dtypes else np.empty(0)

    def ragged(self, name: str) -> StoredRagged:
        """Return a ragged column with its values left on disk."""
        values = name + ".values"
        self._flush()
        return StoredRagged(
            self._path(values) if values in self._dtypes else None,
            self.read(name + ".counts").astype(np.uint32),
        )

    def drop(self, prefix: str) -> None:
        """Forget the columns that begin with ``prefix`` and delete their files."""
        self._flush()
        for name in self.names(prefix):
            del self._dtypes[name]
            self._path(name).unlink()

    def _path(self, name: str) -> Path:
        return self.folder / (name.replace("/", "_") + ".col")

    def _write(self, name: str, values: NDArray[Any]) -> None:
        known = self._dtypes.setdefault(name, values.dtype)
        assert known == values.dtype, f"column {name} changed from {known} to {values.dtype}"
        self._waiting.setdefault(name, []).append(values)
        self._waiting_bytes += values.nbytes

    def _flush(self) -> None:
        """Write what waits; opening a hundred files for every batch costs more than writing to them."""
        for name, parts in self._waiting.items():
            with self._path(name).open("ab") as stream:
                for part in parts:
                    part.tofile(stream)
        self._waiting.clear()
        self._waiting_bytes = 0
