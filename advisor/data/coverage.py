"""Which kinds of request the data covers: clusters with names and sizes, held against production where it is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.catalog.records import Record
from advisor.data.meaning import Meaning, Vectors, nearest
from advisor.data.words import word_hashes

MOST_SAMPLED = 5000
# Below this likeness to every training prompt a request is of a kind the data does not show.
UNLIKE = 0.3


class RequestKind(Record):
    """One kind of request."""

    name: str
    """The words that tell it from the other kinds."""
    train: int
    """Training rows of this kind."""
    production: int
    """Production rows of this kind; 0 without a production file."""
    train_share: float
    """Share of the training rows."""
    production_share: float
    """Share of the production rows."""
    missing: int
    """Further examples needed to give this kind production's share."""
    rows: list[int]
    """Some training rows of this kind."""
    examples: list[str]
    """Some requests, production's where given."""


class Coverage(Record):
    """Kinds of request, the least covered first."""

    kinds: list[RequestKind]
    """Kinds of request, with their shares on both sides."""
    covered: float
    """Share of production requests that have a training row alike; 1.0 without a production file."""
    uncovered_rows: list[int]
    """Production rows without one."""
    sampled: bool
    """Whether only a sample of the rows was looked at."""


class Requests(NamedTuple):
    """Requests of one file with their row numbers, all of them or a sample."""

    texts: list[str]
    rows: list[int]
    sampled: bool = False


def cover(train: Requests, production: Requests, *, model: str | None = None) -> Coverage:
    """Cluster training prompts together with production's and compare the shares."""
    mine, theirs = train.texts, production.texts
    meaning = Meaning(mine + theirs, model=model)
    ours, others = meaning(mine), meaning(theirs)
    everything = np.concatenate([ours, others]) if theirs else ours
    labels, count = clusters(everything)
    names = names_of(mine + theirs, labels, count)
    _, likeness = nearest(others, ours)
    uncovered = likeness < UNLIKE if len(ours) else np.ones(len(others), bool)
    kinds = [_kind(name, at, labels, [mine, theirs], train.rows) for at, name in enumerate(names)]
    return Coverage(
        kinds=sorted(kinds, key=lambda kind: (-kind.missing, -kind.production, -kind.train, kind.name)),
        covered=float(1 - uncovered.mean()) if len(others) else 1.0,
        uncovered_rows=[production.rows[at] for at in np.flatnonzero(uncovered)],
        sampled=train.sampled or production.sampled,
    )


def clusters(vectors: Vectors, *, seed: int = 7) -> tuple[NDArray[np.int64], int]:
    """Group unit vectors by spherical k-means; the number of groups grows with the square root of the rows."""
    wanted = int(np.clip(round(np.sqrt(len(vectors) / 6)), 1, 16)) if len(vectors) else 0
    if wanted < 2:
        return np.zeros(len(vectors), np.int64), wanted
    centres = _spread_out(vectors, wanted, np.random.default_rng(seed))
    labels = np.zeros(len(vectors), np.int64)
    for _step in range(25):
        fresh = (vectors @ centres.T).argmax(axis=1)
        if np.array_equal(fresh, labels) and _step:
            break
        labels = fresh
        for at in range(wanted):
            members = vectors[labels == at]
            if len(members):
                mean = members.mean(axis=0)
                centres[at] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    used, labels = np.unique(labels, return_inverse=True)
    return labels.astype(np.int64), len(used)


def _spread_out(vectors: Vectors, wanted: int, rng: np.random.Generator) -> Vectors:
    chosen = [int(rng.integers(len(vectors)))]
    farthest = 1 - vectors @ vectors[chosen[0]]
    while len(chosen) < wanted:
        weights = np.maximum(farthest, 0) ** 2
        if weights.sum() <= 1e-9:
            break
        chosen.append(int(rng.choice(len(vectors), p=weights / weights.sum())))
        farthest = np.minimum(farthest, 1 - vectors @ vectors[chosen[-1]])
    return vectors[chosen].copy()


def _kind(
    name: str, at: int, labels: NDArray[np.int64], texts: Sequence[Sequence[str]], rows: Sequence[int]
) -> RequestKind:
    mine, theirs = texts
    ours = np.flatnonzero(labels[: len(mine)] == at)
    others = np.flatnonzero(labels[len(mine) :] == at)
    share, wanted = len(ours) / max(len(mine), 1), len(others) / max(len(theirs), 1)
    missing = max(0, ceil(wanted * len(mine) - len(ours))) if theirs else 0
    shown = [theirs[one] for one in others[:3]] or [mine[one] for one in ours[:3]]
    return RequestKind(
        name=name,
        train=len(ours),
        production=len(others),
        train_share=round(share, 4),
        production_share=round(wanted, 4),
        missing=missing,
        rows=[int(rows[one]) for one in ours[:20]],
        examples=[text[:160] for text in shown],
    )


def sample_of(count: int) -> NDArray[np.bool_]:
    """Mark the rows that are looked at where there are too many to look at all."""
    chosen = np.full(count, count <= MOST_SAMPLED)
    if count > MOST_SAMPLED:
        chosen[np.random.default_rng(5).choice(count, MOST_SAMPLED, replace=False)] = True
    return chosen


def names_of(texts: Sequence[str], labels: NDArray[np.int64], count: int) -> list[str]:
    """Name each cluster by the words that its texts use far more than the others."""
    overall: Counter[str] = Counter()
    inside = [Counter[str]() for _ in range(count)]
    for text, label in zip(texts, labels, strict=True):
        words = set(_plain_words(text))
        overall.update(words)
        inside[label].update(words)
    names = []
    for at, counter in enumerate(inside):
        size = max(int((labels == at).sum()), 1)
        scored = {
            word: used / size * np.log(max(len(texts), 2) / overall[word]) for word, used in counter.items()
        }
        names.append(", ".join(sorted(scored, key=lambda word: (-scored[word], word))[:3]) or "(no words)")
    return names


def _plain_words(text: str) -> list[str]:
    parts = [part.strip(".,!?;:()[]\"'“”«»…。？！、") for part in text.lower().split()]
    long = [part for part in parts if len(part) > 2]
    # Scripts without spaces give one long part; their two-character runs serve as words.
    if len(parts) <= 2 and len(word_hashes([text]).values) > 6:
        return [text[at : at + 2] for at in range(min(len(text) - 1, 80)) if text[at : at + 2].isalnum()]
    return long[:80]
