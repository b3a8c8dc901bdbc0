"""Training rows that are edited copies of evaluation rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.overlap import contained
from advisor.data.records import Finding
from advisor.data.similar import candidates, verified


def judge(data: Dataset) -> Iterator[Finding]:
    """Report training rows alike to an evaluation row, exact ones aside."""
    held_out = data.others.get("eval")
    if held_out is None or not len(data) or not len(held_out):
        return
    exact = np.isin(data.column("turns_hash"), held_out.column("turns_hash"))
    alike = candidates(data.columns, held_out.columns)
    asked = alike.pairs + contained(data, held_out, at_least=0.5)
    leaks = {
        pair.left: pair
        for pair in verified(dict.fromkeys(asked), data.columns, held_out.columns)
        if pair.relation in {"edited", "same"} and not exact[pair.left]
    }
    if leaks:
        rows = sorted(int(data.rows[index]) for index in leaks)
        pairs = [
            (int(data.rows[one.left]), int(held_out.rows[one.right]), round(one.likeness, 2))
            for one in leaks.values()
        ]
        message = f"{share(len(rows), len(data))} are edited copies of evaluation rows{alike.caveat}"
        yield finding(CHECK, message, rows, severity="error", evidence={"pairs": pairs[:50]})


CHECK = Check(
    id="eval-leak-near",
    title="A training row is an edited copy of an evaluation row",
    detects="Training rows that share most word pairs, or half of the 8-word runs, with an evaluation row.",
    matters="A changed word does not make a held-out question: the answer was still seen in training.",
    remedy="Remove the row from training, or split again with `advisor split`, which keeps near-duplicates on one side.",
    tuned_model="It looks better in the evaluation than it is.",
    fires=Example(
        shows="the evaluation question with 'please' in front",
        rows=lambda: [
            *good_rows(30),
            chat(
                "Please tell me: can I put the heater on a timer for my garden?",
                good_rows(60)[1]["messages"][2]["content"] + " Have fun!",
            ),
        ],
        eval=[good_rows(60)[1]],
    ),
    quiet=Example(
        shows="the same question about another device", rows=lambda: good_rows(40), eval=good_rows(60)[50:]
    ),
    judge=judge,
    harm=97,
)
