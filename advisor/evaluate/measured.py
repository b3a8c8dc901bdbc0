"""What a comparison says about the questions of an assessment; nothing where it does not settle them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from advisor.evaluate.records import ArmResult, Measured, Score

PROMPTS = ("prompt", "prompting", "few-shot", "few_shot", "fewshot", "optimised-prompt")
RETRIEVALS = ("retrieval", "rag")
PASSAGES = ("right-passage", "right passage by hand", "passage", "passage-by-hand")
HALF = 0.5
"""A prompt that is wrong about half of the time fails, by the words of the question."""


def measured_facts(
    arms: Mapping[str, ArmResult], metric: str, *, good_enough: float | None, day: date
) -> dict[str, Measured]:
    """Return the facts that arms with the names of strategies settle, each with what measured it and the day.

    Args:
        arms: Results by arm.
        metric: The metric that decides.
        good_enough: The score from which an arm works; None where nobody says, then only a clear failure is one.
        day: The day of the comparison.
    """
    facts: dict[str, tuple[object, str] | None] = {
        "prompting_result": _prompting(_best(arms, PROMPTS, metric), good_enough),
        "retrieval_result": _retrieval(
            _best(arms, RETRIEVALS, metric), _best(arms, PASSAGES, metric), good_enough
        ),
        "output_tokens": _tokens(arms),
    }
    return {
        name: Measured(
            value=told[0],
            by=f"{told[1]}, by {metric}" if name != "output_tokens" else told[1],
            on=day.isoformat(),
        )
        for name, told in facts.items()
        if told is not None
    }


def _best(
    arms: Mapping[str, ArmResult], names: tuple[str, ...], metric: str
) -> tuple[str, ArmResult, Score] | None:
    found = [(arm, one, one.scores[metric]) for arm, one in sorted(arms.items()) if arm.lower() in names]
    return max(found, key=lambda item: item[2].value, default=None)


def _prompting(
    best: tuple[str, ArmResult, Score] | None, good_enough: float | None
) -> tuple[object, str] | None:
    if best is None:
        return None
    name, result, score = best
    told = f"arm {name} on {result.n} rows: {_range(score)}"
    if score.high < HALF:
        return "fails", told
    if good_enough is None:
        return None
    if score.low >= good_enough:
        return "works", f"{told}, good enough is {100 * good_enough:g}"
    if score.high < good_enough and score.low > HALF:
        return "nearly", f"{told}, good enough is {100 * good_enough:g}"
    return None


def _retrieval(
    found: tuple[str, ArmResult, Score] | None,
    given: tuple[str, ArmResult, Score] | None,
    good_enough: float | None,
) -> tuple[object, str] | None:
    if found is None or good_enough is None:
        return None
    name, result, score = found
    told = f"arm {name} on {result.n} rows: {_range(score)}, good enough is {100 * good_enough:g}"
    if score.low >= good_enough:
        return "works", told
    if given is None or score.high >= good_enough:
        return None
    # With the right passage put in by hand, finding and using are told apart.
    with_passage = f"{told}; with the right passage {_range(given[2])}"
    if given[2].low >= good_enough:
        return "misses", with_passage
    return ("misused", with_passage) if given[2].high < good_enough else None


def _tokens(arms: Mapping[str, ArmResult]) -> tuple[object, str] | None:
    known = [(one.tokens_out, name) for name, one in sorted(arms.items()) if one.tokens_out]
    if len(known) != len(arms):
        return None
    counts = sorted(tokens for tokens, _ in known)
    return round(counts[len(counts) // 2]), f"median over {len(known)} arms of their mean output tokens"


def _range(score: Score) -> str:
    return f"{100 * score.value:.1f} ({100 * score.low:.1f} to {100 * score.high:.1f})"
