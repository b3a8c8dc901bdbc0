"""What was measured of a whole file: columns on disk, the texts behind hashes, and a way back to the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.data.columns import Columns, StoredRagged
from advisor.data.coverage import Coverage
from advisor.data.records import AuditOptions
from advisor.data.rows.conversation import Conversation
from advisor.data.word_use import row_counts
from advisor.errors import did_you_mean

# Lists that are there only where a row has the trouble, or the field.
FREE = ("broken", "problem:", "lenient:", "meta:", "metarow:", "time:")


class Dataset:
    """What was measured of a whole file, and a way back to its rows."""

    def __init__(
        self,
        columns: Columns,
        names: Mapping[str, Mapping[int, str]],
        options: AuditOptions,
        declared: frozenset[str],
    ) -> None:
        self.columns = columns
        self.declared = declared
        self.names = names
        self.options = options
        self.rows: NDArray[np.uint32] = columns.read("row").astype(np.uint32)
        self.others: dict[str, Dataset] = {}
        self._word_rows: dict[str, NDArray[np.int64]] = {}
        self.coverage: Coverage | None = None
        self.read: Callable[[], Iterator[Sequence[Conversation]]] = lambda: iter(())
        self.fetch: Callable[[Sequence[int]], dict[int, Conversation]] = lambda _rows: {}
        self.label: Path | None = None
        # What of the file's form a stricter reader refuses.
        self.lenient: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> NDArray[Any]:
        """Read a measured column, empty where no row has it.

        Raises:
            LookupError: No check declares such a column, nor is it one of all checks.
        """
        if name not in self.declared and not name.startswith(FREE):
            guess = did_you_mean(name, self.declared)
            message = f"no check declares the column '{name}'. {guess}"
            raise LookupError(message)
        return self.columns.read(name)

    def ragged(self, name: str) -> StoredRagged:
        """Return a ragged column."""
        return self.columns.ragged(name)

    def word_rows(self, name: str) -> NDArray[np.int64]:
        """Count for each word, by bucket, the rows that use it in ``prompt_set`` or ``answer_set``; counted once."""
        if name not in self._word_rows:
            self._word_rows[name] = row_counts(self.ragged(name))
        return self._word_rows[name]

    def texts(self) -> Iterator[list[tuple[str, str]]]:
        """Read the file again, batch by batch: prompt and answer of each row."""
        for batch in self.read():
            yield [(one.prompt, one.answer) for one in batch]

    def where(self, flags: NDArray[np.bool_]) -> list[int]:
        """Return the row numbers of the set flags."""
        return [int(row) for row in self.rows[flags]]

    def marked(self, name: str) -> list[int]:
        """Return the row numbers that a yes-or-no column marks."""
        return self.where(self.column(name).astype(bool))
