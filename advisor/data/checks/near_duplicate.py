"""Rows that are edited copies of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Finding, Severity
from advisor.data.similar import Candidates, SimilarPair, candidates, groups_of, row_words, verified
from advisor.data.word_use import bucket

# Above this share of rows with siblings, the siblings are how the data was made, not slips.
MADE_FROM_TEMPLATES = 0.1


def judge(data: Dataset) -> Iterator[Finding]:
    """Report edited copies; rows of one template with other values only where they are the exception."""
    asked = candidates(data.columns)
    pairs = list(verified(asked.pairs, data.columns))
    # An exact repeat has its own check; two rows of equal words but other numbers are values of a template.
    edited = [pair for pair in pairs if pair.relation == "edited"]
    slots = [pair for pair in pairs if pair.relation == "slot"]
    recombined = _recombined(data, edited)
    if len(rows_of(recombined)) > MADE_FROM_TEMPLATES * len(data):
        slots += [pair for pair in edited if pair in recombined]
        edited = [pair for pair in edited if pair not in recombined]
    rare = len(rows_of(slots)) <= MADE_FROM_TEMPLATES * len(data)
    if edited:
        yield _report(data, edited, asked, "are edited copies of one another", "warning")
    if slots:
        words = "differ from another row only in a name or number"
        words += "" if rare else ": they look made from templates"
        yield _report(data, slots, asked, words, "note")


def rows_of(pairs: Iterable[SimilarPair]) -> set[int]:
    """Return the row indices that occur in pairs."""
    return {index for pair in pairs for index in (pair.left, pair.right)}


def _recombined(data: Dataset, pairs: Sequence[SimilarPair]) -> set[SimilarPair]:
    """Find pairs that differ only in words common here: recombined parts, where an edit brings words of its own."""
    if not pairs:
        return set()
    common = data.word_rows("prompt_set") + data.word_rows("answer_set")
    read, least = row_words(data.columns), max(4, 0.01 * len(data))
    found = set()
    for pair in pairs:
        left, right = read(pair.left), read(pair.right)
        differing = np.array(
            sorted(set(left.prompt + left.answer) ^ set(right.prompt + right.answer)), np.uint32
        )
        if len(differing) and (common[bucket(differing)] >= least).all():
            found.add(pair)
    return found


def _report(
    data: Dataset, pairs: Sequence[SimilarPair], asked: Candidates, words: str, severity: Severity
) -> Finding:
    groups = [[int(data.rows[index]) for index in group] for group in groups_of(pairs)]
    rows = sorted(row for group in groups for row in group)
    shown = sorted(pairs, key=lambda pair: -pair.likeness)[:20]
    evidence = {
        "groups": groups[:50],
        "pairs": [
            (int(data.rows[one.left]), int(data.rows[one.right]), round(one.likeness, 2)) for one in shown
        ],
        "pairs_not_compared": asked.left_out,
    }
    message = f"{share(len(rows), len(data))} in {len(groups):,} groups {words}{asked.caveat}"
    return finding(
        CHECK,
        message,
        rows,
        severity=severity,
        confidence="high" if severity == "warning" else "low",
        evidence=evidence,
    )


CHECK = Check(
    id="near-duplicate",
    title="A row is an edited copy of another",
    detects="Rows whose prompt and answer share most word pairs with another row (MinHash candidates, each verified word by word). Rows that differ in a number, or in the same name in prompt and answer, are values of a template and only noted.",
    matters="Edited copies add weight, not knowledge; across a split they leak the answer.",
    remedy="Keep the best of each group; `advisor split` keeps edited copies on one side. Rows of one template stay together only by a field that names it (`--group FIELD`).",
    tuned_model="It repeats the wording of the copied rows.",
    fires=Example(
        shows="the same question and answer with 'please' added and a word changed",
        rows=lambda: [
            *good_rows(30),
            chat(
                "Please tell me, can I put the heater on a timer for the garden?",
                good_rows(30)[1]["messages"][2]["content"].replace("You're all set!", "You are all set now!"),
            ),
            chat(
                "Hey, my lamp in the kitchen keeps dropping off the network, so what now?",
                good_rows(30)[0]["messages"][2]["content"] + " Cheers!",
            ),
        ],
    ),
    quiet=Example(
        shows="the same question about another room and another device, once",
        rows=lambda: [
            good_rows()[0],
            *(
                chat(
                    f"{word} is what I would like to hear about in {number} sentences",
                    f"Gladly: {word} has {number} sides to it, and {word} is worth a look.",
                )
                for number, word in enumerate(
                    ("gravity", "bread", "chess", "opera", "tides", "sleep"), start=2
                )
            ),
        ],
    ),
    judge=judge,
    harm=52,
)
