"""Rows in which question and answer changed places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.columns import StoredRagged
from advisor.data.labels import is_label_task
from advisor.data.records import Finding
from advisor.data.word_use import bucket, mean_per_row

FEWEST_ROWS, FEWEST_WORDS = 20, 4


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows whose prompt uses the words of answers and whose answer uses the words of prompts."""
    prompts, answers = data.ragged("prompt_set"), data.ragged("answer_set")
    if len(data) < FEWEST_ROWS or is_label_task(data):
        return
    asked, answered = data.word_rows("prompt_set"), data.word_rows("answer_set")
    total = len(data)

    def lean(ragged: StoredRagged, own: int) -> NDArray[np.float64]:
        # The row's own use of a word is taken out, so that a row does not vouch for itself.
        result = np.zeros(total)
        for first, words in ragged.slices():
            at = bucket(words.values)
            weights = np.log(
                (np.maximum(answered[at] - (own > 0), 0) + 0.5) / (np.maximum(asked[at] - (own < 0), 0) + 0.5)
            )
            result[first : first + len(words)] = mean_per_row(weights, words)
        return result

    gap = lean(answers, 1) - lean(prompts, -1)
    usual = float(np.median(gap))
    spread = max(1.4826 * float(np.median(np.abs(gap - usual))), 0.15)
    spoken = data.ragged("prompt_words").counts, data.ragged("answer_words").counts
    long_enough = (spoken[0] >= FEWEST_WORDS) & (spoken[1] >= FEWEST_WORDS)
    # Speakers must be told apart in most rows before one row can be the wrong way round.
    if usual < 0.5 or usual < 1.5 * spread:
        return
    rows = data.where(long_enough & (gap < -0.35 * usual) & (gap < usual - 3.5 * spread))
    if rows and len(rows) <= 0.3 * total:
        yield finding(
            CHECK,
            f"{share(len(rows), total)} look as if question and answer changed places",
            rows,
            severity="error",
            confidence="medium",
        )


def _swapped(row: dict[str, list[dict[str, str]]]) -> dict[str, object]:
    system, user, assistant = row["messages"]
    return {
        "messages": [
            system,
            {"role": "user", "content": assistant["content"]},
            {"role": "assistant", "content": user["content"]},
        ]
    }


CHECK = Check(
    id="swapped-roles",
    quarantines=True,
    spoils=True,
    title="Question and answer have changed places",
    detects="Rows whose prompt uses the words that answers use in all other rows, and the other way round.",
    matters="The loss falls on the customer's words.",
    remedy="Swap the two turns back, or quarantine the row.",
    tuned_model="It writes questions where answers are wanted.",
    fires=Example(
        shows="the reply under 'user' and the question under 'assistant'",
        rows=lambda: [*good_rows(58), *(_swapped(one) for one in good_rows(60)[58:])],
    ),
    quiet=Example(shows="questions under 'user'", rows=good_rows),
    judge=judge,
    harm=74,
)
