"""Train once more without the suspected rows, with the settings of the job that trained the model, and serve the result here."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.catalog import Catalog
from advisor.diagnose.mend.applying import rows_without
from advisor.diagnose.proof.asking import Meter, Talk
from advisor.diagnose.records import Suspicion
from advisor.errors import AdvisorError
from advisor.net import Endpoint
from advisor.train.bundle import write_bundle
from advisor.train.job_verbs import refresh, submit
from advisor.train.jobs import JobStore
from advisor.train.planning import plan_spec
from advisor.train.records import Job, TrainingPlan
from advisor.train.table import entry

SECONDS_BETWEEN_LOOKS = 2.0


@dataclass
class Retraining:
    """A second training, planned before it is started."""

    job: str
    """The job that trained the model."""
    training: Path
    """The rows that it was trained on."""
    folder: Path
    """Where rows and bundle of the second training are written."""
    catalog: Catalog
    store: JobStore
    meter: Meter
    kept: list[Any] = field(default_factory=list)
    """Servers that live as long as this does."""

    def plan(self, suspect: Suspicion) -> TrainingPlan:
        """Write the rows without the suspected ones and plan their training.

        Raises:
            AdvisorError: The job was trained elsewhere: nothing is sent or spent behind anybody's back.
        """
        before = self.store.plan(self.job).spec
        if entry(before.backend).kind != "local":
            raise AdvisorError(
                f"the model was trained by {before.backend}, and only a training on this machine is repeated here",
                place=self.job,
                remedy="Write the rows with --apply and the plan with --bundle, and start it yourself: advisor train submit.",
            )
        rows = rows_without(self.training, set(suspect.rows), self.folder / f"without-{suspect.cause}.jsonl")
        return plan_spec(before.model_copy(update={"train_path": rows.absolute()}), self.catalog)

    def says(self, suspect: Suspicion) -> str:
        """Describe how long the training takes."""
        plan = self.plan(suspect)
        minutes = (
            "an unknown time"
            if plan.duration is None
            else f"about {plan.duration.expected / 60:,.0f} minutes ({plan.duration.low / 60:,.0f} to {plan.duration.high / 60:,.0f})"
        )
        return f"retrain-without-rows: {plan.train_rows} rows without {len(suspect.rows)} suspected ones are trained on this machine, in {minutes}."

    def __call__(self, suspect: Suspicion) -> Talk:
        """Train, wait for the end, and serve what came out.

        Raises:
            AdvisorError: The training fails or stops.
        """
        plan = self.plan(suspect)
        bundle = write_bundle(plan, self.folder / f"bundle-{plan.sha256[:10]}")
        job = self._ended(submit(self.store, plan, bundle, catalog=self.catalog))
        if job.state != "succeeded":
            raise AdvisorError(
                f"the training without the suspected rows {job.state}",
                place=job.id,
                remedy=job.error or "See `advisor train status`.",
            )
        return Talk(self._served(job), self.meter)

    def _ended(self, job: Job) -> Job:
        began = False
        while not job.ended:
            began = began or job.state == "running"
            if began and job.state == "queued":
                raise AdvisorError(
                    "the trainer stopped without an end",
                    place=job.id,
                    remedy=f"Resume with: advisor train resume {job.id}",
                )
            time.sleep(SECONDS_BETWEEN_LOOKS)
            job = refresh(self.store, job.id)
        return job

    def _served(self, job: Job) -> Endpoint:
        engine = engine_of(job.id, self.store)
        self.kept.append(engine)
        return Endpoint(f"{engine.address}/v1", "", engine.key)


def engine_of(target: str, store: JobStore) -> Any:
    """Serve a job's adapter, folded into its base, by llama.cpp on this machine."""
    from advisor.train.serving.engine import start_engine
    from advisor.train.serving.served import base_file, find_served, merged_file

    served = find_served(target, store)
    return start_engine(
        merged_file(served, base_file([served], None)), [], chat_template=served.chat_template
    )
