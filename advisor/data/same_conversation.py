"""Rows cut from one conversation: one begins with the other, they share their first turns, or an id that repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.data.batch import Batch, hashes_of
from advisor.data.columns import Columns
from advisor.data.rows.conversation import Conversation

ID_FIELD = re.compile(
    r"(?i)^(?:(?:conversation|conv|session|thread|dialogue?|chat|ticket|case|trace|document|doc|article|source|group|family)"
    r"[_-]?(?:id|uuid|key|no|number)|id|uuid)$"
)
# A greeting that many conversations begin with makes them no one conversation.
MOST_SHARED_STARTS = 0.02
FEWEST_SHARED_STARTS = 20
# An id that half of the rows share names a source, not a conversation.
LARGEST_GROUP = 0.5


def conversation_columns(batch: Batch) -> dict[str, NDArray[Any]]:
    """Measure what tells that two rows are of one conversation.

    Returns:
        ``id_hash`` and ``start_hash``, one a row, 0 for none; ``prefix.hash`` and ``prefix.row``, one for each exchange
        of a longer row after which it goes on.
    """
    starts, prefixes, owners = [], [], []
    for one in batch.conversations:
        cuts = list(_prefixes(one))
        starts.append(cuts[0] if len(cuts) > 1 else "")
        prefixes += cuts[:-1]
        owners += [one.row] * max(len(cuts) - 1, 0)
    ids = [_identity(one) for one in batch.conversations]
    return {
        "id_hash": hashes_of(ids) if any(ids) else np.zeros(len(batch), np.uint64),
        "start_hash": hashes_of(starts) if any(starts) else np.zeros(len(batch), np.uint64),
        "prefix.hash": hashes_of(prefixes) if prefixes else np.zeros(0, np.uint64),
        "prefix.row": np.array(owners, np.uint32),
    }


def _prefixes(row: Conversation) -> Iterator[str]:
    """Walk the beginnings of a row that end with an answer, the system prompt aside; the last is the whole."""
    said = [one for one in row.messages if one.role not in {"system", "developer"}]
    if len(said) < 3 and row.shape != "text":
        if said:
            yield "\n".join(one.content for one in said)
        return
    text = ""
    for index, one in enumerate(said):
        text = f"{text}\n{one.content}" if index else one.content
        if one.role == "assistant":
            yield text


def _identity(row: Conversation) -> str:
    found = [
        f"{key}={value}"
        for key, value in row.meta.items()
        if isinstance(value, (str, int)) and ID_FIELD.match(key)
    ]
    # A name that says what it is for goes before a bare "id".
    return max(found, key=lambda one: (not one.lower().startswith(("id=", "uuid=")), one), default="")


def joined_rows(columns: Columns) -> Iterator[tuple[int, int]]:
    """Walk pairs of row indices that are of one conversation."""
    rows = columns.read("row")
    total = len(rows)
    for name, most in (
        ("id_hash", max(2, LARGEST_GROUP * total)),
        ("start_hash", max(FEWEST_SHARED_STARTS, MOST_SHARED_STARTS * total)),
    ):
        yield from _equal(columns.read(name), most)
    yield from begun_elsewhere(columns, columns)


def _equal(keys: NDArray[Any], most: float) -> Iterator[tuple[int, int]]:
    values, first, inverse, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    wanted = (counts > 1) & (counts <= most) & (values != 0)
    for index in np.flatnonzero(wanted[inverse]).tolist():
        yield int(first[inverse[index]]), index


def begun_elsewhere(columns: Columns, other: Columns) -> Iterator[tuple[int, int]]:
    """Walk pairs of which the row of ``columns`` is the beginning of the row of ``other``."""
    whole, hashes = columns.read("turns_hash"), other.read("prefix.hash")
    if not len(hashes) or not len(whole):
        return
    owners = np.searchsorted(other.read("row"), other.read("prefix.row"))
    order = np.argsort(whole, kind="stable")
    at = np.minimum(np.searchsorted(whole[order], hashes), len(whole) - 1)
    hit = (whole[order][at] == hashes) & (hashes != 0)
    for index in np.flatnonzero(hit).tolist():
        yield int(order[at[index]]), int(owners[index])


def leaked(columns: Columns, held_out: Columns) -> set[int]:
    """Return the indices of the rows of ``columns`` that are of one conversation with a held-out row."""
    found = {left for left, _ in begun_elsewhere(columns, held_out)}
    found |= {right for _, right in begun_elsewhere(held_out, columns)}
    total = len(columns.read("row"))
    for name, most in (
        ("id_hash", max(2, LARGEST_GROUP * total)),
        ("start_hash", max(FEWEST_SHARED_STARTS, MOST_SHARED_STARTS * total)),
    ):
        mine, theirs = columns.read(name), held_out.read(name)
        values, counts = np.unique(mine, return_counts=True)
        usual = values[(counts > most) | (values == 0)]
        found |= set(np.flatnonzero(np.isin(mine, theirs) & ~np.isin(mine, usual)).tolist())
    return found
