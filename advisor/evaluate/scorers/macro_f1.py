"""Mean F1 over the labels, so that rare labels count as much as common ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advisor.evaluate.scorers.contract import Argument, Row, Scorer
from advisor.evaluate.scorers.labels import given_labels, wanted_labels


def macro_f1(rows: Sequence[Row], _argument: Argument) -> list[float]:
    """Score each row by macro-F1 plus the row's influence on it; the mean of these is macro-F1 itself.

    Influence is the derivative by the row's weight (the infinitesimal jackknife, Jaeckel 1972), so that intervals and
    paired differences of a mean hold for macro-F1 too.
    """
    given, wanted = np.array(given_labels(rows)), np.array(wanted_labels(rows))
    labels = np.unique(wanted)
    hit = (given[:, None] == labels) & (wanted[:, None] == labels)
    size = (given[:, None] == labels).astype(float) + (wanted[:, None] == labels)
    hits, sizes = hit.sum(axis=0), size.sum(axis=0)
    f1 = 2 * hits / sizes
    influence = len(rows) * (2 * hit - f1 * size) / sizes
    return [float(value) for value in f1.mean() + influence.mean(axis=1)]


SCORER = Scorer(
    id="macro-f1",
    title="Macro-F1 of the labels",
    measures="F1 of each label of the references, averaged; a failed row counts as a label that nobody wanted.",
    score=macro_f1,
    right=(Row("billing", ("billing",)), Row("shipping", ("shipping",))),
    wrong=(Row("refund", ("urgent",)),),
    whole=True,
)
