"""What a comparison says about the questions of an assessment; nothing where it does not settle them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from advisor.evaluate.records import ArmResult, Evaluation, Measured, Score
from advisor.scenario import MeasuredArm, MeasuredFact, MeasuredRun

PROMPTS = ("prompt", "prompting", "few-shot", "few_shot", "fewshot", "optimised-prompt")
RETRIEVALS = ("retrieval", "rag")
PASSAGES = ("right-passage", "right passage by hand", "passage", "passage-by-hand")
Best = tuple[str, ArmResult, Score] | None
"""The best arm of a strategy, by name; None where there is none."""
RIGHT_OR_WRONG = frozenset({"exact", "normalised", "label", "number", "contains", "json-schema"})
HALF = 0.5
"""A prompt that is wrong about half of the time fails, by the words of the question."""
NEAR = 0.05
"""Nearly there is within a few points of what is needed."""


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
    prompt, found, given = (_best(arms, names, metric) for names in (PROMPTS, RETRIEVALS, PASSAGES))
    facts: dict[str, tuple[object, str] | None] = {
        "prompting_result": _prompting(prompt, good_enough),
        "prompting_percent": _percent(prompt, metric),
        "retrieval_result": _retrieval(found, given, good_enough),
        "passage_by_hand": _by_hand(given, good_enough),
        "output_tokens": _tokens(arms),
        "retrieved_tokens": _retrieved(arms),
    }
    return {
        name: Measured(
            value=told[0],
            by=told[1] if name.endswith("tokens") else f"{told[1]}, by {metric}",
            on=day.isoformat(),
        )
        for name, told in facts.items()
        if told is not None
    }


def run_of(evaluation: Evaluation, *, judge: str = "") -> MeasuredRun:
    """Return what an assessment keeps of a comparison; rows that are given away are left out where there are any.

    Args:
        evaluation: The comparison.
        judge: What the calibration of a judge of pairs found; empty where there was none.
    """
    apart = len(evaluation.apart) if evaluation.without_apart is not None else 0
    results = evaluation.without_apart or evaluation.arms
    verdict = evaluation.verdict_without_apart or evaluation.verdict
    told = (
        f"{len(results)} {'arm' if len(results) == 1 else 'arms'} on {evaluation.rows - apart} held-out rows"
    )
    if apart:
        told += f", without {apart} that training or documents give away"
    ranked = sorted(results.items(), key=lambda item: (-item[1].scores[verdict.metric].value, item[0]))
    return MeasuredRun(
        on=evaluation.as_of, what=told, metric=verdict.metric, verdict=verdict.because, judge=judge or (evaluation.judge.because if evaluation.judge else ""),
        arms=tuple(_arm(name, one, verdict.metric) for name, one in ranked),
        facts={name: MeasuredFact(value=one.value, by=one.by) for name, one in evaluation.measured.items()},
    )  # fmt: skip


def _arm(name: str, one: ArmResult, metric: str) -> MeasuredArm:
    score = one.scores[metric]
    return MeasuredArm(
        name=name, n=one.n, failed=one.failed, value=score.value, low=score.low, high=score.high,
        usd_per_1k=one.usd_per_1k, seconds_p50=one.seconds_p50, seconds_p95=one.seconds_p95,
    )  # fmt: skip


def _best(arms: Mapping[str, ArmResult], names: tuple[str, ...], metric: str) -> Best:
    found = [(arm, one, one.scores[metric]) for arm, one in sorted(arms.items()) if arm.lower() in names]
    return max(found, key=lambda item: item[2].value, default=None)


def _prompting(best: Best, good_enough: float | None) -> tuple[object, str] | None:
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
    told = f"{told}, good enough is {100 * good_enough:g}"
    if score.low > HALF and score.high < good_enough - NEAR:
        return "partly", told
    return ("nearly", told) if good_enough - NEAR <= score.low and score.high < good_enough else None


def _percent(best: Best, metric: str) -> tuple[object, str] | None:
    # Only a metric that says right or wrong counts right answers.
    if best is None or metric.split(":", maxsplit=1)[0] not in RIGHT_OR_WRONG:
        return None
    name, result, score = best
    return round(100 * score.value, 1), f"arm {name} on {result.n} rows: {_range(score)}"


def _by_hand(given: Best, good_enough: float | None) -> tuple[object, str] | None:
    if given is None or good_enough is None:
        return None
    name, result, score = given
    told = f"arm {name} on {result.n} rows: {_range(score)}, good enough is {100 * good_enough:g}"
    if score.low >= good_enough:
        return "yes", told
    facts = result.scores.get("contains")
    if score.high >= good_enough or facts is None:
        return None
    # The words of the wanted answer are there, or they are not: manner and skill are told apart by them.
    told = f"{told}; the wanted words are in {_range(facts)}"
    if facts.low >= good_enough:
        return "manner", told
    return ("no", told) if facts.high < good_enough else None


def _retrieved(arms: Mapping[str, ArmResult]) -> tuple[object, str] | None:
    plain, found = (
        next(
            (one.tokens_in for name, one in sorted(arms.items()) if name.lower() in names and one.tokens_in),
            None,
        )
        for names in (("prompt", "prompting"), RETRIEVALS)
    )
    if plain is None or found is None or found <= plain:
        return None
    return round(found - plain), "mean input tokens of the arm with retrieval less those of the prompt alone"


def _retrieval(
    found: Best,
    given: Best,
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
