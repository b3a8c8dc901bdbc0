"""How well questions and answers belong together, learned from the file itself: which words answer which."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.word_use import BUCKETS, bucket
from advisor.data.words import Ragged

Vectors = NDArray[np.float32]
DIMENSIONS, SIGNS = 256, 2
# How strongly the learned map is held back; without it rare words would be learned by heart.
RIDGE = 0.5
MOST_COMPARED = 500
# From this many rows on words' habits can be learned; beyond, the memory for it would grow too far.
LEARNABLE = range(100, 10_001)


class PairingFit(NamedTuple):
    """How each row's question and answer fit, and the means to compare any question with any answer."""

    own: Vectors
    """Likeness of each row's answer to what its question leads one to expect."""
    asked: Vectors
    """Share of other rows' answers that fit the row's question better than its own."""
    answered: Vectors
    """Share of other rows' questions that the row's answer fits better than its own."""
    expected: Vectors
    """What each question leads one to expect, learned without its own row."""
    answers: Vectors
    """The answers in the same terms."""


def fit(prompts: Ragged, answers: Ragged) -> PairingFit:
    """Learn from all rows but one what that one's question is answered with, and compare; takes distinct words."""
    asks, replies = vectors(prompts), vectors(answers)
    expected = _unit(left_out(asks, replies)) + np.float32(0.5) * asks
    own = np.einsum("ij,ij->i", expected, replies)
    chosen = np.sort(np.random.default_rng(3).permutation(len(own))[:MOST_COMPARED])
    asked = (expected @ replies[chosen].T >= own[:, None]).mean(axis=1, dtype=np.float32)
    answered = (expected[chosen] @ replies.T >= own[None, :]).mean(axis=0, dtype=np.float32)
    return PairingFit(own, asked, answered, expected, replies)


def left_out(asks: Vectors, replies: Vectors) -> Vectors:
    """Predict each answer by a ridge regression over all other rows (in closed form, not one by one)."""
    inverse = np.linalg.inv(asks.T @ asks + RIDGE * np.eye(DIMENSIONS, dtype=np.float32))
    reach = np.einsum("ij,ij->i", asks @ inverse, asks)[:, None]
    predicted = asks @ (inverse @ (asks.T @ replies))
    return np.asarray((predicted - reach * replies) / np.maximum(1 - reach, 0.05), np.float32)


def vectors(words: Ragged) -> Vectors:
    """Fold the rarity of each row's words into some hundred signed sums, less what all rows have in common."""
    counts = np.bincount(bucket(words.values), minlength=BUCKETS)
    rarity = np.log(len(words) / counts[bucket(words.values)])
    table = np.zeros(len(words) * DIMENSIONS)
    for turn in range(SIGNS):
        mixed = (words.values + np.uint32(turn + 1)) * np.uint32(0x9E3779B1)
        mixed ^= mixed >> np.uint32(15)
        mixed *= np.uint32(0x85EBCA6B)
        signs = np.where(mixed >> np.uint32(31), rarity, -rarity)
        place = words.owners * DIMENSIONS + (mixed >> np.uint32(8)) % np.uint32(DIMENSIONS)
        table += np.bincount(place, signs, minlength=len(table))
    vectors = table.reshape(-1, DIMENSIONS).astype(np.float32)
    return _unit(vectors - vectors.mean(axis=0))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), np.float32)
