"""`advisor plan`: an assessment, a dataset, a model and a backend become a self-contained bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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
from advisor.errors import AdvisorError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan)


def plan(
    file: AnswersArgument,
    data: Annotated[Path, typer.Option("--data", help="Training rows in any known format.")],
    backend: Annotated[
        str, typer.Option(help="Backend: trl, axolotl, llamafactory, unsloth, together, openai …")
    ] = "trl",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for the bundle. Omit it to preview only.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Base model: a name from rules/models, a hub name, or a folder.")
    ] = None,
    eval_data: Annotated[
        Path | None,
        typer.Option("--eval", help="Held-out rows (default: 10 % of the data, in whole groups)."),
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="Training method: lora, qlora, dora or full (default: lora).")
    ] = None,
    objective: Annotated[
        str | None, typer.Option(help="Objective: sft, dpo, kto or cpt (default: sft).")
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            help="How much is to be learned: style, standard, domain or major (default: from the answers)."
        ),
    ] = None,
    rank: Annotated[int | None, typer.Option(help="LoRA rank (default: recommended for the task).")] = None,
    targets: Annotated[
        str | None,
        typer.Option(help="Adapted modules: all-linear, attention, mlp, or names (default: all-linear)."),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Peak learning rate (default: recommended for this task).")
    ] = None,
    epochs: Annotated[float | None, typer.Option(help="Epochs (default: recommended).")] = None,
    seq_len: Annotated[
        int | None,
        typer.Option(help="Sequence length in tokens (default: what the rows need, at most 4,096)."),
    ] = None,
    micro_batch: Annotated[
        int | None, typer.Option(help="Rows per device and micro-batch (default: recommended).")
    ] = None,
    grad_accumulation: Annotated[
        int | None, typer.Option(help="Micro-batches per optimizer step (default: recommended).")
    ] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="Optimizer: adamw, adamw-8bit, paged-adamw-8bit … (default: adamw).")
    ] = None,
    gpu: Annotated[
        str | None,
        typer.Option(
            help="GPU used for the time, cost and memory estimates. Omit it for CPU and hosted training."
        ),
    ] = None,
    gpus: Annotated[int | None, typer.Option(help="Number of GPUs (default: 1).")] = None,
    system_prompt: Annotated[
        str | None, typer.Option(help="System prompt for rows that have none. Serving uses it too.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed for split, order and initialisation (default: 42).")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="Backend option as name=value; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Plan a training run: files, data recipients, time, memory and cost. Writes a bundle; starts nothing."""
    from advisor.train.planning import plan_training

    catalog = catalog_of(rules)
    made = plan_training(
        situation_of(file, catalog),
        data,
        backend,
        catalog,
        as_of=day_of(as_of),
        model=model,
        eval_data=eval_data,
        method=method,
        objective=objective,
        task=task,
        rank=rank,
        targets=tuple(part.strip() for part in targets.split(",") if part.strip()) if targets else None,
        learning_rate=learning_rate,
        epochs=epochs,
        seq_len=seq_len,
        micro_batch=micro_batch,
        gradient_accumulation=grad_accumulation,
        optimizer=optimizer,
        gpu=gpu,
        gpus=gpus,
        system_prompt=system_prompt,
        seed=seed,
        options=_options(option or []),
    )
    reasons = [reason.model_dump() for reason in made.reasons]
    written = _write(made.plan, out)
    if as_json:
        answer = made.plan.model_dump(mode="json", exclude={"files": {"__all__": {"text"}}})
        print_json({**answer, "sha256": made.plan.sha256, "bundle": written, "reasons": reasons})
    else:
        _show(made.plan, written, reasons)


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
