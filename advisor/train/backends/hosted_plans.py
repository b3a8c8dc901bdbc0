"""Plans of hosted services: who receives the rows, what it costs there, how to order."""

from __future__ import annotations

from collections.abc import Callable

from advisor.train.contract import PlanInputs
from advisor.train.plan_composing import compose
from advisor.train.plan_parts import PlanParts
from advisor.train.records import Recipient, TrainingPlan, TrainingSpec
from advisor.train.row_shapes import Carries

OPENAI = Carries(media=True, weight="weight")
"""OpenAI's format, images included."""
OPENAI_TEXT = Carries(weight="weight")
"""The same for services of text models."""


def hosted_plan(
    company: str,
    where: str,
    *,
    warnings: Callable[[TrainingSpec], tuple[str, ...]] = lambda _: (),
    carries: Carries = OPENAI,
) -> Callable[[TrainingSpec, PlanInputs], TrainingPlan]:
    """Return the function that plans for one company.

    Args:
        company: Who receives the rows.
        where: Address, as far as it is known before an account is opened.
        warnings: What else the reader should know of this spec.
        carries: What of a row the service reads.
    """

    def make(spec: TrainingSpec, given: PlanInputs) -> TrainingPlan:
        address = str(spec.options.get("base_url") or where)
        receives = "all training and evaluation rows, in full"
        parts = PlanParts(
            commands=("advisor train submit .",),
            recipients=(Recipient(name=company, receives=receives, where=address),),
            carries=carries,
            preference_shape="openai-preference",
            warnings=(*_objective(spec), *warnings(spec)),
        )
        return compose(spec, parts, given)

    return make


def _objective(spec: TrainingSpec) -> tuple[str, ...]:
    return (
        ()
        if spec.objective == "sft"
        else (f"Only supervised jobs are ordered here; '{spec.objective}' is refused.",)
    )
