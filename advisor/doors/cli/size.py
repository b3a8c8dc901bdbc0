"""`advisor size`: parameters, memory by parts, cards that are large enough, time and money of one training run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import typer
from rich.table import Table

from advisor.doors.cli.options import (
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    stdout,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("size")(size)


def size(
    context: typer.Context,
    model: Annotated[str | None, typer.Option(help="Model from rules/models, or a model folder.")] = None,
    config: Annotated[Path | None, typer.Option(help="Hugging Face config.json.")] = None,
    method: Annotated[str, typer.Option(help="Training method: lora, qlora, dora or full.")] = "lora",
    rank: Annotated[int, typer.Option(help="Rank of the adapters.")] = 16,
    targets: Annotated[
        str, typer.Option(help="Adapted modules: all-linear, attention, mlp, or names such as q,v.")
    ] = "all-linear",
    seq_len: Annotated[int, typer.Option(help="Sequence length in tokens.")] = 2048,
    micro_batch: Annotated[int, typer.Option(help="Rows per device and micro-batch.")] = 1,
    program: Annotated[
        str | None,
        typer.Option(
            help="Trainer: trl, axolotl, litgpt … Sets that trainer's defaults; docs/sizing.md lists them."
        ),
    ] = None,
    grad_accumulation: Annotated[int, typer.Option(help="Micro-batches per optimizer step.")] = 1,
    optimizer: Annotated[
        str,
        typer.Option(
            help="Optimizer: adamw (fused), adamw-foreach (torch's default), adamw-8bit, adafactor, sgd …"
        ),
    ] = "adamw",
    checkpointing: Annotated[bool, typer.Option(help="Recompute activations in the backward pass.")] = True,
    loss_kernel: Annotated[
        str, typer.Option(help="Loss: plain (fp32), native (16 bits), chunked, fused …")
    ] = "plain",
    attention: Annotated[
        str, typer.Option(help="Attention kernel. 'eager' also stores the score matrix.")
    ] = "flash",
    quant: Annotated[
        str, typer.Option(help="Quantisation of the base: none, nf4, nf4-double, int8 or gptq4.")
    ] = "none",
    quantised_experts: Annotated[
        bool | None,
        typer.Option(
            help="Whether stacked experts are quantised too (default: unknown, the range covers both)."
        ),
    ] = None,
    precision: Annotated[
        str,
        typer.Option(
            help="Precision: bf16, fp16 (no autocast, loss in 16 bits), mixed (fp32 masters) or fp32."
        ),
    ] = "bf16",
    dropout: Annotated[bool, typer.Option(help="Adapters use dropout.")] = False,
    full_rows: Annotated[
        bool, typer.Option(help="Every row has the full length. Without it, the length is only a limit.")
    ] = True,
    adapter_precision: Annotated[
        str, typer.Option(help="Precision of the adapters: fp32, as in PEFT, or bf16.")
    ] = "fp32",
    train_embeddings: Annotated[
        bool, typer.Option(help="Also train the embeddings and the output layer in full.")
    ] = False,
    fused_blocks: Annotated[
        bool, typer.Option(help="Norms and MLPs use compiled or hand-written kernels.")
    ] = False,
    optimizer_in_backward: Annotated[
        bool, typer.Option(help="Apply each gradient during the backward pass.")
    ] = False,
    offload_activations: Annotated[
        bool, typer.Option(help="Move activation checkpoints to host memory.")
    ] = False,
    sharding: Annotated[
        str, typer.Option(help="Sharding over GPUs: none, ddp, fsdp, zero2 or zero3.")
    ] = "none",
    gpus: Annotated[int, typer.Option(help="Number of GPUs.")] = 1,
    gpu: Annotated[
        str | None,
        typer.Option(
            help="GPU used for the time, cost and what-fits estimates (default: the cheapest that fits)."
        ),
    ] = None,
    reading: Annotated[
        str, typer.Option(help="Which memory to report: device, reserved or allocated.")
    ] = "device",
    tokens: Annotated[float, typer.Option(help="Training tokens in one epoch.")] = 1_000_000,
    epochs: Annotated[float, typer.Option(help="Epochs.")] = 3,
    packed: Annotated[
        bool, typer.Option(help="Rows are packed to full length. Changes the speed only.")
    ] = True,
    calibrate: Annotated[Path | None, typer.Option(help="File of runs measured on your own GPU.")] = None,
    serve: Annotated[
        int | None, typer.Option(help="Also size serving for this many concurrent requests.")
    ] = None,
    adapters: Annotated[int, typer.Option(help="Adapters served on one base; 0 means a merged model.")] = 0,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Show trainable parameters, memory, the hardware that fits, time and cost."""
    given = SimpleNamespace(**locals())
    given.typed = {name for name in context.params if _is_typed(context, name)}
    answer = _answer(given)
    if as_json:
        print_json(answer)
    else:
        _show(answer)


def _is_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT")


def _answer(given: SimpleNamespace) -> dict[str, Any]:
    from advisor.train.size.estimate import Question
    from advisor.train.size.sizing import Serve, size_run

    question = Question(
        day_of(given.as_of),
        given.gpu,
        train_tokens=given.tokens,
        epochs=given.epochs,
        packed=given.packed,
        measurements=given.calibrate,
    )
    sized = size_run(
        catalog_of(given.rules),
        question,
        _settings(given),
        model=given.model,
        config=given.config,
        serve=Serve(given.serve, given.adapters) if given.serve else None,
    )
    return sized.model_dump(mode="json")


SAME_NAMES = (
    *("method", "rank", "seq_len", "micro_batch", "optimizer", "checkpointing", "loss_kernel", "attention"),
    *(
        "precision",
        "adapter_precision",
        "train_embeddings",
        "optimizer_in_backward",
        "offload_activations",
        "sharding",
        "reading",
        "dropout",
        "full_rows",
        "quantised_experts",
    ),
)
"""Options that a run calls by the same name."""


def _settings(given: SimpleNamespace) -> dict[str, Any]:
    from advisor.train.size.programs import settings_of
    from advisor.train.size.sizing import OPTIONS

    of_program = {
        name: value
        for name, value in settings_of(given.program).items()
        if OPTIONS.get(name, name) not in given.typed
    }
    return {
        **{name: getattr(given, name) for name in SAME_NAMES},
        "targets": tuple(part.strip() for part in given.targets.split(",") if part.strip()),
        "accumulates": given.grad_accumulation > 1,
        "quantisation": given.quant,
        "block_kernel": "fused" if given.fused_blocks else "eager",
        "n_gpus": given.gpus,
        **of_program,
    }


def _show(answer: dict[str, Any]) -> None:
    console = stdout()
    memory = answer["memory_gib"]
    for doubt in answer["doubts"]:
        console.print(f"Rough: {doubt}")
    console.print(
        f"Trains {answer['trainable_parameters']:,} of {answer['total_parameters']:,} parameters "
        f"({answer['trainable_share']:.2%})."
    )
    console.print(
        f"Peak {memory['expected']:.1f} GiB ({memory['low']:.1f} to {memory['high']:.1f}), at: {memory['phase']}."
    )
    parts = Table("part", "GiB", box=None, pad_edge=False)
    for name, value in memory["parts"].items():
        parts.add_row(name.replace("_", " "), f"{value:.2f}")
    console.print(parts)
    cards = Table("card", "GiB", "fits", "USD/h", box=None, pad_edge=False)
    for fit in answer["fits"]:
        price = "no rent found" if fit["usd_per_hour"] is None else f"{fit['usd_per_hour']:.2f}"
        cards.add_row(fit["gpu"], f"{fit['memory_gib']:g}", f"{fit['probability']:.0%}", price)
    console.print(cards)
    for change in answer["changes_to_fit"]:
        console.print(
            f"To fit {change['gpu']}: {change['change']} ({change['option']}): {change['memory_gib']:.1f} GiB, "
            f"{change['probability']:.0%}; costs {change['costs']}."
        )
    _show_rest(answer)


def _show_rest(answer: dict[str, Any]) -> None:
    console = stdout()
    if answer["seconds"] is not None:
        usd = answer["usd"]
        money = f", {usd['expected']:.2f} USD ({usd['low']:.2f} to {usd['high']:.2f})" if usd else ""
        console.print(f"On {answer['gpu']}: {answer['seconds'] / 60:.0f} min with set-up{money}.")
    if answer["serving"]:
        served = answer["serving"]["memory_gib"]
        console.print(
            f"Serving {answer['serving']['requests']} requests of {answer['serving']['context_tokens']:,} tokens: "
            f"{served['expected']:.1f} GiB ({served['low']:.1f} to {served['high']:.1f})."
        )
    for line in answer["assumptions"]:
        console.print(f"- {line}")
