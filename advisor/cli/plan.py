"""`advisor plan`: an assessment, a dataset, a model and a backend become a bundle that stands on its own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import typer
from pydantic import ValidationError

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

DEFAULT_MODELS = {"trl": "smollm2-135m", "ray": "smollm2-135m"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan)


def plan(
    file: AnswersArgument,
    data: Annotated[Path, typer.Option("--data", help="Training rows, JSON lines.")],
    backend: Annotated[
        str, typer.Option(help="trl, axolotl, llamafactory, unsloth, together, openai …")
    ] = "trl",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The folder to write; left out: only show.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Base model: of rules/models, a hub name, or a folder.")
    ] = None,
    eval_data: Annotated[
        Path | None, typer.Option("--eval", help="Held-out rows; else some are cut off.")
    ] = None,
    method: Annotated[str, typer.Option(help="lora, qlora, dora or full.")] = "lora",
    objective: Annotated[str, typer.Option(help="sft, dpo, kto or cpt; what the backend does.")] = "sft",
    task: Annotated[
        str | None, typer.Option(help="style, standard, domain or major; else from the answers.")
    ] = None,
    rank: Annotated[int | None, typer.Option(help="LoRA rank; else recommended.")] = None,
    targets: Annotated[str, typer.Option(help="all-linear, attention, mlp, or modules.")] = "all-linear",
    learning_rate: Annotated[float | None, typer.Option(help="Peak rate; else recommended.")] = None,
    epochs: Annotated[float | None, typer.Option(help="Passes; else recommended.")] = None,
    seq_len: Annotated[int, typer.Option(help="Longest row in tokens.")] = 2048,
    micro_batch: Annotated[int | None, typer.Option(help="Rows on one device at once.")] = None,
    grad_accumulation: Annotated[int | None, typer.Option(help="Micro-batches in one step.")] = None,
    optimizer: Annotated[str, typer.Option(help="adamw, adamw-8bit, paged-adamw-8bit …")] = "adamw",
    gpu: Annotated[str | None, typer.Option(help="The card; left out for CPU and hosted training.")] = None,
    gpus: Annotated[int, typer.Option(help="Devices that train together.")] = 1,
    system_prompt: Annotated[
        str | None, typer.Option(help="For rows that have none; kept for serving.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of split, order and initialisation.")] = 42,
    option: Annotated[
        list[str] | None, typer.Option(help="name=value for the backend; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Say what training would write, send, take and cost, and write the bundle; nothing is started."""
    made, advice = _planned(SimpleNamespace(**locals()))
    written = _write(made, out)
    if as_json:
        answer = made.model_dump(mode="json", exclude={"files": {"__all__": {"text"}}})
        print_json({**answer, "sha256": made.sha256, "bundle": written, "reasons": advice})
    else:
        _show(made, written, advice)


SAME_NAMES = (
    *("backend", "method", "objective", "rank", "learning_rate", "epochs", "seq_len", "micro_batch"),
    *("optimizer", "gpu", "system_prompt", "seed"),
)
"""Options that a spec calls by the same name."""


def _planned(given: SimpleNamespace) -> tuple[Any, list[dict[str, Any]]]:
    from advisor.train.backends import entry, load_backend
    from advisor.train.backends.availability import require_open

    catalog, day = catalog_of(given.rules), day_of(given.as_of)
    entry(given.backend)
    require_open(given.backend, day)
    answers = situation_of(given.file, catalog).answers
    values = {
        **{name: getattr(given, name) for name in SAME_NAMES},
        "base_model": given.model or _default_model(given.backend, answers),
        "train_path": given.data,
        "eval_path": given.eval_data,
        "targets": tuple(part.strip() for part in given.targets.split(",") if part.strip()),
        "gradient_accumulation": given.grad_accumulation,
        "n_gpus": given.gpus,
        "options": _options(given.option or []),
        "as_of": day,
    }
    spec, advice = _filled(catalog, values, given.task, answers)
    return load_backend(given.backend).plan(spec), advice


def _default_model(backend: str, answers: dict[str, Any]) -> str:
    if backend in DEFAULT_MODELS:
        return DEFAULT_MODELS[backend]
    named = answers.get("model")
    if isinstance(named, str) and backend in ("openai", "azure", "openai-compatible", "vertex", "bedrock"):
        return named.rpartition(":")[2]
    raise AdvisorError(
        f"{backend} needs a base model", place="--model", remedy="Name one, for example --model qwen3-8b."
    )


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


def _filled(
    catalog: Any, given: dict[str, Any], task: str | None, answers: dict[str, Any]
) -> tuple[Any, list[dict[str, Any]]]:
    """Fill what was left open with what is recommended for the task and the data."""
    from advisor.train.hyperparameters import Work, recommend, task_of
    from advisor.train.plan_figures import data_figures
    from advisor.train.size.estimate import find_architecture

    draft = _spec({name: value for name, value in given.items() if value is not None})
    data = data_figures(draft)
    try:
        architecture = find_architecture(catalog, model=draft.base_model, config=None)
    except AdvisorError:
        architecture = None
    kind = task or task_of(answers)
    work = Work(kind, data.train_rows, data.tokens.expected, draft.method, draft.objective)
    advice = recommend(catalog, architecture, work, draft.as_of)
    recommended = advice.model_dump(exclude={"reasons", "warnings", "targets"})
    chosen = {**recommended, **{name: value for name, value in given.items() if value is not None}}
    if given["rank"] is not None:
        chosen["alpha"] = 2 * given["rank"]
    kept = [reason.model_dump() for reason in advice.reasons if given.get(reason.setting) is None]
    return _spec(chosen), kept


def _spec(values: dict[str, Any]) -> Any:
    from advisor.train.records import TrainingSpec

    try:
        return TrainingSpec.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise AdvisorError(
            f"'{values.get(name)}' is not possible for {name}: {first['msg'][:1].lower()}{first['msg'][1:]}",
            place="--" + name.replace("_", "-"),
            remedy="Give another value; see advisor plan --help.",
        ) from error


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
