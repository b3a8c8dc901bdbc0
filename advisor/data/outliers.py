"""Groups of rows that stand apart in style: robust distances, then the direction in which a group stands out most."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.columns import Columns

Matrix = NDArray[np.float64]
# The largest group looked for lies outside these percentiles, so that it cannot widen the spread it is measured by;
# the factor brings the spread of a clipped normal distribution back to its own.
TRIMMED, WIDENED = (12, 88), 1.25
MOST_SAMPLED = 20_000
PREFIX = "score."


class OutlierGroup(NamedTuple):
    """Rows by index that stand apart together, along which direction and how far (in robust deviations)."""

    members: NDArray[np.int64]
    direction: Matrix
    distance: float


class Scores:
    """Standardised features of many rows, one column on disk for each, read when they are looked at."""

    def __init__(self, columns: Columns, rows: int) -> None:
        self._columns, self._rows, self._width = columns, rows, 0
        columns.drop(PREFIX)

    def __len__(self) -> int:
        return self._rows

    def append(self, feature: Matrix) -> None:
        """Add one feature of every row."""
        self._columns.append({f"{PREFIX}{self._width:02}": feature.astype(np.float32)})
        self._width += 1

    def along(self, direction: Matrix) -> Matrix:
        """Project every row onto a direction."""
        total = np.zeros(len(self))
        for weight, feature in zip(direction, self._features(), strict=True):
            total += weight * feature
        return total

    def lengths(self) -> Matrix:
        """Return every row's distance from the middle."""
        total = np.zeros(len(self))
        for feature in self._features():
            total += np.square(feature, dtype=float)
        return np.asarray(np.sqrt(total))

    def of(self, rows: NDArray[np.int64]) -> Matrix:
        """Return all features of some rows."""
        return np.column_stack([feature[rows] for feature in self._features()]).astype(float)

    def _features(self) -> Iterator[NDArray[np.float32]]:
        return (self._columns.read(f"{PREFIX}{at:02}") for at in range(self._width))


def standardised(values: NDArray[np.float32], floor: float) -> Matrix:
    """Centre a feature on its median and scale by its robust spread; clipped at 8 so that no one feature decides."""
    middle = np.median(values)
    spread = 1.4826 * np.median(np.abs(values - middle))
    # Where most rows have none of a thing the median spread is 0; the trimmed deviation still sees the usual few.
    low, high = np.percentile(values, TRIMMED)
    trimmed = WIDENED * np.std(np.clip(values, low, high))
    return np.asarray(np.clip((values - middle) / max(spread, trimmed, floor), -8, 8))


def groups_apart(scores: Scores, *, seeds: list[Matrix], least: float, largest: float) -> list[OutlierGroup]:
    """Find groups of rows apart from the rest, the clearest first.

    Args:
        scores: Standardised features of the rows, no NaN.
        seeds: Directions to look along first; the farthest rows' own directions are added.
        least: Robust deviations along its direction that a member must have.
        largest: Greatest share of rows a group may hold.
    """
    free = np.ones(len(scores), bool)
    groups: list[OutlierGroup] = []
    for _round in range(5):
        best = _best_group(scores, free, seeds, least, largest)
        if best is None:
            break
        groups.append(best)
        free[best.members] = False
    return groups


def _best_group(
    scores: Scores, free: NDArray[np.bool_], seeds: list[Matrix], least: float, largest: float
) -> OutlierGroup | None:
    far = scores.lengths() * free
    farthest = np.argsort(-far)[:12]
    tried = [*seeds, *scores.of(farthest[far[farthest] > 0])]
    found = [group for seed in tried if (group := _grow(scores, free, seed, least, largest)) is not None]
    return max(found, key=lambda group: (min(len(group.members), 3), group.distance), default=None)


def _grow(
    scores: Scores, free: NDArray[np.bool_], seed: Matrix, least: float, largest: float
) -> OutlierGroup | None:
    direction, members = seed / max(float(np.linalg.norm(seed)), 1e-9), np.empty(0, np.int64)
    deviations = np.zeros(len(scores))
    for _step in range(4):
        deviations = _deviations(scores.along(direction))
        members = np.flatnonzero((deviations >= least) & free)
        if not 0 < len(members) <= max(1, largest * len(scores)):
            return None
        mean = scores.of(members).mean(axis=0)
        direction = mean / max(float(np.linalg.norm(mean)), 1e-9)
    deviations = _deviations(scores.along(direction))
    members = np.flatnonzero((deviations >= least) & free)
    if not 0 < len(members) <= max(1, largest * len(scores)) or not _stands_apart(deviations, members):
        return None
    return OutlierGroup(members, direction, float(np.median(deviations[members])))


def _stands_apart(deviations: Matrix, members: NDArray[np.int64]) -> bool:
    # A long tail has no edge; a group has: few rows lie between it and the bulk.
    edge = float(deviations[members].min())
    between = ((deviations >= 0.6 * edge) & (deviations < edge)).sum()
    return bool(between <= max(1, len(members)))


def _deviations(projected: Matrix) -> Matrix:
    known = projected[_sample(len(projected))]
    middle = np.median(known)
    spread = 1.4826 * np.median(np.abs(known - middle))
    low, high = np.percentile(known, TRIMMED)
    return np.asarray(
        (projected - middle) / max(float(spread), WIDENED * float(np.std(np.clip(known, low, high))), 0.3)
    )


@lru_cache(maxsize=4)
def _sample(rows: int) -> NDArray[np.int64] | slice:
    # The middle and the spread of the bulk are known well enough from some thousands of rows.
    if rows <= MOST_SAMPLED:
        return slice(None)
    return np.sort(np.random.default_rng(5).choice(rows, MOST_SAMPLED, replace=False))
