"""Rows of more than one format in one file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.rows.formats import SHAPES


def judge(data: Dataset) -> Iterator[Finding]:
    """Report the rows that are not of the most frequent format."""
    shapes = data.column("shape").astype(np.int64)
    counts = (
        np.bincount(shapes[shapes > 0], minlength=len(SHAPES)) if len(shapes) else np.zeros(len(SHAPES), int)
    )
    if (counts > 0).sum() < 2:
        return
    main = int(counts.argmax())
    rows = data.where((shapes != main) & (shapes > 0))
    kinds = {SHAPES[index]: int(count) for index, count in enumerate(counts) if count}
    yield finding(
        CHECK,
        f"{share(len(rows), len(data))} are not {SHAPES[main]} rows like the others",
        rows,
        severity="error",
        evidence={"formats": kinds},
    )


CHECK = Check(
    id="mixed-formats",
    title="The file mixes formats",
    detects="Rows whose fields belong to another format than most rows.",
    matters="A trainer reads one format per file; the others fail or are skipped.",
    remedy="Convert the rows to one format; `advisor fix --to chat` writes them all as chat messages.",
    tuned_model="It learns from a part of the data only.",
    fires=Example(
        shows='{"messages": […]} beside {"prompt": "…", "completion": "…"}',
        rows=lambda: [
            *good_rows(30),
            {
                "prompt": "Where is the reset button of the plug?",
                "completion": "It's on the side, next to the status light.",
            },
        ],
    ),
    quiet=Example(shows='{"messages": […]} in every row', rows=good_rows),
    judge=judge,
    harm=85,
)
