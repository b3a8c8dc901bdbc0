"""Answers that are labels: is this a classification file, and which labels are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from advisor.data.dataset import Dataset

# A label is short; beyond this many different ones it is a vocabulary, not a set of classes.
LONGEST_LABEL = 60
MOST_LABELS = 150


def is_label_task(data: Dataset) -> bool:
    """Return whether most answers are short and come from a small set."""
    chars, answers = data.column("answer_chars"), data.column("answer_hash")
    spoken = chars > 0
    if spoken.sum() < 10 or np.median(chars[spoken]) > LONGEST_LABEL:
        return False
    values, counts = np.unique(answers[spoken], return_counts=True)
    # Most rows must use a label that at least three rows share, and labels must be few beside rows.
    shared = counts[counts >= 3].sum()
    few = len(values[counts >= 3]) <= min(MOST_LABELS, max(2, 0.2 * spoken.sum()))
    return bool(shared >= 0.7 * spoken.sum() and few)
