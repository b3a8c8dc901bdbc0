"""Which rows can be learned from: readable, complete, not repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from advisor.data.dataset import Dataset


def usable_rows(data: Dataset) -> NDArray[np.bool_]:
    """Mark the rows that carry a lesson and are the first of their kind."""
    if not len(data):
        return np.zeros(0, bool)
    hashes = data.column("turns_hash")
    first = np.zeros(len(hashes), bool)
    first[np.unique(hashes, return_index=True)[1]] = True
    usable = first & (data.column("shape") > 0)
    kept = data.column("kept")
    if len(kept):
        usable &= kept > 0
    for problem in data.columns.names("problem:"):
        usable &= ~np.isin(data.rows, data.column(problem))
    # The first three orders of turns leave nothing to learn from.
    order = data.column("role-order")
    return usable & ~np.isin(order, [1, 2, 3]) if len(order) else usable
