"""The JSON schema of everything that ``--json`` prints; the schemas themselves lie in ``advisor/schemas``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from pydantic import TypeAdapter

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Output(NamedTuple):
    """What one command prints: a record, with keys beside it."""

    record: Any = None
    """The record; None where the keys are all."""
    keys: Mapping[str, Any] = {}
    """Types of further keys that are always there."""
    sometimes: Mapping[str, Any] = {}
    """Types of keys that some options bring."""
    left_out: tuple[str, ...] = ()
    """Keys of records in it that are not printed, as ``Record.key``."""


def outputs() -> dict[str, Output]:
    """Return what each command prints, by the command's words."""
    return {**_deciding(), **_money(), **_rulebook(), **_data(), **_training(), **_library()}


def _deciding() -> dict[str, Output]:
    from advisor.decide import DecisionMap, Recommendation
    from advisor.doors.brief.records import Proposals, SecondOpinion
    from advisor.doors.cli.records import Checked

    error = {"error": dict[str, str]}
    return {
        "decide": Output(Recommendation),
        "decide table": Output(keys={"rows": int, "out": str, "recommended": dict[str, int]}),
        "map": Output(DecisionMap),
        "report": Output(keys={"written": str, "format": str, "bytes": int}),
        "recheck": Output(keys={"as_of": date, "changed": int, "checked": list[Checked]}),
        "brief": Output(Proposals, {"accepted": list[str], "second_opinion": SecondOpinion | None}, error),
        "error": Output(keys=error),
    }


def _money() -> dict[str, Output]:
    from advisor.cost import CostProjection, ModelRow
    from advisor.cost.price_checks import Ending, Overdue, PriceDifference
    from advisor.cost.price_sheets import PriceRow, PriceSheet

    moved = dict.fromkeys(("differences", "moved", "explained"), list[PriceDifference])
    day = {"as_of": date}
    return {
        "cost": Output(CostProjection),
        "cost --compare": Output(keys={**day, "strategy": str, "models": list[ModelRow]}),
        "prices list": Output(keys={**day, "unit": str, "models": list[PriceRow]}),
        "prices show": Output(PriceSheet, day),
        "prices check": Output(
            keys={**day, "tables": list[str], **moved, "ends": list[Ending], "overdue": list[Overdue]}
        ),
        "prices overdue": Output(keys={**day, "overdue": list[Overdue]}),
    }


def _rulebook() -> dict[str, Output]:
    from advisor.catalog import Rule
    from advisor.decide.lint import LintFinding
    from advisor.doors.cli.records import OverdueEntry, RuleLine

    counts = dict.fromkeys(("facts", "rules", "sources"), int)
    return {
        "rules check": Output(keys={**counts, "findings": list[LintFinding]}),
        "rules list": Output(keys={"rules": list[RuleLine]}),
        "rules show": Output(Rule),
        "rules overdue": Output(keys={"as_of": date, "overdue": list[OverdueEntry]}),
    }


def _data() -> dict[str, Output]:
    from advisor.data.augment_records import Augmented, AugmentEstimate
    from advisor.data.fix import Fixed
    from advisor.data.records import Audit, Finding
    from advisor.data.split import SplitManifest
    from advisor.diagnose.records import Diagnosis
    from advisor.evaluate.bakeoff.records import BakeoffPlan
    from advisor.evaluate.judging.arms import Judged
    from advisor.evaluate.records import Evaluation

    planned = {"plan": BakeoffPlan, "run": str}
    return {
        "bakeoff": Output(Evaluation, {**planned, "journal": str}),
        "bakeoff --plan": Output(keys=planned),
        "audit": Output(Audit, sometimes={"worse_than_baseline": list[Finding]}),
        "fix": Output(Fixed),
        "split": Output(SplitManifest),
        "augment": Output(Augmented),
        "augment --dry-run": Output(AugmentEstimate),
        "diagnose": Output(Diagnosis),
        "evaluate": Output(Evaluation, sometimes={"judged": Judged}),
    }


def _training() -> dict[str, Output]:
    from advisor.train.hyperparameters import SettingReason
    from advisor.train.records import Job, TrainingPlan
    from advisor.train.size.sizing import Sizing

    written = {"sha256": str, "bundle": str | None, "reasons": list[SettingReason]}
    job = Output(Job, {"progress": dict[str, Any], "folder": str})
    return {
        "size": Output(Sizing),
        "plan": Output(TrainingPlan, written, left_out=("PlannedFile.text",)),
        **{f"train {verb}": job for verb in ("submit", "status", "watch", "resume", "cancel")},
        "train list": Output(keys={"jobs": list[Job]}, left_out=("Job.events",)),
        "train run-model": Output(keys={"base_url": str, "models": list[str]}),
    }


def _library() -> dict[str, Output]:
    from advisor.share.store.records import Assessment, Entry, Imported, Revision, Saved

    return {
        "library list": Output(keys={"library": str, "assessments": list[Entry]}),
        "library show": Output(Assessment),
        "library save": Output(Saved),
        "library restore": Output(Saved),
        "library history": Output(keys={"id": str, "revisions": list[Revision]}),
        "library archive": Output(keys={"id": str, "archived": bool}),
        "library export": Output(keys={"file": str, "bytes": int}),
        "library import": Output(Imported),
    }


def schema_of(command: str, output: Output) -> dict[str, Any]:
    """Return the JSON schema of one output, in the draft of 2020-12."""
    nothing: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    found = _part(output.record) if output.record else nothing
    definitions = found.setdefault("$defs", {})
    for name, kind in {**output.keys, **output.sometimes}.items():
        part = _part(kind)
        definitions |= part.pop("$defs", {})
        found["properties"][name] = part
    found["required"] = sorted({*found.get("required", ()), *output.keys})
    for record, key in (one.split(".") for one in output.left_out):
        holder = definitions.get(record, found)
        holder["required"] = [name for name in holder["required"] if name != key]
    if not definitions:
        del found["$defs"]
    return {"$schema": DIALECT, **found, "title": f"advisor {command} --json", "additionalProperties": False}


def _part(kind: Any) -> dict[str, Any]:
    return TypeAdapter(kind).json_schema(mode="serialization", by_alias=True)


def file_name(command: str) -> str:
    """Return the name of a command's schema file."""
    return command.replace(" --", "-").replace(" ", "-") + ".json"
