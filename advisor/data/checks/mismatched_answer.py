"""Answers that belong to another row's question."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.columns import StoredRagged
from advisor.data.labels import is_label_task
from advisor.data.pairing import LEARNABLE, fit
from advisor.data.records import Finding
from advisor.data.word_use import bucket, row_keys, sum_per_row
from advisor.data.words import within

FEWEST_ROWS, MOST_SUSPECTS, MOST_ROWS = 20, 1500, 200_000


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows whose answer has nothing to do with its prompt but fits the prompt of another such row."""
    if len(data) < FEWEST_ROWS or len(data) > MOST_ROWS or is_label_task(data):
        return
    long_enough = (data.ragged("prompt_words").counts >= 4) & (data.ragged("answer_words").counts >= 4)
    prompts, answers = data.ragged("prompt_set"), data.ragged("answer_set")
    by = _by_what_is_learned if len(data) in LEARNABLE else _by_shared_words
    rows = [int(data.rows[index]) for index in by(data, prompts, answers, long_enough)]
    if len(rows) > 1:
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} have an answer that fits another row's question",
            rows,
            severity="error",
            confidence="medium",
        )


def _by_what_is_learned(
    _data: Dataset, prompts: StoredRagged, answers: StoredRagged, long_enough: NDArray[np.bool_]
) -> list[int]:
    known = fit(prompts.rows(0, len(prompts)), answers.rows(0, len(answers)))
    worse, better = np.maximum(known.asked, known.answered), np.minimum(known.asked, known.answered)
    # Where most answers are not the best ones for their question, a poor one says nothing.
    if (worse <= 0.02).mean() < 0.6:
        return []
    usual = np.median(known.own)
    suspects = np.flatnonzero((worse > 0.02) & (better > 0.004) & (known.own < 0.7 * usual) & long_enough)
    if not 1 < len(suspects) <= MOST_SUSPECTS:
        return []
    likeness = known.expected[suspects] @ known.answers[suspects].T
    np.fill_diagonal(likeness, -np.inf)
    return [int(one) for one in suspects[likeness.max(axis=0) >= 0.7 * usual]]


def _by_shared_words(
    data: Dataset, prompts: StoredRagged, answers: StoredRagged, long_enough: NDArray[np.bool_]
) -> list[int]:
    rarity = np.log(len(data) / np.maximum(data.word_rows("prompt_set"), 1))
    fits = _fits(prompts, answers, rarity)
    usual = float(np.median(fits))
    # Where questions and answers do not share words anyway, nothing can be said.
    if usual < 0.15:
        return []
    suspects = np.flatnonzero((fits <= 0.45 * usual) & long_enough)
    if not 1 < len(suspects) <= min(MOST_SUSPECTS, 0.5 * len(data)):
        return []
    return _moved(suspects, prompts, answers, rarity, usual)


def _moved(
    suspects: NDArray[np.int64],
    prompts: StoredRagged,
    answers: StoredRagged,
    rarity: NDArray[np.float64],
    usual: float,
) -> list[int]:
    moved = set()
    asked = {int(one): prompts[int(one)] for one in suspects}
    for index in suspects.tolist():
        answer = answers[index]
        for other, prompt in asked.items():
            if other != index and _fit(prompt, answer, rarity) >= max(0.75 * usual, 0.2):
                moved.add(index)
                break
    return sorted(moved)


def _fits(prompts: StoredRagged, answers: StoredRagged, rarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `_fit` of each row's own prompt and answer, some rows at a time."""
    result = np.ones(len(prompts))
    for first, replies in answers.slices():
        words = prompts.rows(first, len(replies))
        weights = rarity[bucket(words.values)]
        weights[weights < 1.0] = 0
        taken_up = within(row_keys(words), row_keys(replies))
        total = sum_per_row(weights, words)
        held = sum_per_row(weights * taken_up, words)
        result[first : first + len(replies)] = np.where(total > 0, held / np.maximum(total, 1e-9), 1.0)
    return result


def _fit(prompt: NDArray[np.uint32], answer: NDArray[np.uint32], rarity: NDArray[np.float64]) -> float:
    """Return the share of the prompt's rarity that the answer takes up; words in most prompts count for nothing."""
    weights = rarity[bucket(prompt)]
    weights[weights < 1.0] = 0
    total = weights.sum()
    return float(weights[np.isin(prompt, answer)].sum() / total) if total > 0 else 1.0


def _rotated() -> list[dict[str, object]]:
    rows = good_rows(60)
    moved = rows[50:56]
    answers = [row["messages"][2] for row in moved]
    for row, answer in zip(moved, answers[1:] + answers[:1], strict=True):
        row["messages"] = [*row["messages"][:2], answer]
    return rows


CHECK = Check(
    id="mismatched-answer",
    quarantines=True,
    spoils=True,
    title="An answer belongs to another question",
    detects="Rows whose answer has nothing to do with its prompt while it fits the prompt of another such row; which words answer which is learned from the file itself (in files of 100 to 10,000 rows; otherwise answers are expected to take up their prompt's telling words).",
    matters="Rows shifted by a join or a sort pair each question with a stranger's answer.",
    remedy="Join questions and answers again by their key.",
    tuned_model="It learns to answer beside the point.",
    fires=Example(shows="the answers of rows 51 to 56 moved down by one", rows=_rotated),
    quiet=Example(shows="each answer under its question", rows=good_rows),
    judge=judge,
    harm=73,
)
