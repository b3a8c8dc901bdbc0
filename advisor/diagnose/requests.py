"""Which kinds of request two tables hold, by meaning, and which kinds one of them lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.coverage import clusters, names_of
from advisor.data.meaning import Meaning


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


def kinds_of(here: Sequence[str], there: Sequence[str], meaning: Meaning) -> Kinds:
    """Group the requests of both tables by meaning."""
    texts = [*here, *there]
    labels, count = clusters(meaning(texts))
    mine, theirs = labels[: len(here)], labels[len(here) :]
    names = names_of(texts, labels, count)
    return Kinds(
        mine,
        theirs,
        [
            Kind(
                names[at],
                float((mine == at).mean()) if len(mine) else 0.0,
                float((theirs == at).mean()) if len(theirs) else 0.0,
                np.flatnonzero(theirs == at),
            )
            for at in range(count)
        ],
    )
