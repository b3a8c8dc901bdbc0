"""One prompt with answers that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.similar import jaccard


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows with the same whole context and clearly different answers."""
    contexts, answers = data.column("context_hash"), data.column("answer_hash")
    order = np.argsort(contexts, kind="stable")
    ranked = contexts[order]
    edges = (
        np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1], [True])))
        if len(ranked)
        else np.zeros(1, int)
    )
    sizes = np.diff(edges)
    rows: list[int] = []
    groups = []
    for at in np.flatnonzero(sizes > 1):
        members = order[edges[at] : edges[at + 1]]
        if contexts[members[0]] and len(np.unique(answers[members])) > 1 and _differ(data, members[:50]):
            named = [int(row) for row in data.rows[members]]
            groups.append(named)
            rows += named
    if rows:
        message = f"{share(len(rows), len(data))}: {len(groups)} prompts have answers that differ (rows {', '.join(map(str, groups[0][:4]))})"
        yield finding(CHECK, message, sorted(rows), severity="warning", evidence={"groups": groups[:50]})


def _differ(data: Dataset, members: NDArray[np.int64]) -> bool:
    words, numbers = data.ragged("answer_words"), data.column("numbers_hash")
    first = words[int(members[0])].tolist()
    for index in members[1:]:
        other = words[int(index)].tolist()
        if jaccard(first, other) < 0.7 or numbers[index] != numbers[members[0]] or len(first) < 4:
            return True
    return False


CHECK = Check(
    id="conflicting-answers",
    spoils=True,
    title="One prompt has different answers",
    detects="Rows whose whole context (system prompt and all turns) is the same while the answers differ in their words or numbers.",
    matters="The loss pulls both ways; for facts and labels one of the two is wrong.",
    remedy="Decide which answer is right; keep several only where variety is the goal.",
    tuned_model="It answers this prompt one way or the other, by chance.",
    fires=Example(
        shows="'How far does it reach?' answered with '12 metres' and with 'Only in one room'",
        rows=lambda: [
            *good_rows(30),
            chat("How far does the hub reach?", "About twelve metres through two walls."),
            chat("How far does the hub reach?", "It only works in the same room, sorry."),
        ],
    ),
    quiet=Example(shows="different prompts, different answers", rows=good_rows),
    judge=judge,
    harm=75,
)
