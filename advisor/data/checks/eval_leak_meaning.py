"""Training rows that say the same as an evaluation row in other words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.meaning import Meaning
from advisor.data.records import Finding
from advisor.data.similar import row_words, same_with_other_values

# Pairs alike in prompt and answer; with these bounds the list is for reading, not for deleting unread.
PROMPT, ANSWER = 0.2, 0.7
# Rarity is learned from this many training rows as well; the evaluation alone is too small to tell a rare word.
FITTED_ON = 2000
MOST_EVAL_ROWS = 20_000


def judge(data: Dataset) -> Iterator[Finding]:
    """Report training rows close in meaning to an evaluation row that the word-for-word checks leave."""
    held_out = data.others.get("eval")
    if held_out is None or not len(data) or not 0 < len(held_out) <= MOST_EVAL_ROWS:
        return
    tests = [text for batch in held_out.texts() for text in batch]
    sample = tests + next(data.texts(), [])[:FITTED_ON]
    meaning = Meaning([text for pair in sample for text in pair], model=data.options.embedding_model)
    asks, answers = meaning([ask for ask, _ in tests]), meaning([answer for _, answer in tests])
    pairs: list[tuple[int, int, float]] = []
    start = 0
    for batch in data.texts():
        mine, replies = meaning([ask for ask, _ in batch]), meaning([answer for _, answer in batch])
        prompt_like, answer_like = mine @ asks.T, replies @ answers.T
        both = np.where(
            (prompt_like >= PROMPT) & (answer_like >= ANSWER) | (prompt_like >= 0.85),
            prompt_like + answer_like,
            0,
        )
        pairs += [
            (start + int(at), int(both[at].argmax()), float(both[at].max() / 2))
            for at in np.flatnonzero(both.max(axis=1))
        ]
        start += len(batch)
    yield from _report(data, held_out, pairs)


def _report(data: Dataset, held_out: Dataset, pairs: list[tuple[int, int, float]]) -> Iterator[Finding]:
    exact = np.isin(data.column("turns_hash"), held_out.column("turns_hash")) | np.isin(
        data.column("context_hash"), held_out.column("context_hash")
    )
    read, read_eval = row_words(data.columns), row_words(held_out.columns)
    kept = [
        (left, right, like)
        for left, right, like in pairs
        if not exact[left] and not same_with_other_values(read(left), read_eval(right))
    ]
    if kept:
        rows = [int(data.rows[left]) for left, _, _ in kept]
        shown = [
            (int(data.rows[left]), int(held_out.rows[right]), round(like, 2))
            for left, right, like in kept[:50]
        ]
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} are close in meaning to an evaluation row; read them",
            rows,
            severity="warning",
            confidence="low",
            evidence={"pairs": shown},
        )


CHECK = Check(
    id="eval-leak-meaning",
    title="A training row says the same as an evaluation row",
    detects="Training rows alike in prompt and in answer to an evaluation row by rarity-weighted character runs (or by a static embedding model), beyond edited copies.",
    matters="A paraphrase of a test question is still the test question.",
    remedy="Read the pairs; remove the training row where it is the same case.",
    tuned_model="It looks better in the evaluation than it is.",
    fires=Example(
        shows="'How can I switch the hallway camera to night mode?' against 'What turns on night mode for the camera in the hallway?'",
        rows=lambda: [
            *good_rows(30),
            chat(
                "How can I switch my hallway camera over to the night mode?",
                "Open the camera in the app, tap the moon and night mode is on until sunrise.",
            ),
        ],
        eval=[
            chat(
                "What turns on night mode for the camera in the hallway?",
                "Open the camera in the app and tap the moon: night mode is on until sunrise.",
            )
        ],
    ),
    quiet=Example(shows="other questions", rows=lambda: good_rows(40), eval=good_rows(60)[50:]),
    judge=judge,
    harm=65,
)
