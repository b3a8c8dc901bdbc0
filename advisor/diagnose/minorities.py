"""Few training rows that are written otherwise than the rest: by style, by the words that people mind, by source field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.batch import hashes_of
from advisor.data.outliers import Scores, groups_apart
from advisor.data.style import FEATURES, FLOORS
from advisor.data.word_use import mean_per_row, row_keys
from advisor.data.words import Ragged, within, word_hashes
from advisor.diagnose.seen import MOST_SAMPLED, Rows, Seen

LEAST, LARGEST, FEWEST_ROWS, FEWEST, FEWEST_LABELS = 4.5, 0.12, 30, 3, 5
GAP: Final = 0.2
"""Widest gap, as a share of the distance, that parts a group from the tail of the rest."""
OFTEN: Final = 0.02
"""Share of the rows from which one answer, given word for word, is a stock answer and not a style."""
WORD: Final = len(FEATURES)
BUCKETS: Final = 1 << 16
_FORMAL: Final = {
    "word length": 1.0, "sentence length": 0.7, "formal words": 1.5, "casual words": -1.0, "apostrophes": -0.7, "exclamation marks": -0.7,
}  # fmt: skip


class Group(NamedTuple):
    """Training rows that stand apart, by index, and how they were found."""

    members: NDArray[np.int64]
    found_by: str


class _Held(Scores):
    """Standardised features in memory: a few columns of one table need no disk."""

    def __init__(self, table: NDArray[np.float64]) -> None:
        self._table = table.astype(np.float32)

    def __len__(self) -> int:
        return len(self._table)

    def along(self, direction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Project every row onto a direction."""
        return np.asarray(self._table @ direction.astype(np.float32), float)

    def lengths(self) -> NDArray[np.float64]:
        """Return every row's distance from the middle."""
        return np.asarray(np.linalg.norm(self._table, axis=1), float)

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return all features of some rows."""
        return self._table[rows].astype(float)

    def beyond_gap(self, direction: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the rows beyond the widest gap along a direction, none where no gap is wide or they are too many."""
        along = self.along(direction / max(float(np.linalg.norm(direction)), 1e-9))
        spread = max(1.4826 * float(np.median(np.abs(along - np.median(along)))), 0.3)
        order = np.argsort(-along)[: int(LARGEST * len(self)) + 1]
        ranked = (along[order] - np.median(along)) / spread
        gaps = ranked[:-1] - ranked[1:]
        if not len(gaps):
            return np.empty(0, np.int64)
        at = int(gaps.argmax())
        apart = ranked[at] >= LEAST and gaps[at] >= max(1.5, GAP * ranked[at])
        return np.sort(order[: at + 1]) if apart else np.empty(0, np.int64)


class Space(NamedTuple):
    """Answers as standardised style features and the words that people mind; NaN where an answer cannot be compared."""

    training: NDArray[np.float64]
    production: NDArray[np.float64]


def space_of(seen: Seen) -> Space:
    """Measure training and production answers on one scale, that of training."""
    taught, made = seen.training, seen.production
    usable = comparable(taught)
    if not usable.any():
        width = len(FEATURES) + 1
        return Space(np.full((len(taught), width), np.nan), np.full((len(made), width), np.nan))
    weights = _minded_words(seen)
    tables = [np.column_stack([rows.answers.style, _mean_weight(rows, weights)]) for rows in (taught, made)]
    floors = [*FLOORS.tolist(), 0.15]
    known = tables[0][usable]
    scaled = [np.full(table.shape, np.nan) for table in tables]
    for at, floor in enumerate(floors):
        # Length has causes of its own; here it must not make a group by itself.
        weight = 0.3 if at == FEATURES.index("answer length") else 1.0
        both = np.concatenate([known[:, at], *(table[:, at] for table in tables)]).astype(np.float32)
        both = _standardised(both, len(known), floor) * weight
        for place, part in zip(scaled, np.split(both[len(known) :], [len(tables[0])]), strict=True):
            place[:, at] = part
    scaled[0][~usable] = np.nan
    scaled[1][~comparable(made)] = np.nan
    return Space(scaled[0], scaled[1])


def _standardised(values: NDArray[np.float32], known: int, floor: float) -> NDArray[np.float64]:
    """Standardise all values by the middle and the spread of the first ``known``."""
    middle = float(np.median(values[:known]))
    low, high = np.percentile(values[:known], (12, 88))
    trimmed = 1.25 * float(np.std(np.clip(values[:known], low, high)))
    robust = 1.4826 * float(np.median(np.abs(values[:known] - middle)))
    return np.asarray(np.clip((values - middle) / max(robust, trimmed, floor), -8, 8), float)


def comparable(rows: Rows) -> NDArray[np.bool_]:
    """Mark answers whose style can be compared: five words or more, no refusal, no stock answer, the main language."""
    finite = np.isfinite(rows.answers.style).all(axis=1)
    said = hashes_of(rows.answers.texts)
    values, counts = np.unique(said, return_counts=True)
    often = values[counts >= max(3, OFTEN * len(rows))]
    languages = rows.answers.languages
    main = np.bincount(languages[languages < 255], minlength=1).argmax() if len(languages) else 0
    return (
        finite
        & (rows.answers.declines == 0)
        & ~np.isin(said, often)
        & ((languages == main) | (languages == 255))
    )


def groups_of(seen: Seen, space: Space) -> list[Group]:
    """Find the groups of training rows that stand apart."""
    rows = np.flatnonzero(np.isfinite(space.training).all(axis=1))
    if len(rows) < FEWEST_ROWS:
        return []
    found = [*_by_field(seen, rows), *_by_style(space, rows, _towards_minded(seen, space))]
    kept: list[Group] = []
    for one in found:
        if all(_overlap(one.members, other.members) < 0.6 for other in kept):
            kept.append(one)
    return kept


def _towards_minded(seen: Seen, space: Space) -> list[NDArray[np.float64]]:
    """Return the direction from other production answers to minded ones; none with few labels."""
    known, minded = np.isfinite(space.production).all(axis=1), seen.production.minded
    bad, other = space.production[known & minded], space.production[known & ~minded]
    if len(bad) < FEWEST_LABELS or not len(other):
        return []
    return [np.asarray(np.median(bad, axis=0) - other.mean(axis=0))]


def _by_style(space: Space, rows: NDArray[np.int64], towards: list[NDArray[np.float64]]) -> Iterator[Group]:
    held = _Held(space.training[rows])
    yield from (Group(rows[one], "style") for one in map(held.beyond_gap, towards) if len(one) >= FEWEST)
    formal = np.array([*(_FORMAL.get(name, 0.0) for name in FEATURES), 0.0])
    seeds = [*towards, formal, -formal, np.eye(1, WORD + 1, WORD)[0]]
    for group in groups_apart(held, seeds=seeds, least=LEAST, largest=LARGEST):
        if len(group.members) >= FEWEST:
            yield Group(rows[group.members], "style")


def _by_field(seen: Seen, rows: NDArray[np.int64]) -> Iterator[Group]:
    """Yield the rows of each rare value of a metadata field."""
    for name in seen.training.field_names():
        values = seen.training.field(name)
        counts = Counter(values[at] for at in rows if values[at] is not None)
        # A field with a value a row is an identifier, no source.
        if len(counts) > 0.2 * len(rows):
            continue
        for value, count in counts.items():
            if FEWEST <= count <= LARGEST * len(rows):
                mine = np.array([at for at in rows if values[at] == value], np.int64)
                yield Group(mine, f"{name} = '{value}'")


def _overlap(one: NDArray[np.int64], two: NDArray[np.int64]) -> float:
    return len(np.intersect1d(one, two)) / max(min(len(one), len(two)), 1)


def _minded_words(seen: Seen) -> NDArray[np.float64] | None:
    """Weigh words, by bucket, by how much more often minded answers use them than any others; None with few labels."""
    minded = np.flatnonzero(seen.production.minded & seen.production.answered)
    if len(minded) < FEWEST_LABELS or not len(seen.training):
        return None
    others = np.flatnonzero(~seen.production.minded & seen.production.answered)
    bad = _shares(_own_words(seen.production, minded))
    usual = _shares(_own_words(seen.training, seen.training.sample()))
    # What other production answers say as well is a topic or the house's manner, and nothing that people mind.
    if len(others) >= len(minded):
        usual = np.maximum(usual, _shares(_own_words(seen.production, others[:MOST_SAMPLED])))
    weights = np.log((bad + 0.02) / (usual + 0.02))
    return np.where(bad >= 0.15, np.clip(weights, -2, 2), 0.0)


def _own_words(rows: Rows, some: NDArray[np.int64]) -> Ragged:
    """Return the distinct words of answers that their requests do not hold, with marks as words of their own."""
    answers = word_hashes([rows.answers.texts[at] for at in some])
    asked = word_hashes([rows.prompts.texts[at] for at in some])
    keys = np.unique(row_keys(answers))
    keys = keys[~within(keys, row_keys(asked))]
    starts = np.searchsorted((keys >> np.uint64(32)).astype(np.int64), np.arange(len(some) + 1))
    return Ragged((keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), starts.astype(np.int64))


def _shares(part: Ragged) -> NDArray[np.float64]:
    return np.bincount(_bucket(part.values), minlength=BUCKETS) / max(len(part), 1)


def _bucket(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return np.asarray(values & np.uint32(BUCKETS - 1))


def _mean_weight(rows: Rows, weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
    if weights is None or not len(rows):
        return np.zeros(len(rows))
    own = _own_words(rows, np.arange(len(rows)))
    return mean_per_row(weights[_bucket(own.values)], own)
