"""`advisor size`: parameters, memory by parts, cards that are large enough, time and money of one training run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

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
from advisor.doors.cli.size_options import (
    AdapterPrecisionOption,
    AdaptersOption,
    AttentionOption,
    CalibrateOption,
    CheckpointingOption,
    ConfigOption,
    DropoutOption,
    EpochsOption,
    FullRowsOption,
    FusedBlocksOption,
    GpuOption,
    GpusOption,
    GradAccumulationOption,
    LossKernelOption,
    MethodOption,
    MicroBatchOption,
    ModelOption,
    OffloadActivationsOption,
    OptimizerInBackwardOption,
    OptimizerOption,
    PackedOption,
    PrecisionOption,
    ProgramOption,
    QuantisedExpertsOption,
    QuantOption,
    RankOption,
    ReadingOption,
    SeqLenOption,
    ServeOption,
    ShardingOption,
    TargetsOption,
    TokensOption,
    TrainEmbeddingsOption,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("size")(size)


def size(
    context: typer.Context,
    model: ModelOption = None,
    config: ConfigOption = None,
    method: MethodOption = "lora",
    rank: RankOption = 16,
    targets: TargetsOption = "all-linear",
    seq_len: SeqLenOption = 2048,
    micro_batch: MicroBatchOption = 1,
    program: ProgramOption = None,
    grad_accumulation: GradAccumulationOption = 1,
    optimizer: OptimizerOption = "adamw",
    checkpointing: CheckpointingOption = True,
    loss_kernel: LossKernelOption = "plain",
    attention: AttentionOption = "flash",
    quant: QuantOption = "none",
    quantised_experts: QuantisedExpertsOption = None,
    precision: PrecisionOption = "bf16",
    dropout: DropoutOption = False,
    full_rows: FullRowsOption = True,
    adapter_precision: AdapterPrecisionOption = "fp32",
    train_embeddings: TrainEmbeddingsOption = False,
    fused_blocks: FusedBlocksOption = False,
    optimizer_in_backward: OptimizerInBackwardOption = False,
    offload_activations: OffloadActivationsOption = False,
    sharding: ShardingOption = "none",
    gpus: GpusOption = 1,
    gpu: GpuOption = None,
    reading: ReadingOption = "device",
    tokens: TokensOption = 1_000_000,
    epochs: EpochsOption = 3,
    packed: PackedOption = True,
    calibrate: CalibrateOption = None,
    serve: ServeOption = None,
    adapters: AdaptersOption = 0,
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
        price = "no price found" if fit["usd_per_hour"] is None else f"{fit['usd_per_hour']:.2f}"
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
