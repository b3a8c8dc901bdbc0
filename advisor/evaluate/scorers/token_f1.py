"""How many words answer and reference share."""

from __future__ import annotations

from collections import Counter

from advisor.evaluate.scorers.contract import Row, Scorer, best_of
from advisor.evaluate.scorers.wording import words


def _shared(answer: str, reference: str) -> float:
    given, wanted = Counter(words(answer)), Counter(words(reference))
    total = given.total() + wanted.total()
    return 2 * (given & wanted).total() / total if total else float(answer.strip() == reference.strip())


SCORER = Scorer(
    id="token-f1",
    title="Token F1",
    measures="F1 of the words of the answer against those of the best reference (Rajpurkar et al. 2016).",
    score=best_of(_shared),
    right=(Row("In Paris, in 1889.", ("in 1889 in Paris",)), Row("巴黎铁塔", ("巴黎铁塔",))),
    wrong=(Row("London", ("Paris in 1889",)), Row("", ("Paris",))),
)
