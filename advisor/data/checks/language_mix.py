"""Answers in more than one language."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.languages import ALL, UNKNOWN, languages_of
from advisor.data.records import Finding


def measure(batch: Batch) -> Measured:
    """Return the language of each prompt and answer."""
    return {
        "prompt-language": languages_of(batch.prompt_words, batch.prompt_scripts),
        "answer-language": languages_of(batch.answer_words, batch.answer_scripts),
    }


def judge(data: Dataset) -> Iterator[Finding]:
    """Report answers in other languages than the main one; a planned mix is only noted."""
    languages = data.column("answer-language")
    known = languages[languages != UNKNOWN]
    if len(known) < 5:
        return
    counts = np.bincount(known, minlength=len(ALL))
    main = int(counts.argmax())
    rows = data.where((languages != UNKNOWN) & (languages != main))
    if not rows:
        return
    table = {ALL[at]: int(counts[at]) for at in np.argsort(-counts) if counts[at]}
    rare = len(rows) < 0.3 * len(known)
    message = f"{share(len(rows), len(data))} answer in another language than {ALL[main]} ({', '.join(f'{name} {count}' for name, count in table.items())})"
    yield finding(
        CHECK,
        message,
        rows,
        severity="warning" if rare else "note",
        confidence="medium",
        evidence={"languages": table},
    )


CHECK = Check(
    id="language-mix",
    columns=("answer-language", "prompt-language"),
    title="Answers come in several languages",
    detects="Answers in a language other than the main one, by script and by the commonest words of about twenty-five languages.",
    matters="A few rows in another language teach switching; a language with few rows is learned badly.",
    remedy="Decide which languages production serves; give each enough rows or leave it out.",
    tuned_model="It sometimes answers in the wrong language.",
    fires=Example(
        shows="three French answers among English ones",
        rows=lambda: [
            *good_rows(30),
            chat(
                "How do I pair it with the hub?",
                "Vous pouvez le connecter avec le bouton, puis ouvrir l'application et choisir une pièce pour votre lampe.",
            ),
        ],
    ),
    quiet=Example(shows="English answers", rows=good_rows),
    judge=judge,
    measure=measure,
    harm=51,
)
