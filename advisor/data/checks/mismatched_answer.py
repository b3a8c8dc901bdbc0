"""Answers that belong to another row's question."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.columns import StoredRagged
from advisor.data.labels import is_label_task
from advisor.data.records import Finding
from advisor.data.word_use import bucket, distinct_words, row_keys, sum_per_row
from advisor.data.words import within

FEWEST_ROWS, MOST_SUSPECTS, MOST_SAMPLED = 20, 1500, 200_000


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows whose answer shares nothing with its prompt but fits the prompt of another such row."""
    if len(data) < FEWEST_ROWS or len(data) > MOST_SAMPLED or is_label_task(data):
        return
    prompts, answers = data.ragged("prompt_words"), data.ragged("answer_words")
    rarity = np.log(len(data) / np.maximum(data.word_rows("prompt_words"), 1))
    fit = _fits(prompts, answers, rarity)
    usual = float(np.median(fit))
    # Where questions and answers do not share words anyway, nothing can be said.
    if usual < 0.15:
        return
    suspects = np.flatnonzero((fit <= 0.45 * usual) & (prompts.counts >= 4) & (answers.counts >= 4))
    if not 1 < len(suspects) <= min(MOST_SUSPECTS, 0.5 * len(data)):
        return
    rows = [int(data.rows[index]) for index in _moved(suspects, prompts, answers, rarity, usual)]
    if len(rows) > 1:
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} have an answer that fits another row's question",
            rows,
            severity="error",
            confidence="medium",
        )


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
    """Give `_fit` of each row's own prompt and answer, some rows at a time."""
    result = np.ones(len(prompts))
    for first, part in prompts.slices():
        words, replies = distinct_words(part), distinct_words(answers.rows(first, len(part)))
        weights = rarity[bucket(words.values)]
        weights[weights < 1.0] = 0
        taken_up = within(row_keys(words), row_keys(replies))
        total = sum_per_row(weights, words)
        held = sum_per_row(weights * taken_up, words)
        result[first : first + len(part)] = np.where(total > 0, held / np.maximum(total, 1e-9), 1.0)
    return result


def _fit(prompt: NDArray[np.uint32], answer: NDArray[np.uint32], rarity: NDArray[np.float64]) -> float:
    """Give the share of the prompt's rarity that the answer takes up; words in most prompts count for nothing."""
    words = np.unique(prompt)
    weights = rarity[bucket(words)]
    weights[weights < 1.0] = 0
    total = weights.sum()
    return float(weights[np.isin(words, answer)].sum() / total) if total > 0 else 1.0


def _rotated() -> list[dict[str, object]]:
    rows = good_rows(60)
    moved = rows[50:56]
    answers = [row["messages"][2] for row in moved]
    for row, answer in zip(moved, answers[1:] + answers[:1], strict=True):
        row["messages"] = [*row["messages"][:2], answer]
    return rows


CHECK = Check(
    id="mismatched-answer",
    title="An answer belongs to another question",
    detects="Rows whose answer takes up none of its prompt's telling words while it fits the prompt of another such row, in files where answers otherwise take them up.",
    matters="Rows shifted by a join or a sort pair each question with a stranger's answer.",
    remedy="Join questions and answers again by their key.",
    tuned_model="It learns to answer beside the point.",
    fires=Example(shows="the answers of rows 51 to 56 moved down by one", rows=_rotated),
    quiet=Example(shows="each answer under its question", rows=good_rows),
    judge=judge,
    harm=73,
)
