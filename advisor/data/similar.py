"""Rows alike: MinHash finds candidates, exact word comparison verifies them and says how the two differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data import words
from advisor.data.columns import Columns, StoredRagged
from advisor.data.words import Ragged

BANDS, PER_BAND = 16, 4
# Verifying is exact and costs about 50 µs a pair; the pairs that agree in most bands go first.
MOST_PAIRS = 100_000
# Codes of pairs carry the left row in their upper half; a file holds the pairs of 65,536 left rows.
ROWS_A_FILE = np.uint64(32 + 16)
NEAR = 0.6
Relation = Literal["same", "edited", "slot", "different"]


class SimilarPair(NamedTuple):
    """Two rows by index, how alike they are (0 to 1) and how they differ."""

    left: int
    right: int
    likeness: float
    relation: Relation


class Candidates(NamedTuple):
    """Pairs of row indices worth comparing, and how many more were left out because there are too many."""

    pairs: list[tuple[int, int]]
    left_out: int

    @property
    def caveat(self) -> str:
        """Describe what was left out, nothing where all were compared."""
        if not self.left_out:
            return ""
        return f"; only the {len(self.pairs):,} likeliest pairs were compared, {self.left_out:,} were not"


class Words(NamedTuple):
    """The words of one row: prompt, answer, and a hash of its numbers."""

    prompt: list[int]
    answer: list[int]
    numbers: int


def bands_of(pairs: Ragged) -> dict[str, NDArray[np.uint32]]:
    """Sketch each row's word pairs: one key per band; rows with equal keys are candidates."""
    grams = words.shingles(pairs, 2)
    filled = np.flatnonzero(grams.counts)
    keys = {f"band.{band:02}": np.zeros(len(pairs), np.uint32) for band in range(BANDS)}
    if not len(filled):
        return keys
    starts = grams.starts[:-1][filled]
    multiply, add = _permutations()
    for band, key in enumerate(keys.values()):
        mixed = np.zeros(len(filled), np.uint32)
        for step in range(PER_BAND):
            at = band * PER_BAND + step
            least = np.minimum.reduceat(grams.values * multiply[at] + add[at], starts)
            mixed = (mixed ^ least) * np.uint32(0x9E3779B1)
            mixed ^= mixed >> np.uint32(15)
        # 0 says "no words", so that empty rows are nobody's candidates.
        key[filled] = np.maximum(mixed, 1)
    return keys


def candidates(columns: Columns, other: Columns | None = None) -> Candidates:
    """Pair up rows that share a band, within one dataset or across two, those sharing most bands first."""
    bands = columns.names("band.")
    for name in bands:
        found = _band_pairs(columns.read(name), None if other is None else other.read(name))
        # Pairs may be many times the rows, so they go to disk, some rows' pairs to a file.
        order = np.argsort(found >> ROWS_A_FILE, kind="stable")
        files, starts = np.unique(found[order] >> ROWS_A_FILE, return_index=True)
        for file, codes in zip(files, np.split(found[order], starts[1:]), strict=bool(len(files))):
            columns.append({f"pairs.{file:08}": codes})
    best, agree, left_out = np.empty(0, np.uint64), np.empty(0, np.int64), 0
    for name in columns.names("pairs."):
        codes, counts = np.unique(columns.read(name), return_counts=True)
        best, agree = np.concatenate([best, codes]), np.concatenate([agree, counts])
        first = np.argsort(-agree, kind="stable")[:MOST_PAIRS]
        left_out += len(best) - len(first)
        best, agree = best[first], agree[first]
    columns.drop("pairs.")
    pairs = [(int(code >> np.uint64(32)), int(code & np.uint64(0xFFFFFFFF))) for code in best]
    return Candidates(pairs, left_out)


def verified(
    pairs: Iterable[tuple[int, int]], left: Columns, right: Columns | None = None
) -> Iterator[SimilarPair]:
    """Compare each pair word by word and keep what is alike."""
    read_left = row_words(left)
    read_right = read_left if right is None else row_words(right)
    for one, two in pairs:
        likeness, relation = compare(read_left(one), read_right(two))
        if relation != "different":
            yield SimilarPair(one, two, likeness, relation)


def compare(left: Words, right: Words) -> tuple[float, Relation]:
    """Return how alike two rows are and whether one is an edited copy, the same template with other values, or another row."""
    likeness = jaccard(left.prompt + left.answer, right.prompt + right.answer)
    if likeness < NEAR or not _each_side_alike(left, right):
        return likeness, "different"
    if left.prompt == right.prompt and left.answer == right.answer:
        return 1.0, "same" if left.numbers == right.numbers else "slot"
    if left.numbers != right.numbers:
        return likeness, "slot"
    return likeness, "slot" if same_with_other_values(left, right) else "edited"


def jaccard(left: list[int], right: list[int]) -> float:
    """Return the share of common word pairs (single words where a text has fewer than three)."""
    one, two = _grams(left), _grams(right)
    return len(one & two) / len(one | two) if one or two else 1.0


def groups_of(pairs: Iterable[SimilarPair]) -> list[list[int]]:
    """Join pairs that share a row into sorted groups of row indices."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for pair in pairs:
        parent[max(root(pair.left), root(pair.right))] = min(root(pair.left), root(pair.right))
    groups: dict[int, list[int]] = {}
    for node in sorted(parent):
        groups.setdefault(root(node), []).append(node)
    return [group for group in groups.values() if len(group) > 1]


def same_with_other_values(left: Words, right: Words) -> bool:
    """Return whether two rows are the same sentences about another thing."""
    # What changed in the answer is what changed in the prompt.
    asked, answered = Counter(left.prompt), Counter(left.answer)
    asked_too, answered_too = Counter(right.prompt), Counter(right.answer)
    gone, come = set(answered - answered_too), set(answered_too - answered)
    left_prompt, right_prompt = set(asked - asked_too), set(asked_too - asked)
    if gone and come:
        return gone <= left_prompt and come <= right_prompt
    # With equal answers one swapped word in the prompt may be a value, more than that is an edit.
    swapped = len(left.prompt) == len(right.prompt) and bool(left_prompt) and bool(right_prompt)
    return not gone and not come and swapped and len(left_prompt) <= 2


def _each_side_alike(left: Words, right: Words) -> bool:
    sides = ((left.prompt, right.prompt), (left.answer, right.answer))
    return all(
        (min(len(one), len(two)) < 2 and abs(len(one) - len(two)) <= 2) or _overlap(one, two) >= 0.5
        for one, two in sides
    )


def _overlap(left: list[int], right: list[int]) -> float:
    one, two = set(left), set(right)
    return len(one & two) / max(min(len(one), len(two)), 1)


def _grams(values: list[int]) -> set[tuple[int, ...]]:
    if len(values) < 3:
        return {(value,) for value in values}
    return set(pairwise(values))


def row_words(columns: Columns) -> _Reader:
    """Return a function from row index to that row's words."""
    return _Reader(
        columns.ragged("prompt_words"), columns.ragged("answer_words"), columns.read("numbers_hash")
    )


class _Reader:
    def __init__(self, prompts: StoredRagged, answers: StoredRagged, numbers: NDArray[np.uint64]) -> None:
        self.prompts, self.answers, self.numbers = prompts, answers, numbers

    def __call__(self, index: int) -> Words:
        return Words(self.prompts[index].tolist(), self.answers[index].tolist(), int(self.numbers[index]))


def _band_pairs(keys: NDArray[np.uint32], others: NDArray[np.uint32] | None) -> NDArray[np.uint64]:
    if not len(keys):
        return np.empty(0, np.uint64)
    if others is None:
        first = np.argsort(keys, kind="stable").astype(np.uint64)
        ranked = keys[first]
        run = np.concatenate(([0], np.cumsum(ranked[1:] != ranked[:-1])))
        heads = first[np.searchsorted(run, run)]
        equal = np.flatnonzero((ranked[1:] == ranked[:-1]) & (ranked[1:] > 0)) + 1
        # Each row of a run is paired with the one before it and with the first: linear, not quadratic.
        return np.concatenate([_code(first[equal - 1], first[equal]), _code(heads[equal], first[equal])])
    order = np.argsort(others, kind="stable")
    ranked = others[order]
    at = np.searchsorted(ranked, keys)
    hit = np.flatnonzero((at < len(ranked)) & (keys > 0))
    hit = hit[ranked[at[hit]] == keys[hit]]
    return np.asarray((hit.astype(np.uint64) << np.uint64(32)) | order[at[hit]].astype(np.uint64))


def _code(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return np.asarray((np.minimum(left, right) << np.uint64(32)) | np.maximum(left, right))


@cache
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    rng = np.random.default_rng(64)
    size = BANDS * PER_BAND
    return rng.integers(1, 2**32, size, dtype=np.uint32) | np.uint32(1), rng.integers(
        0, 2**32, size, dtype=np.uint32
    )
