"""The answer is the reference, character by character."""

from __future__ import annotations

from advisor.evaluate.scorers.contract import Row, Scorer, best_of

SCORER = Scorer(
    id="exact",
    title="Exact match",
    measures="1 where the answer is one of the references but for white space at its ends, else 0.",
    score=best_of(lambda answer, reference: float(answer.strip() == reference.strip())),
    right=(Row("Paris\n", ("Paris",)), Row("Lyon", ("Paris", "Lyon"))),
    wrong=(Row("paris", ("Paris",)), Row("", ("Paris",))),
)
