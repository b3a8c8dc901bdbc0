"""Which rows must be on one side of a split, and which groups of them are held out; the order of the rows decides nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.columns import Columns
from advisor.data.same_conversation import joined_rows
from advisor.data.similar import candidates, verified


class Groups(NamedTuple):
    """Rows by index, in groups that stay whole."""

    units: list[list[int]]
    keys: list[int]
    """One number a group that follows from what its rows say."""
    caveat: str
    """What was not compared, in words."""

    @property
    def shared(self) -> int:
        """Count the groups of more than one row."""
        return sum(len(unit) > 1 for unit in self.units)


def group_rows(columns: Columns, named: Sequence[Sequence[Hashable]] = ()) -> Groups:
    """Join repeats, near-copies, rows with one prompt, and rows of one conversation.

    Args:
        columns: What was measured of the rows.
        named: Further values, one a row, that join rows where they are equal; None joins nothing.
    """
    hashes: NDArray[np.uint64] = columns.read("turns_hash")
    near = candidates(columns)
    parent = list(range(len(hashes)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in _together(columns, named, near.pairs):
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    units: dict[int, list[int]] = defaultdict(list)
    for index in range(len(parent)):
        units[root(index)].append(index)
    least = [min(int(hashes[index]) for index in unit) for unit in units.values()]
    return Groups(list(units.values()), least, near.caveat)


def _together(
    columns: Columns, named: Sequence[Sequence[Hashable]], pairs: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    # 0 is the hash of an empty text, None a missing group: neither joins rows.
    hashes = [columns.read(name).tolist() for name in ("turns_hash", "context_hash")]
    for column in [*[[one or None for one in listed] for listed in hashes], *named]:
        first: dict[str, int] = {}
        for index, key in enumerate(column):
            if key is not None:
                yield first.setdefault(str(key), index), index
    yield from joined_rows(columns)
    for pair in verified(pairs, columns):
        if pair.relation in {"same", "edited"}:
            yield pair.left, pair.right


def hold_out(groups: Groups, share: float, seed: int, strata: Mapping[int, Any] | None = None) -> set[int]:
    """Choose whole groups to hold out, per stratum, until each has its share; return row indices.

    Which groups are chosen follows from their content and the seed: reordering the rows moves none of them.

    Args:
        groups: The groups.
        share: Share of the rows to hold out, 0 to 1.
        seed: Seed of the choice.
        strata: The stratum of a row, by index; all rows are one stratum without it.
    """
    chosen: set[int] = set()
    layers: dict[str, list[tuple[str, list[int]]]] = defaultdict(list)
    for unit, key in zip(groups.units, groups.keys, strict=True):
        drawn = hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()
        layers[str(strata[unit[0]]) if strata else ""].append((drawn, unit))
    for layer in layers.values():
        chosen |= _share_of([unit for _, unit in sorted(layer)], share)
    return chosen


def _share_of(units: list[list[int]], share: float) -> set[int]:
    wanted = share * sum(map(len, units))
    chosen: set[int] = set()
    for unit in units:
        # A unit is taken while that brings the share nearer, so that one large group cannot swamp eval.
        if abs(len(chosen) + len(unit) - wanted) < abs(len(chosen) - wanted):
            chosen.update(unit)
    return chosen
