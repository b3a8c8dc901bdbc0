"""Labels that the other rows contradict."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, chat, finding, share
from advisor.data.labels import MOST_LABELS, is_label_task
from advisor.data.pairing import LEARNABLE, left_out, vectors
from advisor.data.records import Finding

# Labels that cannot be foretold from the words of the prompt cannot be doubted either.
FORETOLD, MARGIN = 0.75, 0.25


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows whose prompt, judged by all other rows, calls for another label."""
    if len(data) not in LEARNABLE or not is_label_task(data):
        return
    labels, given = np.unique(data.column("answer_hash"), return_inverse=True)
    if not 1 < len(labels) <= MOST_LABELS:
        return
    prompts = data.ragged("prompt_set")
    target = np.eye(len(labels), dtype=np.float32)[given]
    score = left_out(vectors(prompts.rows(0, len(prompts))), target - target.mean(axis=0))
    best, own = score.argmax(axis=1), score[np.arange(len(given)), given]
    if (best == given).mean() < FORETOLD:
        return
    doubted = (best != given) & (score.max(axis=1) - own >= MARGIN) & (prompts.counts >= 3)
    rows = data.where(doubted)
    if rows:
        names = data.names.get("label", {})
        at = int(np.flatnonzero(doubted)[0])
        other = int(data.column("label")[np.flatnonzero(given == best[at])[0]])
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} carry a label that rows alike do not; row {rows[0]} reads like '{names.get(other, '?')}'",
            rows,
            severity="warning",
            confidence="medium",
        )


def _tickets(flipped: int) -> list[dict[str, object]]:
    words = {
        "billing": "invoice charge refund card",
        "outage": "offline crash down red",
        "sales": "price offer buy stock",
    }
    names = list(words)
    rows = []
    for index in range(150):
        label = names[index % 3]
        one, two = words[label].split()[index // 3 % 4], words[label].split()[(index // 12 + 1) % 4]
        text = f"My {('lamp', 'hub', 'lock', 'fan', 'plug')[index % 5]} has a matter of {one} and {two} since day {index}"
        rows.append(chat(text, names[(index + 1) % 3] if index < flipped else label))
    return rows


CHECK = Check(
    id="wrong-label",
    spoils=True,
    title="A label contradicts the other rows",
    detects="In files of 100 to 10,000 rows with labels: rows whose words, by what all other rows teach, clearly call for another label than theirs.",
    matters="Wrong labels are learned like right ones; a few per cent cost more accuracy than the same share of missing rows.",
    remedy="Read the rows and correct the label, or remove them.",
    tuned_model="It confuses the labels that were confused here.",
    fires=Example(
        shows="'an invoice and a refund' labelled 'outage' where such tickets are 'billing'",
        rows=lambda: _tickets(5),
    ),
    quiet=Example(shows="the same tickets under their own labels", rows=lambda: _tickets(0)),
    judge=judge,
    harm=76,
)
