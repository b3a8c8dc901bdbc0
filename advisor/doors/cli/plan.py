"""`advisor plan`: an assessment, a dataset, a model and a backend become a self-contained bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from advisor.doors.cli.options import (
    AnswersArgument,
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    situation_of,
    stdout,
)
from advisor.doors.cli.plan_options import (
    BackendOption,
    DataOption,
    EpochsOption,
    EvalDataOption,
    GpuOption,
    GpusOption,
    GradAccumulationOption,
    LearningRateOption,
    MethodOption,
    MicroBatchOption,
    ModelOption,
    ObjectiveOption,
    OptimizerOption,
    OptionOption,
    OutOption,
    RankOption,
    SeedOption,
    SeqLenOption,
    SystemPromptOption,
    TargetsOption,
    TaskOption,
)
from advisor.errors import AdvisorError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan)


def plan(
    file: AnswersArgument,
    data: DataOption,
    backend: BackendOption = "trl",
    out: OutOption = None,
    model: ModelOption = None,
    eval_data: EvalDataOption = None,
    method: MethodOption = None,
    objective: ObjectiveOption = None,
    task: TaskOption = None,
    rank: RankOption = None,
    targets: TargetsOption = None,
    learning_rate: LearningRateOption = None,
    epochs: EpochsOption = None,
    seq_len: SeqLenOption = None,
    micro_batch: MicroBatchOption = None,
    grad_accumulation: GradAccumulationOption = None,
    optimizer: OptimizerOption = None,
    gpu: GpuOption = None,
    gpus: GpusOption = None,
    system_prompt: SystemPromptOption = None,
    seed: SeedOption = None,
    option: OptionOption = None,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Plan a training run: files, data recipients, time, memory and cost. Writes a bundle; starts nothing."""
    from advisor.train.planning import plan_training

    wishes = _wishes(locals())
    catalog = catalog_of(rules)
    made = plan_training(situation_of(file, catalog), data, backend, catalog, as_of=day_of(as_of), **wishes)
    reasons = [reason.model_dump() for reason in made.reasons]
    written = _write(made.plan, out)
    if as_json:
        answer = made.plan.model_dump(mode="json", exclude={"files": {"__all__": {"text"}}})
        print_json({**answer, "sha256": made.plan.sha256, "bundle": written, "reasons": reasons})
    else:
        _show(made.plan, written, reasons)


SAME_NAMES = (
    *("model", "eval_data", "method", "objective", "task", "rank", "learning_rate", "epochs", "seq_len"),
    *("micro_batch", "optimizer", "gpu", "gpus", "system_prompt", "seed"),
)
"""Options that a plan calls by the same name."""


def _wishes(given: Mapping[str, Any]) -> dict[str, Any]:
    targets = given["targets"]
    return {
        **{name: given[name] for name in SAME_NAMES},
        "targets": tuple(part.strip() for part in targets.split(",") if part.strip()) if targets else None,
        "gradient_accumulation": given["grad_accumulation"],
        "options": _options(given["option"] or []),
    }


def _options(pairs: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise AdvisorError(
                f"'{pair}' is not an option", place="--option", remedy="Write it as name=value."
            )
        found[name] = _value(value)
    return found


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _write(made: Any, out: Path | None) -> str | None:
    if out is None:
        return None
    from advisor.train.bundle import write_bundle

    return str(write_bundle(made, out))


def _show(made: Any, written: str | None, advice: list[dict[str, Any]]) -> None:
    from advisor.train.plan_text import readme

    console = stdout()
    console.print(readme(made), markup=False)
    for reason in advice:
        console.print(
            f"- {reason['setting']}: {reason['because']} ({', '.join(reason['sources'])})", markup=False
        )
    console.print(
        f"\nWritten to {written}" if written else "\nNothing was written; add -o FOLDER.", markup=False
    )
