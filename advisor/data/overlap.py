"""Runs of words that one dataset shares with another: containment, for leaks and contamination."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from advisor.data import words
from advisor.data.dataset import Dataset
from advisor.data.words import Ragged

RUN = 8
# A run found in more items than this is a set phrase of the benchmark ("which of the following"), not an item.
COMMON = 20


def contained(data: Dataset, reference: Dataset, *, at_least: float) -> list[tuple[int, int]]:
    """Pair rows with reference rows of whose 8-word runs they hold at least this share; reference rows under 8 words are left out."""
    runs = _runs(_pairs(reference))
    keys, owners, sizes = _index(runs)
    if not len(keys):
        return []
    found: list[tuple[int, int]] = []
    prompts, answers = data.ragged("prompt_words"), data.ragged("answer_words")
    for first, part in prompts.slices():
        both = words.concat(part, answers.rows(first, len(part)))
        found += [
            (first + left, right) for left, right in _matches(_runs(both), keys, owners, sizes, at_least)
        ]
    return found


def _matches(
    runs: Ragged,
    keys: NDArray[np.uint32],
    owners: NDArray[np.int64],
    sizes: NDArray[np.int64],
    at_least: float,
) -> list[tuple[int, int]]:
    at = np.searchsorted(keys, runs.values)
    held = words.member(runs.values, keys)
    if not held.any():
        return []
    # A run may stand in several reference rows; the first few are enough to find each row's best match.
    spread = np.searchsorted(keys, runs.values[held], side="right") - at[held]
    left = np.repeat(runs.owners[held], spread)
    offsets = np.arange(spread.sum()) - np.repeat(np.cumsum(spread) - spread, spread)
    right = owners[np.repeat(at[held], spread) + offsets]
    run = np.repeat(runs.values[held], spread).astype(np.uint64)
    triples = np.unique(np.stack([left.astype(np.uint64), right.astype(np.uint64), run]), axis=1)
    pairs, counts = np.unique(triples[:2], axis=1, return_counts=True)
    enough = counts >= at_least * sizes[pairs[1].astype(np.int64)]
    return [(int(one), int(two)) for one, two in pairs[:, enough].T]


def _index(runs: Ragged) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    pairs = np.unique(np.stack([runs.values.astype(np.int64), runs.owners]), axis=1)
    values, owners = pairs[0].astype(np.uint32), pairs[1]
    sizes = np.bincount(owners, minlength=max(len(runs), 1))
    _, back, counts = np.unique(values, return_inverse=True, return_counts=True)
    rare = counts[back] <= COMMON
    return values[rare], owners[rare], sizes


def _runs(pairs: Ragged) -> Ragged:
    grams = words.shingles(pairs, RUN)
    # A row shorter than a run gives one shingle of its whole content; those are compared by hash elsewhere.
    short = np.repeat(pairs.counts < RUN, grams.counts)
    counts = np.where(pairs.counts < RUN, 0, grams.counts)
    return Ragged(grams.values[~short], np.concatenate(([0], np.cumsum(counts))).astype(np.int64))


def _pairs(data: Dataset) -> Ragged:
    prompts, answers = data.ragged("prompt_words"), data.ragged("answer_words")
    return words.concat(prompts.rows(0, len(prompts)), answers.rows(0, len(answers)))
