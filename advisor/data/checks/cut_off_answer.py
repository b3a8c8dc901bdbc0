"""Answers that stop in the middle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.labels import is_label_task
from advisor.data.phrases import lines_of
from advisor.data.records import Confidence, Finding
from advisor.data.words import U32, hash_words, member

CLOSED, OPEN, BROKEN, DANGLING = 0, 1, 2, 3
_ENDS = frozenset(".!?。．！？।॥؟۔…｡.”\"'’»」』)]}）】*`_~>:;|/ฯๆ")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "（": "）", "「": "」", "『": "』", "【": "】", "«": "»", "“": "”"}
_LIST_LINE = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+\S")


def measure(batch: Batch) -> Measured:
    """Code how each final answer ends: closed, open, with something unclosed, or on a word that leads on."""
    ends = np.array([_ending(text) for text in batch.answers], np.uint8)
    counts = batch.answer_words.counts
    last = np.zeros(len(batch), np.uint32)
    filled = counts > 0
    last[filled] = batch.answer_words.values[batch.answer_words.starts[1:][filled] - 1]
    dangling = member(last, _leading_on()) & (ends == OPEN) & (counts >= 4)
    return {"ending": np.where(dangling, DANGLING, ends).astype(np.uint8)}


@cache
def _leading_on() -> U32:
    return hash_words(lines_of("leads_on"))


def _ending(text: str) -> int:
    text = text.rstrip()
    if not text:
        return CLOSED
    if text.count("```") % 2 or _unclosed(text):
        return BROKEN
    last = text[-1]
    if last in _ENDS or (not last.isalnum() and last not in ",-–—،、，(" and not _is_mark(last)):
        return CLOSED
    # The last point of a list, a heading or a table needs no full stop; nor does a link.
    line = text.rsplit("\n", 1)[-1]
    return CLOSED if _LIST_LINE.match(line) or "://" in line.rsplit(" ", 1)[-1] else OPEN


def _is_mark(character: str) -> bool:
    import unicodedata

    return unicodedata.category(character)[0] == "M"


def _unclosed(text: str) -> bool:
    tail = text[-400:]
    return any(
        text.count(opening) > text.count(closing) and tail.rfind(opening) > tail.rfind(closing)
        for opening, closing in _BRACKETS.items()
        if opening in tail
    )


def judge(data: Dataset) -> Iterator[Finding]:
    """Report endings in the middle, where answers here otherwise end with a mark."""
    endings = data.column("ending")
    spoken = data.column("answer_chars") > 0
    if len(endings) < 5 or is_label_task(data):
        return
    open_share = float(((endings == OPEN) | (endings == DANGLING)).sum()) / max(int(spoken.sum()), 1)
    broken, dangling = endings == BROKEN, endings == DANGLING
    # Where half of the answers end without a mark (labels, titles, code, chat style), its absence says nothing.
    plain = (endings == OPEN) if _ends_with_marks(data, endings, spoken) else np.zeros(len(endings), bool)
    rows = data.where(broken | dangling | plain)
    if rows:
        sure = int((broken | dangling).sum())
        message = f"{share(len(rows), len(data))} have an answer that stops in the middle"
        confidence: Confidence = "high" if sure >= 0.5 * len(rows) or open_share < 0.05 else "medium"
        yield finding(
            CHECK,
            message,
            rows,
            severity="warning",
            confidence=confidence,
            evidence={"unclosed": int(broken.sum()), "leads_on": int(dangling.sum())},
        )


def _ends_with_marks(data: Dataset, endings: NDArray[np.uint8], spoken: NDArray[np.bool_]) -> bool:
    long_answers = spoken & (data.column("answer_chars") >= 20)
    if not long_answers.any():
        return False
    return float((endings[long_answers] == OPEN).mean()) < 0.4


CHECK = Check(
    id="cut-off-answer",
    columns=("ending",),
    quarantines=True,
    spoils=True,
    title="An answer stops in the middle",
    detects="Answers that end without a closing mark where the others have one, on a word that leads on ('and the'), or with an open bracket, quotation or code block.",
    matters="Exports cut fields at a fixed length, and generated data stops at a token limit.",
    remedy="Fetch the whole answer, or cut back to the last full sentence.",
    tuned_model="It stops in the middle of a sentence.",
    fires=Example(
        shows="'Open the app and tap the'",
        rows=lambda: [
            *good_rows(30),
            chat("Where do I rename the lamp again?", "Open the app, choose your room and then tap the"),
        ],
    ),
    quiet=Example(shows="'Open the app and tap the pencil.'", rows=good_rows),
    judge=judge,
    measure=measure,
    harm=68,
)
