"""`advisor plan`: an assessment, a dataset, a model and a backend become a self-contained bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.options import (
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
    data: Annotated[Path, typer.Option("--data", help="Training rows of any known format.")],
    backend: Annotated[
        str, typer.Option(help="trl, axolotl, llamafactory, unsloth, together, openai …")
    ] = "trl",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for the bundle. Omit it to preview only.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Base model: of rules/models, a hub name, or a folder.")
    ] = None,
    eval_data: Annotated[
        Path | None,
        typer.Option("--eval", help="Held-out rows (default: a tenth of the data, whole groups of it)."),
    ] = None,
    method: Annotated[str | None, typer.Option(help="lora, qlora, dora or full (default: lora).")] = None,
    objective: Annotated[str | None, typer.Option(help="sft, dpo, kto or cpt (default: sft).")] = None,
    task: Annotated[
        str | None, typer.Option(help="style, standard, domain or major (default: from the answers).")
    ] = None,
    rank: Annotated[int | None, typer.Option(help="LoRA rank (default: recommended for the task).")] = None,
    targets: Annotated[
        str | None, typer.Option(help="all-linear, attention, mlp, or modules (default: all-linear).")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Peak learning rate (default: recommended for this task).")
    ] = None,
    epochs: Annotated[float | None, typer.Option(help="Passes over the rows (default: recommended).")] = None,
    seq_len: Annotated[
        int | None,
        typer.Option(help="Longest row in tokens (default: what the rows need, 4,096 at most)."),
    ] = None,
    micro_batch: Annotated[int | None, typer.Option(help="Rows on one device at once.")] = None,
    grad_accumulation: Annotated[int | None, typer.Option(help="Micro-batches in one step.")] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="adamw, adamw-8bit, paged-adamw-8bit … (default: adamw).")
    ] = None,
    gpu: Annotated[
        str | None,
        typer.Option(
            help="GPU used for the time, cost and memory estimates; omit it for CPU and hosted training."
        ),
    ] = None,
    gpus: Annotated[int | None, typer.Option(help="Devices that train together (default: 1).")] = None,
    system_prompt: Annotated[
        str | None, typer.Option(help="For rows that have none; kept for serving.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of split, order and initialisation (default: 42).")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="name=value for the backend; may be repeated.")
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
