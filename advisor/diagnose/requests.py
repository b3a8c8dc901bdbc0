"""Which kinds of request two tables hold, by meaning, and which kinds one of them lacks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.coverage import clusters, names_of
from advisor.data.meaning import Vectors, nearest
from advisor.diagnose.seen import Rows, Seen

ALIKE = 0.8
"""A cosine from which two requests are of one kind, however close those of the first table are."""


class Kind(NamedTuple):
    """A kind of request with its share on each side."""

    name: str
    here: float
    there: float
    rows: NDArray[np.int64]
    """Its rows of the second table, by index."""

    @property
    def lacking(self) -> float:
        """Share of the second table that the first lacks."""
        return max(0.0, self.there - self.here)


class Kinds(NamedTuple):
    """Kinds of the requests of two tables: the label of each row, and the kinds."""

    here: NDArray[np.int64]
    there: NDArray[np.int64]
    kinds: list[Kind]

    def lacking(self, *, below: float = 0.34) -> list[Kind]:
        """Return the kinds of which the first table has less than ``below`` of the second's share, the largest first."""
        found = [one for one in self.kinds if one.here < below * one.there]
        return sorted(found, key=lambda one: -one.lacking)


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


def _nearest_other(vectors: Vectors) -> NDArray[np.float32]:
    found = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors), 1024):
        table = vectors[start : start + 1024] @ vectors.T
        table[np.arange(len(table)), start + np.arange(len(table))] = -1
        found[start : start + 1024] = table.max(axis=1)
    return found
