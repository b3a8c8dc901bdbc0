"""The answer is as long as the reference."""

from __future__ import annotations

from advisor.evaluate.scorers.contract import Row, Scorer, best_of
from advisor.evaluate.scorers.wording import words


def _ratio(answer: str, reference: str) -> float:
    given, wanted = len(words(answer)), len(words(reference))
    return min(given, wanted) / max(given, wanted) if given or wanted else 1.0


SCORER = Scorer(
    id="length",
    title="Length against the reference",
    measures="The shorter of answer and reference over the longer, in words.",
    score=best_of(_ratio),
    right=(Row("one two three", ("un deux trois",)),),
    wrong=(Row("one two three four five six seven", ("one",)), Row("", ("one",))),
)
