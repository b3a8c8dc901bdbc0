"""Compose a plan: what a backend adds, and what is the same for all of them."""

from __future__ import annotations

from math import sqrt

from advisor.train.availability import require_open
from advisor.train.base_model import check_chat
from advisor.train.contract import PlanInputs
from advisor.train.plan_checks import check_model, check_options, check_rows
from advisor.train.plan_figures import DataFigures, data_figures, hosted_figures, own_figures
from advisor.train.plan_parts import TRAIN_FILE, PlanParts
from advisor.train.plan_text import readme
from advisor.train.records import EvaluationPlan, PlannedFile, TrainingPlan, TrainingSpec
from advisor.train.staging import Part, stage_rows, stage_text
from advisor.train.table import entry
from advisor.train.training_rows import TrainingRows


def compose(spec: TrainingSpec, parts: PlanParts, given: PlanInputs) -> TrainingPlan:
    """Make the plan for ``spec`` from rows that were read and a catalog that was loaded; sends nothing."""
    warnings = require_open(given.catalog, spec.backend, spec.as_of)
    check_options(spec)
    warnings += check_model(spec, given.catalog)
    warnings += check_chat(spec, given.catalog) if entry(spec.backend).kind != "hosted" else ()
    warnings += (*parts.warnings, *check_rows(spec, parts, given))
    data = data_figures(spec, given)
    hosted = entry(spec.backend).kind == "hosted"
    figures = (hosted_figures if hosted else own_figures)(given.catalog, spec, data)
    texts = {**parts.files, **({parts.config_path: parts.config} if parts.config_path else {})}
    if parts.requirements:
        texts["requirements.txt"] = "".join(f"{line}\n" for line in parts.requirements)
    plan = TrainingPlan(
        spec=spec,
        backend=spec.backend,
        files=(
            *_data_files(spec, parts, given),
            *(stage_text(path, text) for path, text in sorted(texts.items())),
        ),
        config=parts.config,
        config_path=parts.config_path,
        commands=parts.commands,
        requirements=parts.requirements,
        train_rows=data.train_rows,
        train_tokens=data.tokens,
        cost=figures.cost,
        duration=figures.duration,
        memory=figures.memory,
        recipients=parts.recipients,
        evaluation=evaluation_plan(data.eval_rows),
        warnings=(*warnings, *figures.warnings, *_data_warnings(spec, data)),
        assumptions=figures.assumptions,
    )
    return plan.model_copy(update={"files": (*plan.files, stage_text("README.md", readme(plan)))})


def evaluation_plan(held_out_rows: int) -> EvaluationPlan:
    """Fix before training how the result will be judged.

    With n paired rows and no further knowledge a sign test at 5% sees a difference of about 2 / sqrt(n) of the
    rows that change sides.
    """
    smallest = min(1.0, 2 / sqrt(held_out_rows)) if held_out_rows else None
    return EvaluationPlan(
        held_out_rows=held_out_rows,
        arms=("base model with the same prompt", "base model with examples in the prompt", "tuned model"),
        measures=(
            "exact or schema match",
            "style features of the house",
            "judge with both orders",
            "refusals",
        ),
        accept_when="the tuned model is better than the best other arm by a paired test at 5%, and refuses no more",
        smallest_difference=smallest,
    )


def _data_files(spec: TrainingSpec, parts: PlanParts, given: PlanInputs) -> tuple[PlannedFile, ...]:
    shape = shape_for(spec, parts, given.rows)
    cut = given.eval_rows is None and bool(given.rows.held_out.any())
    sides: list[tuple[str, TrainingRows, Part]] = [(TRAIN_FILE, given.rows, "train" if cut else "all")]
    if cut:
        sides.append((parts.eval_file, given.rows, "eval"))
    elif given.eval_rows is not None:
        sides.append((parts.eval_file, given.eval_rows, "all"))
    files = [
        stage_rows(path, rows, spec, shape=shape, part=part, carries=parts.carries)
        for path, rows, part in sides
    ]
    if parts.sent_shape is not None:
        files += [
            stage_rows(sent_name(path), rows, spec, shape=parts.sent_shape, part=part, carries=parts.carries)
            for path, rows, part in sides
        ]
    return tuple(files)


def shape_for(spec: TrainingSpec, parts: PlanParts, rows: TrainingRows) -> str:
    """Return the shape of the data files: it follows from the objective and from what the rows are."""
    if spec.objective == "cpt":
        return "text"
    if spec.objective == "kto" and not rows.traits.pairs:
        return "unpaired"
    return parts.preference_shape if spec.objective in ("dpo", "kto") else parts.shape


def sent_name(path: str) -> str:
    """Return the name of the copy of a data file in the shape that a service reads."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/sent-{name}"


def _data_warnings(spec: TrainingSpec, data: DataFigures) -> tuple[str, ...]:
    said = []
    if data.cut_rows:
        said.append(f"{data.cut_rows} rows are longer than {spec.seq_len} tokens and lose their end.")
    if data.train_rows < 50:
        said.append(f"{data.train_rows} rows are few. Gains usually appear from 50 to 100 rows.")
    if data.eval_rows == 0:
        said.append("No rows are held out, so the result cannot be judged.")
    steps = steps_of(spec, data.train_rows)
    if steps < 30:
        said.append(f"{steps} optimizer steps are few. Lower the batch size or add epochs.")
    return tuple(said)


def steps_of(spec: TrainingSpec, rows: int) -> int:
    """Count the optimizer steps of the whole run."""
    batch = spec.micro_batch * spec.gradient_accumulation * spec.n_gpus
    return max(1, round(-(-rows // batch) * spec.epochs))
