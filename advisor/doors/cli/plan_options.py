"""What `advisor plan` can be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[Path, typer.Option("--data", help="Training rows in any known format.")]
BackendOption = Annotated[
    str, typer.Option(help="Backend: trl, axolotl, llamafactory, unsloth, together, openai …")
]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--out", help="Folder for the bundle. Omit it to preview only.")
]
ModelOption = Annotated[
    str | None, typer.Option(help="Base model: a name from rules/models, a hub name, or a folder.")
]
EvalDataOption = Annotated[
    Path | None,
    typer.Option("--eval", help="Held-out rows (default: 10% of the data, in whole groups)."),
]
MethodOption = Annotated[
    str | None, typer.Option(help="Training method: lora, qlora, dora or full (default: lora).")
]
ObjectiveOption = Annotated[str | None, typer.Option(help="Objective: sft, dpo, kto or cpt (default: sft).")]
TaskOption = Annotated[
    str | None,
    typer.Option(
        help="How much the model must learn, from least to most: style, standard, domain or major (default: from the answers)."
    ),
]
RankOption = Annotated[int | None, typer.Option(help="LoRA rank (default: recommended for the task).")]
TargetsOption = Annotated[
    str | None,
    typer.Option(help="Adapted modules: all-linear, attention, mlp, or names (default: all-linear)."),
]
LearningRateOption = Annotated[
    float | None, typer.Option(help="Peak learning rate (default: recommended for this task).")
]
EpochsOption = Annotated[float | None, typer.Option(help="Epochs (default: recommended).")]
SeqLenOption = Annotated[
    int | None,
    typer.Option(help="Sequence length in tokens (default: what the rows need, at most 4,096)."),
]
MicroBatchOption = Annotated[
    int | None, typer.Option(help="Rows per device and micro-batch (default: recommended).")
]
GradAccumulationOption = Annotated[
    int | None, typer.Option(help="Micro-batches per optimizer step (default: recommended).")
]
OptimizerOption = Annotated[
    str | None, typer.Option(help="Optimizer: adamw, adamw-8bit, paged-adamw-8bit … (default: adamw).")
]
GpuOption = Annotated[
    str | None,
    typer.Option(
        help="GPU used for the time, cost and memory estimates. Omit it for CPU and hosted training."
    ),
]
GpusOption = Annotated[int | None, typer.Option(help="Number of GPUs (default: 1).")]
SystemPromptOption = Annotated[
    str | None, typer.Option(help="System prompt for rows that have none. Serving uses it too.")
]
SeedOption = Annotated[
    int | None, typer.Option(help="Seed for split, order and initialisation (default: 42).")
]
OptionOption = Annotated[
    list[str] | None, typer.Option(help="Backend option as name=value; may be repeated.")
]
