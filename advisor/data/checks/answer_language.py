"""Answers in another language than the question."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.languages import UNKNOWN
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows whose prompt and answer are in different languages, unless that is the task (translation)."""
    asked, answered = data.column("prompt-language"), data.column("answer-language")
    known = (asked != UNKNOWN) & (answered != UNKNOWN)
    rows = data.where(known & (asked != answered))
    if rows and len(rows) < 0.5 * max(int(known.sum()), 1):
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} are answered in another language than they were asked in",
            rows,
            severity="warning",
            confidence="medium",
        )


CHECK = Check(
    id="answer-language",
    title="The answer is in another language than the question",
    detects="Rows whose prompt and answer are clearly in different languages, where most rows keep to one.",
    matters="The model learns to answer in the language of the data instead of the customer's.",
    remedy="Translate the answer, or say in the system prompt which language to use.",
    tuned_model="It answers customers in a language they did not choose.",
    fires=Example(
        shows="a question in German with an English answer",
        rows=lambda: [
            *good_rows(30),
            chat(
                "Wie kann ich die Lampe mit dem Netz verbinden und ist das für den Garten auch möglich?",
                "You can connect it with the button, then open the app and pick the garden for it.",
            ),
        ],
    ),
    quiet=Example(shows="question and answer in English", rows=good_rows),
    judge=judge,
    harm=57,
)
