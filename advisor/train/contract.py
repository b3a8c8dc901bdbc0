"""What a training backend is: a line in the table, and four verbs of which only one may spend money or send data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from advisor.catalog import Catalog
from advisor.train.records import Job, JobContext, TrainingPlan, TrainingSpec
from advisor.train.training_rows import TrainingRows


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """What a plan is made from beside the spec; a backend reads nothing else."""

    catalog: Catalog
    """Prices, availability and models, with the overlay of whoever asks."""
    rows: TrainingRows
    """The training rows, read once."""
    eval_rows: TrainingRows | None = None
    """Held-out rows from a file of their own."""

    @property
    def train_count(self) -> int:
        """Count the rows to train on."""
        return int((~self.rows.held_out).sum())


class Backend(Protocol):
    """What every backend can do. Only `submit` may spend money or send data."""

    name: str

    def plan(self, spec: TrainingSpec, given: PlanInputs) -> TrainingPlan:
        """Return what would be written, run, paid, sent and needed; without side effects or network."""

    def submit(self, plan: TrainingPlan, job: Job, context: JobContext) -> Job:
        """Start the saved `job`, saving after each step, or find the run that an earlier try started."""

    def refresh(self, job: Job, context: JobContext) -> Job:
        """Ask for the job's status. Never starts anything."""

    def cancel(self, job: Job, context: JobContext) -> Job:
        """Stop the job; stopping an ended job changes nothing."""


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """One line of the table."""

    name: str
    """What a person types."""
    title: str
    """What a person reads."""
    kind: Literal["local", "bundle", "hosted"]
    """`local` trains here, `bundle` writes files for another machine, `hosted` calls a service."""
    module: str
    """The module whose `BACKEND` fulfils the contract."""
    extra: str | None = None
    """The extra that installs what `submit` needs."""
    options: frozenset[str] = frozenset()
    """What `--option` may name."""
    default_model: str | None = None
    """The base model where nobody names one."""
    own_models: bool = False
    """Whether only models of the service's own list can be tuned."""
