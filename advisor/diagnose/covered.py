"""The textbook's fork for each labelled sample: training rows do not ask the like, or they do and are not good enough."""

from __future__ import annotations

from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.data.words import Ragged, word_hashes
from advisor.diagnose.records import Complaint, Neighbour, SampleVerdict
from advisor.diagnose.seen import Seen

NEAREST, LOOKED_AT = 5, 50
NEAR_WORDS, NEAR_MEANING = 0.6, 0.55
"""A training request is of the sample's kind with this share of its rarer words, or this cosine."""
FAR_WORDS, FAR_MEANING = 0.35, 0.3
"""Where no training request reaches either, the kind is not covered."""
FEWEST: Final = 10
"""Rows of a kind that a model needs to see before it can be expected to know the kind."""


def covered_samples(seen: Seen) -> tuple[SampleVerdict, ...]:
    """Hold each labelled production sample against the training rows; empty without labels or training rows."""
    minded = np.flatnonzero(seen.production.minded)
    if not len(minded) or not len(seen.training):
        return ()
    vectors = seen.meaning([seen.production.questions.texts[at] for at in minded.tolist()])
    likeness = np.asarray(vectors @ seen.training_meaning.T, float)
    like = np.asarray(vectors @ seen.vectors(seen.production).T, float) >= NEAR_MEANING
    rarity = _rarity(seen)
    labels = seen.production.frame["label"].to_list()
    return tuple(
        _verdict(seen, int(at), labels[at], _nearest(seen, int(at), cosines, rarity), float(kind.mean()))
        for at, cosines, kind in zip(minded, likeness, like, strict=True)
    )


def _nearest(
    seen: Seen, at: int, cosines: NDArray[np.float64], rarity: NDArray[np.float64]
) -> list[Neighbour]:
    """Return training rows with how many of the sample's words they have, the likeliest fifty looked at word by word."""
    some = np.argsort(-cosines, kind="stable")[:LOOKED_AT]
    asked = word_hashes([seen.production.questions.texts[at]])
    found = word_hashes([seen.training.questions.texts[one] for one in some])
    words = _shares(np.unique(asked.values), found, rarity)
    order = np.argsort(-(words + cosines[some]), kind="stable")
    return [
        Neighbour(
            row=int(seen.training.numbers[some[one]]),
            words=round(float(words[one]), 3),
            meaning=round(float(np.clip(cosines[some[one]], 0, 1)), 3),
        )
        for one in order
    ]


def _shares(asked: NDArray[np.uint32], found: Ragged, rarity: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = rarity[asked & np.uint32(len(rarity) - 1)]
    total = max(float(weights.sum()), 1e-9)
    return np.array([float(weights[np.isin(asked, row)].sum()) / total for row in found])


def _rarity(seen: Seen) -> NDArray[np.float64]:
    """Weigh each word, by bucket, by how few training requests use it: 'how' and 'the' say nothing of a kind."""
    some = seen.training.sample()
    words = word_hashes([seen.training.questions.texts[at] for at in some])
    counts = np.zeros(1 << 16)
    for row in words:
        counts[np.unique(row & np.uint32((1 << 16) - 1))] += 1
    return np.log((1 + len(some)) / (1 + counts))


def _verdict(seen: Seen, at: int, label: Complaint, near: list[Neighbour], share: float) -> SampleVerdict:
    like = [one for one in near if one.words >= NEAR_WORDS or one.meaning >= NEAR_MEANING]
    far = all(one.words < FAR_WORDS and one.meaning < FAR_MEANING for one in near)
    covered = True if len(like) >= 3 else False if far or not like else None
    wanted = max(FEWEST, ceil(share * len(seen.training))) - len(like) if covered is False else 0
    rows = ", ".join(str(one.row) for one in (like or near)[:NEAREST])
    advice = {
        True: f"Covered: training rows {rows} ask the like, so it is their answers that are not good enough ({label}). Read and rewrite them.",
        False: f"Not covered: collect about {wanted} rows like it, from production's own requests ({_percent(share)} of them are of this kind), with answers as they are wanted.",
        None: f"Hardly covered: only rows {rows} come near. Read them; if they do not ask the like, collect about {FEWEST} that do.",
    }
    return SampleVerdict(
        row=int(seen.production.numbers[at]),
        label=label,
        covered=covered,
        nearest=tuple(near[:NEAREST]),
        advice=advice[covered],
        rows_wanted=max(wanted, 0),
    )


def _percent(share: float) -> str:
    return "under 1%" if share < 0.01 else f"{100 * share:.0f}%"
