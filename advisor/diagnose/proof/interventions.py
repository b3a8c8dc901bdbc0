"""The table of interventions: what each changes, what it needs, and what it asks of whom; the cheapest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from advisor.diagnose.proof.bench import Bench
from advisor.diagnose.proof.rendering import end_marks, rendered
from advisor.diagnose.records import Intervention

Answered = Callable[[Bench], list[str]]


@dataclass(frozen=True, kw_only=True)
class Doing:
    """How one intervention is made."""

    does: str
    """What is done, as a sentence."""
    lacks: Callable[[Bench], str]
    """What it needs and has not, empty where it can be made."""
    answers: Answered
    """The answers under the intervention."""


def _training_prompt(bench: Bench) -> list[str]:
    return bench.tuned.answers(bench.questions(system=bench.training_system or ""))


def _training_template(bench: Bench) -> list[str]:
    template = bench.facts.templates.training or ""
    stop = end_marks(template, bench.facts.templates.training_end_mark)
    asked = [
        type(one)(one.messages, rendered(template, one.messages), one.temperature, stop)
        for one in bench.questions()
    ]
    return bench.tuned.answers(asked)


def _cooler(bench: Bench) -> list[str]:
    return bench.tuned.answers(bench.questions(temperature=0.0))


def _as_evaluated(bench: Bench) -> list[str]:
    return bench.tuned.answers(
        bench.questions(temperature=bench.facts.evaluation_sampling.temperature or 0.0)
    )


def _stopped(bench: Bench) -> list[str]:
    return bench.tuned.answers(bench.questions(stop=_marks(bench)))


def _marks(bench: Bench) -> tuple[str, ...]:
    told = bench.facts.templates
    return end_marks(told.training or told.serving, told.training_end_mark)


def _base(bench: Bench) -> list[str]:
    return bench.base.answers(bench.questions()) if bench.base else []


def _none(_bench: Bench) -> str:
    return ""


DOINGS: Final[dict[Intervention, Doing]] = {
    "training-system-prompt": Doing(
        does="The samples are answered under the system prompt of training.",
        lacks=lambda bench: (
            "" if bench.training_system is not None else "the system prompt of training (--train-system)"
        ),
        answers=_training_prompt,
    ),
    "training-template": Doing(
        does="The samples are rendered here with the template of training and completed as text.",
        lacks=lambda bench: "" if bench.facts.templates.training else "the chat template of training",
        answers=_training_template,
    ),
    "stop-at-end-mark": Doing(
        does="Answers are cut where the template of training ends them.",
        lacks=lambda bench: "" if _marks(bench) else "the end mark or the chat template of training",
        answers=_stopped,
    ),
    "lower-temperature": Doing(
        does="The samples are answered at temperature 0.", lacks=_none, answers=_cooler
    ),
    "evaluation-sampling": Doing(
        does="The samples are answered at the temperature of the evaluation.",
        lacks=lambda bench: (
            ""
            if bench.facts.evaluation_sampling.temperature is not None
            else "the temperature of the evaluation"
        ),
        answers=_as_evaluated,
    ),
    "base-against-tuned": Doing(
        does="The model without tuning answers the same samples.",
        lacks=lambda bench: "" if bench.base else "the model without tuning (--base)",
        answers=_base,
    ),
}
"""In the order of their cost; a retraining comes after them all."""
