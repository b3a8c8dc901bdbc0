"""Which kinds of request two tables hold, by meaning, and which kinds one of them lacks."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, erfc, sqrt
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from advisor.data.coverage import clusters, names_of
from advisor.data.meaning import Vectors, nearest
from advisor.diagnose.seen import Rows, Seen

NEIGHBOURS = 4
"""Neighbours that are expected of each table, where both are alike."""
ALIKE = 0.8
"""A cosine from which two requests are of one kind, however close those of the first table are."""


class Kind(NamedTuple):
    """A kind of request with its share on each side."""

    name: str
    here: float
    there: float
    rows: NDArray[np.int64]
    """Its rows of the second table, by index."""


class Kinds(NamedTuple):
    """Kinds of the requests of two tables: the label of each row, and the kinds."""

    here: NDArray[np.int64]
    there: NDArray[np.int64]
    kinds: list[Kind]


def named(texts: Sequence[str], vectors: Vectors, rows: NDArray[np.bool_], most: int = 3) -> list[str]:
    """Name the marked texts by the words in which they differ from the others, the largest group first."""
    labels, count = clusters(vectors[rows])
    every = np.full(len(texts), count, np.int64)
    every[rows] = labels
    names = names_of(texts, every, count + 1)
    sizes = np.bincount(labels, minlength=count)
    return [names[at] for at in np.argsort(-sizes, kind="stable")[:most]]


def kinds_of(seen: Seen, here: Rows, there: Rows, *, among: NDArray[np.bool_] | None = None) -> Kinds:
    """Group the sampled requests of two tables by meaning.

    Args:
        seen: What is seen of the material.
        here: The first table.
        there: The second table.
        among: Which rows of the second table's sample count; all by default.
    """
    kept = np.ones(len(there.sample()), bool) if among is None else among
    vectors = np.concatenate([seen.vectors(here), seen.vectors(there)[kept]])
    labels, count = clusters(vectors)
    texts = [here.questions.texts[at] for at in here.sample()]
    texts += [there.questions.texts[at] for at in there.sample()[kept]]
    mine, theirs = labels[: len(here.sample())], labels[len(here.sample()) :]
    names = names_of(texts, labels, count)
    kinds = [
        Kind(name, _share(mine == at), _share(theirs == at), np.flatnonzero(theirs == at))
        for at, name in enumerate(names)
    ]
    return Kinds(mine, theirs, kinds)


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else 0.0


class Novelty(NamedTuple):
    """Requests of one table that are unlike any of another."""

    rows: NDArray[np.bool_]
    """Which rows of the second table's sample are novel."""
    likeness: NDArray[np.float32]
    """Cosine of each of these with its nearest request of the first table."""
    among_themselves: NDArray[np.float32]
    """Cosine of each request of the first table with the nearest of its others."""
    limit: float
    """Cosine below which a request is novel."""


def novelty_of(seen: Seen, here: Rows, there: Rows, *, usual: float = 0.05) -> Novelty:
    """Mark requests of the second table that are further from the first than one in twenty of its own is from the others."""
    known, asked = seen.vectors(here), seen.vectors(there)
    themselves = _nearest_other(known)
    likeness = nearest(asked, known)[1]
    limit = min(float(np.quantile(themselves, usual)), ALIKE) if len(themselves) else 0.0
    return Novelty(likeness < limit, likeness, themselves, limit)


class Sparse(NamedTuple):
    """Requests of one table among whose neighbours the other table is rare."""

    rows: NDArray[np.bool_]
    """Which rows of the second table's sample are of a kind that the first hardly has."""
    share: float
    """Their share, less what chance alone makes."""
    error: float
    """Standard error of the share, where there is nothing but chance."""
    p: float
    """One-sided p of the share: labels of the tables exchanged at random over the same neighbours."""


def sparse_of(seen: Seen, here: Rows, there: Rows, *, below: float = 0.34, exchanges: int = 40) -> Sparse:
    """Mark requests of the second table around which the first has less than ``below`` of the second's density.

    No kinds are drawn for this: every request has its nearest ones of both tables, as many as it takes to expect four of each.
    """
    vectors = np.concatenate([seen.vectors(here), seen.vectors(there)])
    mine = np.arange(len(vectors)) < len(here.sample())
    few = max(1, min(int(mine.sum()), int((~mine).sum())))
    around = _neighbours(vectors, min(300, max(12, ceil(NEIGHBOURS * len(vectors) / few))))
    rng, rows = np.random.default_rng(3), _rare(mine, around, below)[~mine]
    chance = []
    for _ in range(exchanges):
        mixed = rng.permutation(mine)
        chance.append(float(_rare(mixed, around, below)[~mixed].mean()))
    usual, error = float(np.mean(chance)), max(float(np.std(chance)), 1 / max(len(rows), 1))
    above = (float(rows.mean()) - usual) / error if len(rows) else 0.0
    return Sparse(rows, max(0.0, float(rows.mean()) - usual), error, 0.5 * erfc(above / sqrt(2)))


_KNOWN: Final = WeakKeyDictionary[Seen, Sparse]()


def untaught(seen: Seen) -> Sparse:
    """Mark production's requests of kinds that training hardly has; reckoned once."""
    if seen not in _KNOWN:
        _KNOWN[seen] = sparse_of(seen, seen.training, seen.production)
    return _KNOWN[seen]


def untaught_rows(seen: Seen) -> NDArray[np.bool_]:
    """Mark them among all rows of production; rows outside the sample are not marked."""
    marked = np.zeros(len(seen.production), bool)
    if len(seen.training) and len(seen.production):
        marked[seen.production.sample()[untaught(seen).rows]] = True
    return marked


def _rare(mine: NDArray[np.bool_], around: NDArray[np.int64], below: float) -> NDArray[np.bool_]:
    """Mark where the first table's density among the neighbours is under ``below`` of the second's."""
    near = mine[around].sum(axis=1)
    here, there = near / max(int(mine.sum()), 1), (around.shape[1] - near) / max(int((~mine).sum()), 1)
    return np.asarray(here < below * there)


def _neighbours(vectors: Vectors, count: int) -> NDArray[np.int64]:
    """Return the nearest other rows of each row, shape (rows, count)."""
    count = min(count, len(vectors) - 1)
    found = np.empty((len(vectors), count), np.int64)
    for start in range(0, len(vectors), 1024):
        table = vectors[start : start + 1024] @ vectors.T
        table[np.arange(len(table)), start + np.arange(len(table))] = -2
        found[start : start + 1024] = np.argpartition(-table, count - 1, axis=1)[:, :count]
    return found


def _nearest_other(vectors: Vectors) -> NDArray[np.float32]:
    found = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors), 1024):
        table = vectors[start : start + 1024] @ vectors.T
        table[np.arange(len(table)), start + np.arange(len(table))] = -1
        found[start : start + 1024] = table.max(axis=1)
    return found
