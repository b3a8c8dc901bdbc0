"""An audit in, what an assessment keeps of it out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from advisor.data.records import Audit
from advisor.scenario import MeasuredFact, MeasuredRun


def run_of(audit: Audit, day: date) -> MeasuredRun:
    """Return what an assessment keeps of an audit."""
    return MeasuredRun(
        on=day.isoformat(),
        what=f"audit of {audit.rows:,} rows in {Path(audit.file).name}",
        facts={name: MeasuredFact(value=fact.value, by=fact.by) for name, fact in audit.measured.items()},
    )
