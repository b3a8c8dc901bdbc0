"""The answer is the reference when case, punctuation and white space are left aside."""

from __future__ import annotations

from advisor.evaluate.scorers.contract import Row, Scorer, best_of
from advisor.evaluate.scorers.wording import normalised


def _same(answer: str, reference: str) -> float:
    wanted = normalised(reference)
    # A reference of signs alone ("+") has no words; then the characters decide.
    return float(normalised(answer) == wanted if wanted else answer.strip() == reference.strip())


SCORER = Scorer(
    id="normalised",
    title="Match without case and punctuation",
    measures="1 where the words of the answer are those of a reference in the same order, else 0.",
    score=best_of(_same),
    right=(Row("The  capital: PARIS.", ("the capital, Paris",)), Row("ﬁve", ("Five!",)), Row("+", ("+",))),
    wrong=(Row("Paris, the capital", ("the capital Paris",)), Row("-", ("+",))),
)
