"""Plans of hosted services: who receives the rows, what it costs there, how to order."""

from __future__ import annotations

from collections.abc import Callable

from advisor.train.plan import PlanParts, compose
from advisor.train.records import Recipient, TrainingPlan, TrainingSpec


def hosted_plan(
    company: str, where: str, *, warnings: Callable[[TrainingSpec], tuple[str, ...]] = lambda _: ()
) -> Callable[[TrainingSpec], TrainingPlan]:
    """Give the function that plans for one company.

    Args:
        company: Who receives the rows.
        where: Address, as far as it is known before an account is opened.
        warnings: What else the reader should know of this spec.
    """

    def make(spec: TrainingSpec) -> TrainingPlan:
        address = str(spec.options.get("base_url") or where)
        receives = "all training and evaluation rows, in full"
        parts = PlanParts(
            commands=("advisor train submit .",),
            recipients=(Recipient(name=company, receives=receives, where=address),),
            warnings=(*_objective(spec), *warnings(spec)),
        )
        return compose(spec, parts)

    return make


def _objective(spec: TrainingSpec) -> tuple[str, ...]:
    return (
        ()
        if spec.objective == "sft"
        else (f"Only supervised jobs are ordered here; '{spec.objective}' is refused.",)
    )
