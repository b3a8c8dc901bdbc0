"""How many rows use each word, in prompts and in answers: what is usual here, and what is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from advisor.data.columns import StoredRagged
from advisor.data.words import Ragged

BUCKETS = 1 << 20


def row_counts(ragged: StoredRagged) -> NDArray[np.int64]:
    """Count for each word, by bucket, the rows that use it, from the distinct words of each row."""
    counts = np.zeros(BUCKETS, np.int64)
    for _first, part in ragged.slices():
        counts += np.bincount(bucket(part.values), minlength=BUCKETS)
    return counts


def distinct_words(part: Ragged) -> Ragged:
    """Return each word of a row once, in the order of their hashes."""
    keys = row_keys(part)
    # Sorting beats numpy's hashing unique on keys that are nearly in order already.
    keys.sort()
    keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys
    owners = (keys >> np.uint64(32)).astype(np.int64)
    starts = np.searchsorted(owners, np.arange(len(part) + 1))
    return Ragged((keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), starts.astype(np.int64))


def row_keys(part: Ragged) -> NDArray[np.uint64]:
    """Return each word of a row as one number with its row's place, so that rows are compared without a loop."""
    return np.asarray((part.owners.astype(np.uint64) << np.uint64(32)) | part.values.astype(np.uint64))


def sum_per_row(weights: NDArray[np.float64], part: Ragged) -> NDArray[np.float64]:
    """Add up a weight per word over each row."""
    total = np.concatenate(([0.0], np.cumsum(weights)))
    return np.asarray(total[part.starts[1:]] - total[part.starts[:-1]])


def mean_per_row(weights: NDArray[np.float64], part: Ragged) -> NDArray[np.float64]:
    """Average a weight per word over each row; 0 for rows without words."""
    return np.asarray(sum_per_row(weights, part) / np.maximum(part.counts, 1))


def bucket(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the bucket of each word hash."""
    return np.asarray(values & np.uint32(BUCKETS - 1))
