"""What was given as files: rows, labels, prompts, losses and a sheet of facts become the material of a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, Final

import polars as pl

from advisor.catalog.parsing import parse_record
from advisor.catalog.strict_yaml import read_bounded_text, read_yaml
from advisor.data.rows.sources import Broken, chunks, open_source, parse
from advisor.diagnose.material import Material, frame_of, read_frame, with_labels
from advisor.diagnose.production.reading import read_production
from advisor.diagnose.records import Facts, Loss, Record
from advisor.errors import AdvisorError
from advisor.train.curves import JobCurves, curves_of
from advisor.train.jobs import JobStore

LARGEST_SHEET = 1 << 20
_LOSSES: Final[Mapping[str, tuple[str, ...]]] = {
    "held_out": ("held_out", "eval_loss", "val_loss", "validation_loss", "valid_loss", "test_loss"),
    "training": ("training", "loss", "train_loss", "training_loss"),
}


class Given(Record):
    """The files of a diagnosis; null where one is not given."""

    training: Path | None = None
    """File of training rows; null if not given."""
    evaluation: Path | None = None
    """File of evaluation rows; null if not given."""
    production: Path | None = None
    """File of production samples; null if not given."""
    labels: Path | None = None
    """Complaints: rows with ``row`` and ``label``."""
    training_system: Path | None = None
    """Text file with training's system prompt."""
    serving_system: Path | None = None
    """Text file with serving's system prompt."""
    curves: Path | None = None
    """Losses: rows with ``step`` and ``loss``, ``eval_loss``, or a trainer's state file."""
    job: str | None = None
    """A training job of this project, by id; its losses and its system prompt are read."""
    facts: Path | None = None
    """A JSON or YAML sheet with the fields of `Facts`."""


def material_of(given: Given) -> Material:
    """Read all files.

    Raises:
        AdvisorError: A file cannot be read, a label is none, or a fact is unknown.
    """
    production = frame_of([] if given.production is None else read_production(given.production).rows)
    if given.labels is not None:
        production = with_labels(production, read_labels(given.labels))
    return Material(
        training=_rows(given.training),
        evaluation=_rows(given.evaluation),
        production=production,
        facts=_facts(given),
    )


def read_labels(path: Path) -> dict[int, str]:
    """Read complaints by row number from rows with ``row`` and ``label`` (or ``complaint``)."""
    labels = {}
    for at, value in _objects(path):
        row, said = value.get("row"), value.get("label", value.get("complaint"))
        if said in (None, ""):
            continue
        if not str(row).isdecimal():
            raise AdvisorError(
                "the row number is missing", place=f"{path}:{at}", remedy="Write row and label."
            )
        labels[int(str(row))] = str(said)
    return labels


def read_losses(path: Path) -> tuple[Loss, ...]:
    """Read losses by step from rows, or from the state file that transformers' trainer writes."""
    values = [value for _, value in _objects(path)]
    if len(values) == 1 and isinstance(values[0].get("log_history"), list):
        values = [one for one in values[0]["log_history"] if isinstance(one, dict)]
    points: dict[int, dict[str, float]] = {}
    for at, value in enumerate(values, 1):
        place = f"{path}:{at}"
        step = _number(value, ("step",), place)
        found = {name: _number(value, names, place) for name, names in _LOSSES.items()}
        points.setdefault(at if step is None else int(step), {}).update(
            {name: one for name, one in found.items() if one is not None}
        )
    if not any(points.values()):
        raise AdvisorError(
            "no losses in this file", place=str(path), remedy="Write step, loss and eval_loss in each row."
        )
    return tuple(Loss(step=step, **one) for step, one in sorted(points.items()) if one)


def losses_of(curves: JobCurves) -> tuple[Loss, ...]:
    """Return the losses of a job by step."""
    training, held_out = dict(curves.loss), dict(curves.eval_loss)
    steps = sorted({*training, *held_out})
    return tuple(Loss(step=one, training=training.get(one), held_out=held_out.get(one)) for one in steps)


def _facts(given: Given) -> Facts:
    facts = read_facts(given.facts) if given.facts is not None else Facts()
    update: dict[str, Any] = {}
    prompts = {"training": _text(given.training_system), "serving": _text(given.serving_system)}
    if given.job is not None:
        store = JobStore()
        job = store.load(given.job)
        update["losses"] = losses_of(curves_of(store, job))
        prompts["training"] = prompts["training"] or store.plan(job.id).spec.system_prompt
    if given.curves is not None:
        update["losses"] = read_losses(given.curves)
    said = {name: one for name, one in prompts.items() if one is not None}
    return facts.model_copy(update=update | {"prompts": facts.prompts.model_copy(update=said)})


def read_facts(path: Path) -> Facts:
    """Read a sheet of facts, JSON or YAML.

    Raises:
        AdvisorError: It cannot be read, or names what is no fact; the line is named.
    """
    sheet = read_yaml(path, max_bytes=LARGEST_SHEET)
    return Facts() if sheet.value is None else parse_record(Facts, sheet)


def _rows(path: Path | None) -> pl.DataFrame:
    return frame_of([]) if path is None else read_frame(path)


def _text(path: Path | None) -> str | None:
    return None if path is None else read_bounded_text(path, max_bytes=LARGEST_SHEET).strip()


def _objects(path: Path) -> list[tuple[int, Mapping[str, Any]]]:
    found: list[tuple[int, Mapping[str, Any]]] = []
    for chunk in chunks(open_source(path)):
        for at, value in parse(chunk):
            if isinstance(value, Broken) or not isinstance(value, dict):
                reason = value.reason if isinstance(value, Broken) else "it is not an object"
                raise AdvisorError(
                    f"this row cannot be read ({reason})",
                    place=f"{path}:{at}",
                    remedy="Write one object a line.",
                )
            found.append((at, value))
    return found


def _number(value: Mapping[str, Any], names: tuple[str, ...], place: str) -> float | None:
    said = next((value[name] for name in names if value.get(name) not in (None, "")), None)
    try:
        number = None if said is None else float(str(said))
    except ValueError as error:
        raise AdvisorError(
            f"'{str(said)[:60]}' is not a loss", place=place, remedy="Write a number."
        ) from error
    return number if number is None or isfinite(number) else None
