"""The answer gives the right label."""

from __future__ import annotations

from advisor.evaluate.scorers.contract import Row, Scorer
from advisor.evaluate.scorers.labels import accuracy

SCORER = Scorer(
    id="label",
    title="Label accuracy",
    measures="1 where the one known label in the answer is the row's, else 0; labels are those of the references.",
    score=accuracy,
    right=(
        Row("Billing.", ("billing",)),
        Row("This is about shipping", ("shipping",)),
        Row("not urgent", ("not urgent",)),
    ),
    wrong=(
        Row("billing or shipping", ("billing",)),
        Row("urgent", ("not urgent",)),
        Row("refund", ("billing",)),
        Row("", ("urgent",)),
    ),
)
