"""How an answer is written, as numbers that do not depend on what it is about."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from advisor.data.batch import Batch
from advisor.data.characters import CLASSES
from advisor.data.phrases import CASUAL, FORMAL
from advisor.data.words import Ragged, count_per_row, hash_words, member

FEATURES = (
    "word length",
    "sentence length",
    "exclamation marks",
    "question marks",
    "apostrophes",
    "commas",
    "emoji",
    "capitals",
    "digits",
    "line breaks",
    "markup",
    "dashes and colons",
    "formal words",
    "casual words",
    "answer length",
    "quotation marks",
    "ellipses",
    "brackets",
)
# Smallest spread that counts as one: below it a feature is constant and a single comma must not look like an event.
FLOORS = np.array(
    [
        0.06,
        0.25,
        0.25,
        0.25,
        0.03,
        0.03,
        0.03,
        0.03,
        0.03,
        0.5,
        0.05,
        0.04,
        0.02,
        0.03,
        0.35,
        0.04,
        0.1,
        0.05,
    ],
    np.float32,
)
FEWEST_WORDS = 5


def style_of(batch: Batch) -> NDArray[np.float32]:
    """Measure each answer: rows x `FEATURES`; rows under five words are all NaN."""
    counts = batch.answer_classes.astype(np.float32)
    of = {name: counts[:, index] for index, name in enumerate(CLASSES)}
    words = np.maximum(batch.answer_words.counts, 1).astype(np.float32)
    letters = of["lower"] + of["upper"] + of["letter"]
    sentences = np.maximum(of["stop"] + of["exclamation"] + of["question"], 1)
    table = np.stack(
        [
            np.log(np.maximum(letters, 1) / words),
            np.log(words / sentences),
            of["exclamation"] / sentences,
            of["question"] / sentences,
            of["apostrophe"] / words,
            of["comma"] / words,
            of["emoji"] / words,
            of["upper"] / np.maximum(letters, 1),
            of["digit"] / np.maximum(letters, 1),
            np.minimum(of["newline"] / sentences, 3),
            of["markup"] / words,
            (of["dash"] + of["colon"]) / words,
            _share(batch.answer_words, formal_words()),
            _share(batch.answer_words, casual_words()),
            np.log(words),
            of["quote"] / words,
            of["ellipsis"] / sentences,
            of["bracket"] / words,
        ],
        axis=1,
    ).astype(np.float32)
    table[batch.answer_words.counts < FEWEST_WORDS] = np.nan
    return table


def _share(answers: Ragged, table: NDArray[np.uint32]) -> NDArray[np.float32]:
    return (count_per_row(member(answers.values, table), answers) / np.maximum(answers.counts, 1)).astype(
        np.float32
    )


@cache
def formal_words() -> NDArray[np.uint32]:
    """Return the hashes of words of a formal register."""
    return hash_words(FORMAL)


@cache
def casual_words() -> NDArray[np.uint32]:
    """Return the hashes of words of a casual register."""
    return hash_words(CASUAL)
