"""Plans of hosted services."""

from __future__ import annotations

from advisor.train.records import TrainingPlan, TrainingSpec


def hosted_plan(spec: TrainingSpec) -> TrainingPlan:
    """Say what would be sent, ordered and paid."""
    raise NotImplementedError(spec.backend)
