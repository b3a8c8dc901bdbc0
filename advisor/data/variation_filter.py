"""Decide whether a variation is worth keeping: not a copy, not adrift, not a leak."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from advisor.data.languages import UNKNOWN, languages_of
from advisor.data.meaning import Meaning
from advisor.data.similar import jaccard
from advisor.data.words import codepoints, word_hashes

Pair = tuple[str, str]
# Alike enough to be the same sentence with a comma moved.
COPY, LEAK, ADRIFT = 0.9, 0.7, 0.12
LONGEST, SHORTEST = 2.5, 0.35


class Filter:
    """Judges variations against their originals, all rows kept so far and the evaluation side."""

    def __init__(self, given: Sequence[Pair], eval_prompts: Sequence[str]) -> None:
        self._seen = {_plain(ask) for ask, _ in given}
        self._held_out = [word_hashes([prompt]).values.tolist() for prompt in eval_prompts]
        sample = given[:: max(1, len(given) // 2000)]
        self._meaning = Meaning([text for pair in sample for text in pair])
        self._trusted = len(sample) >= 20

    def __call__(self, original: Pair, variation: Pair) -> str:
        """Return the reason to drop a variation, or nothing."""
        reason = (
            self._shape(original, variation) or self._drift(original, variation) or self._leak(variation[0])
        )
        if not reason:
            self._seen.add(_plain(variation[0]))
        return reason

    def _shape(self, original: Pair, variation: Pair) -> str:
        if not all(text.strip() for text in variation):
            return "empty"
        if _plain(variation[0]) in self._seen:
            return "repeats another prompt"
        if all(
            jaccard(_words(one), _words(two)) >= COPY for one, two in zip(original, variation, strict=True)
        ):
            return "copies the original"
        ratio = len(variation[1]) / max(len(original[1]), 1)
        return "" if SHORTEST <= ratio <= LONGEST else "answer much longer or shorter"

    def _drift(self, original: Pair, variation: Pair) -> str:
        if _numbers(original[1]) != _numbers(variation[1]):
            return "numbers changed"
        before, after = _language(original[1]), _language(variation[1])
        if before != after and UNKNOWN not in (before, after):
            return "language changed"
        vectors = self._meaning([*original, *variation])
        likeness = float((vectors[0] @ vectors[2] + vectors[1] @ vectors[3]) / 2)
        # With a handful of rows rarity says nothing, and likeness would be noise.
        return "drifted from the original" if self._trusted and likeness < ADRIFT else ""

    def _leak(self, prompt: str) -> str:
        mine = word_hashes([prompt]).values.tolist()
        return (
            "too close to an evaluation row"
            if any(jaccard(mine, other) >= LEAK for other in self._held_out)
            else ""
        )


def _words(text: str) -> list[int]:
    return [int(value) for value in word_hashes([text]).values]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:[.,]\d+)*", text))


def _language(text: str) -> int:
    from advisor.data.characters import SCRIPTS, script_table

    codes, _ = codepoints([text])
    scripts = np.bincount(script_table()[np.minimum(codes, 0x1FFFF)], minlength=len(SCRIPTS))[None, :]
    return int(languages_of(word_hashes([text]), scripts)[0])
