"""The plan of the next training: the settings of the last one on the mended rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from advisor.catalog import Catalog
from advisor.train.jobs import JobStore
from advisor.train.planning import plan_spec
from advisor.train.records import TrainingPlan


def next_training(job: str, mended: Path, store: JobStore, catalog: Catalog, *, as_of: date) -> TrainingPlan:
    """Plan a training like the job's on the mended rows; nothing is started.

    Raises:
        AdvisorError: There is no such job, or its backend does not take the rows.
    """
    before = store.plan(job).spec
    return plan_spec(before.model_copy(update={"train_path": mended.absolute(), "as_of": as_of}), catalog)
