"""The reference occurs in the answer."""

from __future__ import annotations

from advisor.evaluate.scorers.contract import Row, Scorer, best_of
from advisor.evaluate.scorers.wording import normalised


def _held(answer: str, reference: str) -> float:
    wanted = normalised(reference)
    return float(f" {wanted} " in f" {normalised(answer)} " if wanted else reference.strip() in answer)


SCORER = Scorer(
    id="contains",
    title="Contains the reference",
    measures="1 where the words of a reference occur in the answer one after another, else 0.",
    score=best_of(_held),
    right=(Row("It was built in Paris, in 1889.", ("Paris in 1889",)), Row("Set it to 17.", ("17",))),
    wrong=(Row("It was built in Parison", ("Paris",)), Row("Set it to 170.", ("17",))),
)
