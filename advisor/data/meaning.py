"""Vectors of meaning for texts: rarity-weighted character n-grams by default, a static embedding model where one is given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.data import words
from advisor.errors import AdvisorError, missing_extra

Vectors = NDArray[np.float32]
BUCKETS, DIMENSIONS = 1 << 16, 256
GRAM = 4


class Meaning:
    """Turns texts into unit vectors; fitted on the texts it is to tell apart."""

    def __init__(self, sample: Sequence[str], *, model: str | None = None) -> None:
        self._model = _static_model(model) if model else None
        self.rarity = np.ones(BUCKETS, np.float32) if self._model else _rarity(sample)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text."""
        if self._model is not None:
            vectors = np.asarray(self._model.encode(list(texts)), np.float32)
        else:
            parts = [
                _hashed(texts[start : start + 2000], self.rarity) for start in range(0, len(texts), 2000)
            ]
            vectors = np.concatenate(parts) if parts else np.zeros((0, DIMENSIONS), np.float32)
        return np.asarray(
            vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32
        )


def nearest(left: Vectors, right: Vectors) -> tuple[NDArray[np.int64], Vectors]:
    """Return for each left vector the most alike right one and its cosine."""
    if not len(right):
        return np.zeros(len(left), np.int64), np.zeros(len(left), np.float32)
    best, cosine = np.zeros(len(left), np.int64), np.zeros(len(left), np.float32)
    for start in range(0, len(left), 1024):
        table = left[start : start + 1024] @ right.T
        best[start : start + 1024] = table.argmax(axis=1)
        cosine[start : start + 1024] = table.max(axis=1)
    return best, cosine


def _grams(texts: Sequence[str]) -> words.Ragged:
    """Hash the words, and the 4-letter runs inside each word, of each text."""
    whole = words.word_hashes(texts)
    spread = words.word_hashes([_letters(text) for text in texts])
    return words.concat(whole, words.shingles(spread, GRAM))


def _letters(text: str) -> str:
    # Spelling a text out makes every letter a word, so that runs of words are runs of letters.
    return " ".join(text.lower().replace(" ", "_")[:2000]).replace("_", "x")


def _rarity(sample: Sequence[str]) -> NDArray[np.float32]:
    counts = np.zeros(BUCKETS, np.int64)
    for start in range(0, len(sample), 2000):
        grams = _grams(sample[start : start + 2000])
        keys = np.unique(
            (grams.owners.astype(np.uint64) << np.uint64(16))
            | (grams.values & np.uint32(BUCKETS - 1)).astype(np.uint64)
        )
        counts += np.bincount((keys & np.uint64(BUCKETS - 1)).astype(np.int64), minlength=BUCKETS)
    return np.log((1 + len(sample)) / (1 + counts)).astype(np.float32)


def _hashed(texts: Sequence[str], rarity: NDArray[np.float32]) -> Vectors:
    grams = _grams(texts)
    buckets = grams.values & np.uint32(BUCKETS - 1)
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    table = _projection()
    for index in range(len(texts)):
        mine, counts = np.unique(buckets[grams.starts[index] : grams.starts[index + 1]], return_counts=True)
        weights = rarity[mine] * (1 + np.log(counts)).astype(np.float32)
        vectors[index] = weights @ table[mine]
    return vectors


@cache
def _projection() -> NDArray[np.float32]:
    rng = np.random.default_rng(256)
    signs = rng.choice(np.array([-1, 1], np.float32), (BUCKETS, DIMENSIONS))
    return np.asarray(signs / np.sqrt(DIMENSIONS), np.float32)


def _static_model(folder: str) -> Any:
    try:
        from model2vec import StaticModel  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise missing_extra("model2vec", "data", purpose="A static embedding model") from error
    try:
        return StaticModel.from_pretrained(folder)
    except Exception as error:
        raise AdvisorError(
            f"the embedding model cannot be read ({error})",
            place=folder,
            remedy="Give a folder that model2vec saved.",
        ) from error
