"""From answers and a data file to a plan: what the shell, the app, Python and agents call, with the same defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from advisor.catalog import Catalog
from advisor.data.records import LONGEST_ROW
from advisor.errors import AdvisorError, did_you_mean
from advisor.scenario import Situation
from advisor.train.availability import require_open
from advisor.train.hyperparameters import LearningTask, SettingReason, recommend, task_of
from advisor.train.plan_figures import data_figures
from advisor.train.records import TrainingPlan, TrainingSpec
from advisor.train.size.estimate import find_architecture
from advisor.train.table import PlanInputs, entry, load_backend
from advisor.train.training_rows import TrainingRows, read_training_rows

SHORTEST_LENGTH = 512
"""Rows are seldom planned shorter: the next reader's rows may be longer than these."""
RENAMED = {"model": "base_model", "eval_data": "eval_path", "gpus": "n_gpus"}
"""Wishes that the doors call by another name than the spec."""
ASKED_BY_NAME = ("openai", "azure", "openai-compatible", "vertex", "bedrock")
"""Backends that tune the model that an assessment names."""


@dataclass(frozen=True, slots=True)
class PlannedTraining:
    """A plan, and why each setting that was left open has its value."""

    plan: TrainingPlan
    reasons: tuple[SettingReason, ...]


def plan_training(
    situation: Situation, data: Path, backend: str, catalog: Catalog, *, as_of: date, **wishes: Any
) -> PlannedTraining:
    """Plan a training run; reads the data once, writes and sends nothing.

    Args:
        situation: The answers; what they do not say is recommended from the data.
        data: Training rows of any known format.
        backend: A name from the table of backends.
        catalog: Prices, availability and models; an overlay in it holds everywhere.
        as_of: The day of the plan.
        wishes: Settings of `TrainingSpec` by name, or ``task``; None leaves one open.

    Raises:
        AdvisorError: A wish nobody knows, a closed backend, rows or a model that the backend does not take.
    """
    given = _known(wishes)
    entry(backend)
    require_open(catalog, backend, as_of)
    task = given.pop("task", None)
    base_model = given.pop("base_model", None) or _default_model(backend, situation.answers)
    draft = _spec({"backend": backend, "base_model": base_model, "train_path": data, "as_of": as_of, **given})
    inputs = read_inputs(draft, catalog)
    if "seq_len" not in given:
        draft = draft.model_copy(update={"seq_len": _length_for(inputs.rows)})
    advice = _advice(draft, inputs, task or task_of(situation.answers))
    spec = _spec({**draft.model_dump(), **{name: one for name, one in advice.items() if name not in given}})
    if "rank" in given and "alpha" not in given:
        spec = spec.model_copy(update={"alpha": 2 * spec.rank})
    plan = load_backend(backend).plan(spec, inputs)
    return PlannedTraining(plan, tuple(one for one in advice["reasons"] if one.setting not in given))


def plan_spec(spec: TrainingSpec, catalog: Catalog) -> TrainingPlan:
    """Plan exactly what a spec says, nothing recommended."""
    return load_backend(spec.backend).plan(spec, read_inputs(spec, catalog))


def read_inputs(spec: TrainingSpec, catalog: Catalog) -> PlanInputs:
    """Read the rows of a spec, each file once."""
    share = 0.0 if spec.eval_path else spec.eval_share
    rows = read_training_rows(spec.train_path, share=share, seed=spec.seed)
    held_out = read_training_rows(spec.eval_path, share=0.0, seed=spec.seed) if spec.eval_path else None
    return PlanInputs(catalog, rows, held_out)


def _known(wishes: Mapping[str, Any]) -> dict[str, Any]:
    allowed = {*TrainingSpec.model_fields, *RENAMED, "task"} - {"backend", "train_path", "as_of"}
    for name in wishes:
        if name not in allowed:
            raise AdvisorError(
                f"there is no setting '{name}'", place=name, remedy=did_you_mean(name, allowed)
            )
    return {RENAMED.get(name, name): value for name, value in wishes.items() if value is not None}


def _default_model(backend: str, answers: Mapping[str, Any]) -> str:
    usual = entry(backend).default_model
    if usual is not None:
        return usual
    named = answers.get("model")
    if isinstance(named, str) and backend in ASKED_BY_NAME:
        return named.rpartition(":")[2]
    raise AdvisorError(
        f"{backend} needs a base model", place="--model", remedy="Name one, for example --model qwen3-8b."
    )


def _length_for(rows: TrainingRows) -> int:
    """Return the least power of two that holds the longest row, up to the length that the audit assumes."""
    length = SHORTEST_LENGTH
    while length < min(rows.longest, LONGEST_ROW):
        length *= 2
    return length


def _advice(draft: TrainingSpec, inputs: PlanInputs, task: str) -> dict[str, Any]:
    data = data_figures(draft, inputs)
    try:
        architecture = find_architecture(inputs.catalog, model=draft.base_model, config=None)
    except AdvisorError:
        architecture = None
    work = LearningTask(task, data.train_rows, data.tokens.expected, draft.method, draft.objective)
    advice = recommend(inputs.catalog, architecture, work, draft.as_of)
    settings = advice.model_dump(exclude={"reasons", "warnings"})
    return {**settings, "reasons": advice.reasons}


def _spec(values: Mapping[str, Any]) -> TrainingSpec:
    fields = {name: value for name, value in values.items() if name in TrainingSpec.model_fields}
    try:
        return TrainingSpec.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise AdvisorError(
            f"'{values.get(name)}' is not possible for {name}: {first['msg'][:1].lower()}{first['msg'][1:]}",
            place="--" + name.replace("_", "-"),
            remedy="Give another value; see advisor plan --help.",
        ) from error
