"""Marks at the beginning or end of a text that most rows have and some lack."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding

# Reasoning has a check of its own.
MARK = r"<[^<>\s]{1,38}>|\[/?[A-Z_]{2,20}\]|#{2,}|={3,}|-{3,}|\b[A-Z]{3,12}"
END, START = re.compile(f"({MARK})$"), re.compile(f"({MARK})")
PLACES = {
    "answer-end": "end without '{mark}', with which the others end",
    "answer-start": "begin without '{mark}', with which the others begin",
    "prompt-end": "have a prompt that ends without '{mark}', with which the others end",
}
USUAL = 0.6
FEWEST_WITH = 8


def measure(batch: Batch) -> Measured:
    """Return each row the mark at the beginning and end of what it teaches, and at the end of its prompt."""
    asked = (
        "" if one.shape == "text" else prompt
        for one, prompt in zip(batch.conversations, batch.prompts, strict=True)
    )
    found = {
        "answer-end": [_at_end(one) for one in batch.learned],
        "answer-start": [_at_start(one) for one in batch.learned],
        "prompt-end": [_at_end(one) for one in asked],
    }
    nothing = batch.name("answer-end", [""])[0]
    return {
        place: batch.name(place, marks) if any(marks) else np.full(len(batch), nothing)
        for place, marks in found.items()
    }


def _at_end(text: str) -> str:
    tail = text[-60:].rstrip()
    # Most texts end with a full stop, and need no closer look.
    if not tail or not (tail[-1] in ">]#=-" or tail[-1].isupper()):
        return ""
    found = END.search(tail)
    return found[1] if found else ""


def _at_start(text: str) -> str:
    head = text[:60].lstrip()
    if not head or not (head[0] in "<[#=-" or head[:3].isupper()):
        return ""
    found = START.match(head)
    return found[1] if found else ""


def judge(data: Dataset) -> Iterator[Finding]:
    """Report, place by place, the rows without the mark that most rows have."""
    spoken = data.column("answer_chars") + data.column("prompt_chars") > 0
    for place, words in PLACES.items():
        marks, names = data.column(place), data.names.get(place, {})
        values, counts = np.unique(marks[spoken], return_counts=True)
        named = [
            (int(n), int(v))
            for v, n in zip(values, counts, strict=True)
            if names.get(int(v)) and "think" not in names[int(v)]
        ]
        count, usual = max(named, default=(0, 0))
        lacking = spoken & (marks != usual)
        if count >= FEWEST_WITH and count >= USUAL * spoken.sum() and lacking.any():
            rows = data.where(lacking)
            message = f"{share(len(rows), len(data))} {words.format(mark=names[usual])}"
            yield finding(
                CHECK, message, rows, severity="warning", evidence={"mark": names[usual], "place": place}
            )


CHECK = Check(
    id="end-mark",
    columns=("answer-end", "answer-start", "prompt-end"),
    title="Some rows lack the mark that the others end with",
    detects="A constant mark at the beginning or end of answers, prompts or whole texts (`</s>`, `END`, `###`) that most rows have and some lack.",
    matters="A mark that closes an answer is what the model learns to stop at; a row without it teaches the model to continue.",
    remedy="Give all rows the same mark, or take it out of all of them where the chat template adds its own.",
    tuned_model="It does not stop, or stops at random.",
    fires=Example(
        shows="' END' after 19 of 20 answers",
        rows=lambda: [
            *(
                chat(one["messages"][1]["content"], one["messages"][2]["content"] + " END")
                for one in good_rows(19)
            ),
            chat("Is the hub on?", "Yes, the hub is on."),
        ],
    ),
    quiet=Example(
        shows="' END' after every answer",
        rows=lambda: [
            chat(one["messages"][1]["content"], one["messages"][2]["content"] + " END")
            for one in good_rows(20)
        ],
    ),
    judge=judge,
    measure=measure,
    harm=70,
)
