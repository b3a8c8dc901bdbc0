"""What a diagnosis measured of the questions of an assessment; nothing where it does not settle them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from advisor.diagnose.material import Material
from advisor.diagnose.records import Diagnosis, Suspicion
from advisor.scenario import MeasuredFact, MeasuredRun

MIXED: Final = 0.6
"""Share of rows that nobody blames from which examples count as mixed, as in an audit."""
QUARTER: Final = 92
"""Days within which a change of production is a change of every month to quarter."""


def run_of(diagnosis: Diagnosis, material: Material, day: date) -> MeasuredRun:
    """Return what an assessment keeps of a diagnosis."""
    read = diagnosis.read
    told = f"diagnosis of {read['training']:,} training rows and {read['production']:,} production samples"
    return MeasuredRun(on=day.isoformat(), what=told, facts=measured_facts(diagnosis, material))


def measured_facts(diagnosis: Diagnosis, material: Material) -> dict[str, MeasuredFact]:
    """Return the facts that a diagnosis settles, under the names of an answers file, each with what measured it."""
    found = {one.cause: one for one in diagnosis.found}
    quiet = {one.cause: one for one in diagnosis.causes if one.state == "ruled_out"}
    facts = dict(_examples(diagnosis, material.training))
    facts |= _test_set(found.get(UNLIKE), quiet.get(UNLIKE), material)
    facts |= _task_change(found.get("production-changed"), material.production)
    return facts


UNLIKE: Final = "evaluation-unlike-production"


def _examples(diagnosis: Diagnosis, training: pl.DataFrame) -> Iterator[tuple[str, MeasuredFact]]:
    """Count the examples that nobody blames, and judge them where some are blamed."""
    blame = [one for one in diagnosis.found if one.rows_of == "training" and one.rows]
    blamed = {row for one in blame for row in one.rows}
    usable = training.filter(
        (pl.col("prompt").str.strip_chars() != "") & (pl.col("answer").str.strip_chars() != "")
    )
    if not blamed or not usable.height:
        return
    kept = usable.filter(~pl.col("row").is_in(list(blamed))).unique(["prompt", "answer"]).height
    told = ", ".join(f"{len(one.rows):,} for {one.cause} ({one.state})" for one in blame)
    how = f"{usable.height:,} rows with question and answer, of which the diagnosis blames {told}"
    yield "labelled_examples", MeasuredFact(value=kept, by=f"{how}; repeats counted once")
    share = 1 - len(blamed & set(usable["row"].to_list())) / usable.height
    yield "example_quality", MeasuredFact(value="mixed" if share >= MIXED else "unchecked", by=how)


def _test_set(
    found: Suspicion | None, quiet: Suspicion | None, material: Material
) -> dict[str, MeasuredFact]:
    """Judge whether the evaluation asks what production asks, apart from the training rows."""
    if found is not None:
        return {
            "test_set": MeasuredFact(value=False, by=f"the evaluation is unlike production: {found.evidence}")
        }
    rows = material.evaluation
    if quiet is None or not rows.height or (rows["answer"].str.strip_chars() == "").any():
        return {}
    shared = rows.join(material.training, on=["prompt", "answer"], how="semi").height
    if shared:
        return {}
    told = f"{rows.height:,} evaluation rows with answers, none of them a training row. {quiet.evidence}"
    return {"test_set": MeasuredFact(value=True, by=told)}


def _task_change(found: Suspicion | None, production: pl.DataFrame) -> dict[str, MeasuredFact]:
    """Date a change of the kinds of request; that none was seen in a few weeks says nothing."""
    days = production["day"].drop_nulls()
    if found is None or days.is_empty():
        return {}
    first, last = days.min(), days.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    span = (last - first).days
    if span > QUARTER:
        return {}
    return {
        "task_change": MeasuredFact(value="monthly", by=f"within {span} days of production: {found.evidence}")
    }
