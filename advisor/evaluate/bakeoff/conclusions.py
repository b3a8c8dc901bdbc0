"""What the arms say about one another, each as one sentence with its interval: what is combined, found, used and trained."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.evaluate.records import Difference, Evaluation
from advisor.evaluate.verdict import points, signed

PAIRS = (
    ("tuned-retrieval", "retrieval", "tuning on top of retrieval"),
    ("tuned-retrieval", "tuned", "retrieval on top of tuning"),
    ("tuned-retrieval", "few-shot-retrieval", "training on rows with passages instead of showing a few"),
    ("tuned-retrieval", "tuned-then-retrieval", "passages in the training rows"),
    ("few-shot", "prompt", "examples in the prompt"),
    ("few-shot-nearest", "few-shot", "choosing the nearest examples"),
    ("optimised-prompt", "prompt", "an optimised instruction"),
    ("tuned", "few-shot", "training instead of showing examples"),
    ("retrieval", "prompt", "retrieval"),
    ("right-passage", "retrieval", "finding the right passage every time"),
    ("whole-text", "retrieval", "all documents instead of passages"),
)
"""What the first arm has that the second has not."""


def conclusions(result: Evaluation) -> list[str]:
    """Return a sentence for every pair of arms that differ in one thing, most telling first."""
    known = {(one.a, one.b): one for one in result.differences if one.metric == result.verdict.metric}
    found = [_sentence(known, *pair) for pair in PAIRS if pair[0] in result.arms and pair[1] in result.arms]
    winner = _combination(result, known)
    return [*([winner] if winner else []), *found]


def _of(known: Mapping[tuple[str, str], Difference], one: str, other: str) -> tuple[float, float, float]:
    if (one, other) in known:
        told = known[one, other]
        return told.difference, told.low, told.high
    told = known[other, one]
    return -told.difference, -told.high, -told.low


def _sentence(known: Mapping[tuple[str, str], Difference], one: str, other: str, what: str) -> str:
    value, low, high = _of(known, one, other)
    interval = f"({signed(low)} to {signed(high)})"
    if low > 0 or high < 0:
        return f"{what} {'gains' if value > 0 else 'loses'} {points(abs(value))} points {interval}: {one} against {other}"
    return f"{what}: no difference is shown, {signed(value)} points {interval}: {one} against {other}"


def _combination(result: Evaluation, known: Mapping[tuple[str, str], Difference]) -> str | None:
    name = "tuned-retrieval"
    if name not in result.arms or len(result.arms) < 2:
        return None
    others = [one for one in result.arms if one != name]
    below = [one for one in others if _of(known, name, one)[1] > 0]
    if len(below) == len(others):
        return (
            "the combination wins: RAG + fine-tuning, trained on rows with passages, is above every other arm"
        )
    open_ones = [one for one in others if one not in below]
    return f"the combination is not shown to be above {', '.join(open_ones)}"
