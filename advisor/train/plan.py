"""Compose a plan: what a backend adds, and what is the same for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train.backends import entry
from advisor.train.backends.availability import require_open
from advisor.train.bundle import file_digest
from advisor.train.bundle_rows import is_preference, is_text, read_rows
from advisor.train.plan_figures import DataFigures, data_figures, hosted_figures, own_figures
from advisor.train.plan_text import readme
from advisor.train.records import EvaluationPlan, PlannedFile, Recipient, Span, TrainingPlan, TrainingSpec

TRAIN_FILE = "data/train.jsonl"
EVAL_FILE = "data/eval.jsonl"


@dataclass(frozen=True, slots=True)
class PlanParts:
    """What one backend adds to a plan."""

    config: str = ""
    """The main configuration, as text."""
    config_path: str = ""
    """Where it stands in the bundle."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Further text files by path; a path ending in `.sh` is made executable."""
    commands: tuple[str, ...] = ()
    """What a person types in the bundle."""
    requirements: tuple[str, ...] = ()
    """Exact pins."""
    recipients: tuple[Recipient, ...] = ()
    """Who receives the data."""
    shape: str = "messages"
    """The row shape the backend reads."""
    preference_shape: str = "preference"
    """The same for preference pairs."""
    warnings: tuple[str, ...] = ()
    """What the reader should know first."""
    eval_file: str = EVAL_FILE
    """Where the backend looks for held-out rows."""
    sent_shape: str | None = None
    """The shape of copies that are sent in place of the files above; they stand beside them as `sent-…`."""


def compose(spec: TrainingSpec, parts: PlanParts) -> TrainingPlan:
    """Make the plan for ``spec``; reads the data and the catalog, writes and sends nothing."""
    warnings = (*require_open(spec.backend, spec.as_of), *parts.warnings)
    _check_objective(spec)
    data = data_figures(spec)
    catalog = load_catalog()
    hosted = entry(spec.backend).kind == "hosted"
    figures = hosted_figures(catalog, spec, data) if hosted else own_figures(catalog, spec, data)
    texts = {**parts.files, **({parts.config_path: parts.config} if parts.config_path else {})}
    if parts.requirements:
        texts["requirements.txt"] = "".join(f"{line}\n" for line in parts.requirements)
    plan = TrainingPlan(
        spec=spec,
        backend=spec.backend,
        files=(
            *_data_files(spec, parts, data),
            *(_text_file(path, text) for path, text in sorted(texts.items())),
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
    return plan.model_copy(update={"files": (*plan.files, _text_file("README.md", readme(plan)))})


def evaluation_plan(held_out_rows: int) -> EvaluationPlan:
    """Fix before training how the result will be judged.

    With n paired rows and no further knowledge a sign test at 5 % sees a difference of about 2 / sqrt(n) of the
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
        accept_when="the tuned model is better than the best other arm by a paired test at 5 %, and refuses no more",
        smallest_difference=smallest,
    )


def _check_objective(spec: TrainingSpec) -> None:
    first = next(iter(read_rows(spec.train_path)), {})
    pairs = is_preference(first)
    if (spec.objective == "cpt") != is_text(first):
        raise AdvisorError(
            "'cpt' needs rows of plain text" if spec.objective == "cpt" else "these are rows of plain text",
            place=str(spec.train_path),
            remedy="Plain text is {\"text\": …} with --objective cpt; conversations have 'messages'.",
        )
    if spec.objective in ("dpo", "kto") and not pairs:
        raise AdvisorError(
            f"'{spec.objective}' needs a better and a worse answer for each prompt",
            place=str(spec.train_path),
            remedy="Give rows with 'prompt', 'chosen' and 'rejected', or use --objective sft.",
        )
    if spec.objective == "sft" and pairs:
        raise AdvisorError(
            "these are preference pairs", place=str(spec.train_path), remedy="Use --objective dpo."
        )


def _data_files(spec: TrainingSpec, parts: PlanParts, data: DataFigures) -> tuple[PlannedFile, ...]:
    shapes = {"dpo": parts.preference_shape, "kto": parts.preference_shape, "cpt": "text"}
    shape = shapes.get(spec.objective, parts.shape)
    cut = spec.eval_path is None and data.eval_rows > 0
    sides = [(TRAIN_FILE, spec.train_path, "train" if cut else "all")]
    if cut:
        sides.append((parts.eval_file, spec.train_path, "eval"))
    elif spec.eval_path is not None:
        sides.append((parts.eval_file, spec.eval_path, "all"))
    files = [_data_file(path, source, shape, spec, part=part) for path, source, part in sides]
    if parts.sent_shape is not None:
        files += [
            _data_file(sent_name(path), source, parts.sent_shape, spec, part=part)
            for path, source, part in sides
        ]
    return tuple(files)


def sent_name(path: str) -> str:
    """Name the copy of a data file in the shape that a service reads."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/sent-{name}"


def _data_file(path: str, source: Path, shape: str, spec: TrainingSpec, *, part: str) -> PlannedFile:
    draft = PlannedFile.model_validate(
        {
            "path": path,
            "copy_of": source.expanduser().absolute(),
            "shape": shape,
            "part": part,
            "eval_share": spec.eval_share if part != "all" else 0,
            "seed": spec.seed,
            "system_prompt": spec.system_prompt,
            "sha256": "",
            "size_bytes": 0,
        }
    )
    digest, size, _ = file_digest(draft)
    return draft.model_copy(update={"sha256": digest, "size_bytes": size})


def _text_file(path: str, text: str) -> PlannedFile:
    draft = PlannedFile(path=path, text=text, sha256="", size_bytes=0, executable=path.endswith(".sh"))
    digest, size, _ = file_digest(draft)
    return draft.model_copy(update={"sha256": digest, "size_bytes": size})


def _data_warnings(spec: TrainingSpec, data: DataFigures) -> tuple[str, ...]:
    said = []
    if data.cut_rows:
        said.append(f"{data.cut_rows} rows are longer than {spec.seq_len} tokens and lose their end.")
    if data.train_rows < 50:
        said.append(f"{data.train_rows} rows are few; gains are usually seen from 50 to 100 on.")
    if data.eval_rows == 0:
        said.append("No rows are held out, so the result cannot be judged.")
    steps = steps_of(spec, data.train_rows)
    if steps < 30:
        said.append(f"{steps} optimizer steps are few; lower the batch or add epochs.")
    return tuple(said)


def steps_of(spec: TrainingSpec, rows: int) -> int:
    """Count the optimizer steps of the whole run."""
    batch = spec.micro_batch * spec.gradient_accumulation * spec.n_gpus
    return max(1, round(-(-rows // batch) * spec.epochs))


def local_recipient(where: str) -> Recipient:
    """Say that the data stays with whoever runs the bundle."""
    return Recipient(name="whoever runs the bundle", receives="all training and evaluation rows", where=where)


def no_cost() -> Span:
    """Give the cost of what nobody bills."""
    return Span(low=0, expected=0, high=0, unit="usd")
