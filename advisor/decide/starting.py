"""What to build and measure now, and the way from there: simplest untried thing first, with a figure to stop at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from advisor.catalog import Catalog
from advisor.decide.records import RoadmapStep, StartWith
from advisor.palette import STRATEGIES

PROMPTED: Final = ("prompting", "few_shot")
TRIALS: Final[Mapping[str, tuple[str, ...]]] = {
    "fine_tuning": ("prompting_result",),
    "hybrid": ("retrieval_result", "prompting_result"),
}
"""Facts that decide what comes before a recommended strategy."""
_UNTRIED: Final = (None, "not_tried")


def start_with(
    recommended: str, prompted: str, answers: Mapping[str, Any], excluded: frozenset[str], catalog: Catalog
) -> StartWith:
    """Return the strategy to begin with: an untried prompt before training, plain retrieval before a hybrid.

    ``prompted`` is the likelier of prompting and few-shot.
    """
    strategy, because = _first(recommended, prompted, answers)
    if strategy in excluded:
        strategy, because = recommended, "What would come before it cannot be had here."
    return StartWith(
        strategy=strategy,
        because=because,
        stop_when=_stop_when(strategy, recommended, answers, catalog),
    )


def _first(recommended: str, prompted: str, answers: Mapping[str, Any]) -> tuple[str, str]:
    prompt_untried = answers.get("prompting_result") in _UNTRIED
    retrieval_untried = answers.get("retrieval_result") in (*_UNTRIED, "misses")
    if recommended == "hybrid" and retrieval_untried:
        return "rag", "Training on top pays only where good passages are found and still used badly."
    if recommended in ("fine_tuning", "hybrid") and prompt_untried:
        return prompted, "No prompt has been measured yet; it is the baseline that training has to beat."
    return recommended, "Nothing else needs to be tried first."


def _stop_when(strategy: str, recommended: str, answers: Mapping[str, Any], catalog: Catalog) -> str:
    needed = answers.get("needed_percent")
    stop = (
        "Stop when the share of right answers on at least 40 held-out inputs reaches the figure that you set beforehand"
        if needed is None
        else f"Stop when {needed:.0f}% of at least 40 held-out inputs are right"
    )
    if strategy == recommended:
        return (
            f"{stop}; if it is still below that after three rounds of improvement, turn to the next strategy."
        )
    onward = catalog.strategies[recommended].title
    return f"{stop}; if it is still below that after three rounds of improvement, move on to {onward}."


def roadmap(
    start: str, recommended: str, answers: Mapping[str, Any], catalog: Catalog
) -> tuple[RoadmapStep, ...]:
    """Return the steps of what to start with, then those of where the evidence points.

    A held-out test set and a prompted baseline come before anything is built or trained: without them no
    later step can show that it helped.
    """
    steps: list[RoadmapStep] = []
    if start not in PROMPTED and answers.get("prompting_result") in _UNTRIED:
        # The same test set, whatever is built first.
        steps += [step.model_copy(update={"strategy": start}) for step in _steps("prompting", catalog)[:1]]
    for name in dict.fromkeys((start, recommended)):
        steps += _steps(name, catalog)
    # Several strategies start with the same test set; it is collected once.
    return tuple(
        {step.title: step for step in reversed(steps)}[title]
        for title in dict.fromkeys(s.title for s in steps)
    )


def if_that_fails(ranked: Sequence[str], start: str, catalog: Catalog) -> tuple[RoadmapStep, ...]:
    """Return the next strategy that can be had and has not been on the way, with the sign that it is time to turn to it.

    ``ranked`` begins with the recommended strategy.
    """
    recommended, *then = ranked
    following = [name for name in then if name != start and not (name in PROMPTED and start in PROMPTED)]
    return tuple(
        RoadmapStep(
            strategy=name,
            title=f"Turn to {catalog.strategies[name].title}",
            until=catalog.strategies[recommended].when_it_ends,
        )
        for name in following[:1]
    )


def _steps(name: str, catalog: Catalog) -> list[RoadmapStep]:
    assert name in STRATEGIES
    text = catalog.strategies[name]
    if text.steps:
        return [RoadmapStep(strategy=name, title=step.title, until=step.until) for step in text.steps]
    return [RoadmapStep(strategy=name, title=text.first_step, until=text.when_it_ends)]
