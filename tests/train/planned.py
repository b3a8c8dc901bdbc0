"""Plan a spec with the rulebook as it is."""

from __future__ import annotations

from advisor.catalog import load_catalog
from advisor.train.planning import plan_spec, read_inputs
from advisor.train.records import TrainingPlan, TrainingSpec


def planned(spec: TrainingSpec) -> TrainingPlan:
    return plan_spec(spec, load_catalog())


def inputs(spec: TrainingSpec):
    return read_inputs(spec, load_catalog())
