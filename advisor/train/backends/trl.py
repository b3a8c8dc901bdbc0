"""Train here with TRL and PEFT, in a process of its own that outlives the shell, the app and the browser."""

from __future__ import annotations

from advisor.train.backends.local_runs import check_before_start, refreshed, run_folder, settings_for
from advisor.train.backends.trl_bundle import local_plan
from advisor.train.contract import PlanInputs
from advisor.train.jobs import BUNDLE
from advisor.train.records import Job, JobContext, JobEvent, TrainingPlan, TrainingSpec
from advisor.train.trainer.launch import launch
from advisor.train.trainer.run_files import CANCEL_FILE, FAILURE_FILE, SETTINGS_FILE
from advisor.train.trainer.settings import write_settings


class Trl:
    """The backend contract over the trainer's run folder."""

    name = "trl"
    trainer_module = "advisor.train.trainer"

    def plan(self, spec: TrainingSpec, given: PlanInputs) -> TrainingPlan:
        """Return what would be written, run and needed."""
        return local_plan(spec, given, objectives=("sft", "dpo", "kto", "cpt"))

    def submit(self, plan: TrainingPlan, job: Job, context: JobContext) -> Job:
        """Start the trainer, or find the one that is running; after a kill it goes on from its last checkpoint."""
        run = run_folder(context)
        if not (run / SETTINGS_FILE).exists():
            settings = settings_for(plan, context.folder / BUNDLE)
            check_before_start(plan, settings, context.folder)
            write_settings(run, settings)
        (run / FAILURE_FILE).unlink(missing_ok=True)
        process_id = launch(run, module=self.trainer_module)
        started = refreshed(job, context)
        if process_id is None:
            return started
        event = JobEvent(at=context.now(), kind="log", message=f"Trainer at work, process {process_id}")
        return started.model_copy(update={"provider_id": str(process_id), "events": (*started.events, event)})

    def refresh(self, job: Job, context: JobContext) -> Job:
        """Read the run's status. Never starts anything."""
        return refreshed(job, context)

    def cancel(self, job: Job, context: JobContext) -> Job:
        """Ask the trainer to stop after the micro-batch it is at; it saves the adapter as it is then."""
        run = run_folder(context)
        run.mkdir(parents=True, exist_ok=True)
        (run / CANCEL_FILE).touch()
        return refreshed(job, context)


BACKEND = Trl()
