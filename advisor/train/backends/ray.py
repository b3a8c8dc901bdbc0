"""The same training under Ray Train: several workers on this machine, or on the cluster that RAY_ADDRESS names."""

from __future__ import annotations

from importlib.util import find_spec

from advisor.errors import missing_extra
from advisor.train.backends.trl import Trl
from advisor.train.backends.trl_bundle import local_plan
from advisor.train.contract import PlanInputs
from advisor.train.records import Job, JobContext, TrainingPlan, TrainingSpec

RAY_PIN = "ray[train]==2.60.0"


class RayTrl(Trl):
    """The local backend with another process to start."""

    name = "ray"
    trainer_module = "advisor.train.trainer.ray_run"

    def plan(self, spec: TrainingSpec, given: PlanInputs) -> TrainingPlan:
        """Return what would be written, run and needed."""
        return local_plan(spec, given, more_requirements=(RAY_PIN,))

    def submit(self, plan: TrainingPlan, job: Job, context: JobContext) -> Job:
        """Start the workers, or find those that are running."""
        if find_spec("ray") is None:
            raise missing_extra("ray", "ray", purpose="Training on several workers")
        return super().submit(plan, job, context)


BACKEND = RayTrl()
