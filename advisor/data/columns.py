"""What was measured of each row, kept in files on disk column by column, so that memory does not grow with rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.data.words import Ragged


class Columns:
    """Append-only columns in a folder: one value a row, ragged values, or free lists of hits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._dtypes: dict[str, tuple[np.dtype[Any], int]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def append(self, columns: Mapping[str, NDArray[Any] | Ragged]) -> None:
        """Add the measurements of one batch."""
        for name, values in columns.items():
            if isinstance(values, Ragged):
                self._write(name + ".values", values.values)
                self._write(name + ".counts", values.counts.astype(np.uint32))
            else:
                self._write(name, values)

    def names(self, prefix: str) -> list[str]:
        """List the columns that begin with ``prefix``."""
        return sorted(name for name in self._dtypes if name.startswith(prefix))

    def read(self, name: str) -> NDArray[Any]:
        """Read one column whole; empty when nothing was measured."""
        if name not in self._dtypes:
            return np.empty(0)
        dtype, width = self._dtypes[name]
        values = np.fromfile(self._path(name), dtype)
        return values.reshape(-1, width) if width > 1 else values

    def mapped(self, name: str) -> NDArray[Any]:
        """Give one column as a memory map, for reading here and there."""
        if name not in self._dtypes or not self._path(name).stat().st_size:
            return np.empty(0, np.uint32)
        dtype, width = self._dtypes[name]
        # A plain view of the map: slicing numpy's own subclass costs several times as much.
        values = np.asarray(np.memmap(self._path(name), dtype, "r"))
        return values.reshape(-1, width) if width > 1 else values

    def ragged(self, name: str) -> Ragged:
        """Give ragged values with the values themselves left on disk."""
        counts = self.read(name + ".counts").astype(np.int64)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        return Ragged(self.mapped(name + ".values"), starts)

    def _path(self, name: str) -> Path:
        return self.folder / (name.replace("/", "_") + ".col")

    def _write(self, name: str, values: NDArray[Any]) -> None:
        width = values.shape[1] if values.ndim > 1 else 1
        known = self._dtypes.setdefault(name, (values.dtype, width))
        assert known == (values.dtype, width), (
            f"column {name} changed from {known} to {values.dtype} x {width}"
        )
        with self._path(name).open("ab") as stream:
            values.tofile(stream)


def slices(ragged: Ragged, *, values_at_a_time: int = 2_000_000) -> Iterator[tuple[int, Ragged]]:
    """Walk a ragged column some millions of values at a time: first row index and the rows."""
    row, total = 0, len(ragged)
    while row < total:
        end = int(np.searchsorted(ragged.starts, ragged.starts[row] + values_at_a_time, side="right")) - 1
        end = min(max(end, row + 1), total)
        starts = ragged.starts[row : end + 1]
        yield row, Ragged(np.asarray(ragged.values[starts[0] : starts[-1]]), starts - starts[0])
        row = end
