"""What `advisor size` can be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ModelOption = Annotated[str | None, typer.Option(help="Model from rules/models, or a model folder.")]
ConfigOption = Annotated[Path | None, typer.Option(help="Hugging Face config.json.")]
MethodOption = Annotated[str, typer.Option(help="Training method: lora, qlora, dora or full.")]
RankOption = Annotated[int, typer.Option(help="Rank of the adapters.")]
TargetsOption = Annotated[
    str, typer.Option(help="Adapted modules: all-linear, attention, mlp, or names such as q,v.")
]
SeqLenOption = Annotated[int, typer.Option(help="Sequence length in tokens.")]
MicroBatchOption = Annotated[int, typer.Option(help="Rows per device and micro-batch.")]
ProgramOption = Annotated[
    str | None,
    typer.Option(
        help="Trainer: trl, axolotl, litgpt … Sets that trainer's defaults; docs/sizing.md lists them."
    ),
]
GradAccumulationOption = Annotated[int, typer.Option(help="Micro-batches per optimizer step.")]
OptimizerOption = Annotated[
    str,
    typer.Option(
        help="Optimizer: adamw (fused), adamw-foreach (torch's default), adamw-8bit, adafactor, sgd …"
    ),
]
CheckpointingOption = Annotated[bool, typer.Option(help="Recompute activations in the backward pass.")]
LossKernelOption = Annotated[str, typer.Option(help="Loss: plain (fp32), native (16 bits), chunked, fused …")]
AttentionOption = Annotated[str, typer.Option(help="Attention kernel. 'eager' also stores the score matrix.")]
QuantOption = Annotated[
    str, typer.Option(help="Quantisation of the base: none, nf4, nf4-double, int8 or gptq4.")
]
QuantisedExpertsOption = Annotated[
    bool | None,
    typer.Option(help="Whether stacked experts are quantised too (default: unknown, the range covers both)."),
]
PrecisionOption = Annotated[
    str,
    typer.Option(help="Precision: bf16, fp16 (no autocast, loss in 16 bits), mixed (fp32 masters) or fp32."),
]
DropoutOption = Annotated[bool, typer.Option(help="Assume the adapters use dropout.")]
FullRowsOption = Annotated[
    bool,
    typer.Option(
        help="Assume every row has the full length. With --no-full-rows, the length is only an upper limit."
    ),
]
AdapterPrecisionOption = Annotated[
    str, typer.Option(help="Precision of the adapters: fp32, as in PEFT, or bf16.")
]
TrainEmbeddingsOption = Annotated[
    bool, typer.Option(help="Also train the embeddings and the output layer in full.")
]
FusedBlocksOption = Annotated[
    bool, typer.Option(help="Assume norms and MLPs use compiled or hand-written kernels.")
]
OptimizerInBackwardOption = Annotated[
    bool, typer.Option(help="Apply each gradient during the backward pass.")
]
OffloadActivationsOption = Annotated[bool, typer.Option(help="Move activation checkpoints to host memory.")]
ShardingOption = Annotated[str, typer.Option(help="Sharding over GPUs: none, ddp, fsdp, zero2 or zero3.")]
GpusOption = Annotated[int, typer.Option(help="Number of GPUs.")]
GpuOption = Annotated[
    str | None,
    typer.Option(
        help="GPU used for the time, cost and what-fits estimates (default: the cheapest that fits)."
    ),
]
ReadingOption = Annotated[str, typer.Option(help="Which memory to report: device, reserved or allocated.")]
TokensOption = Annotated[float, typer.Option(help="Training tokens in one epoch.")]
EpochsOption = Annotated[float, typer.Option(help="Epochs.")]
PackedOption = Annotated[
    bool,
    typer.Option(
        help="Assume rows are packed to the full length. Affects the time and cost estimates, not the memory."
    ),
]
CalibrateOption = Annotated[Path | None, typer.Option(help="File of runs measured on your own GPU.")]
ServeOption = Annotated[
    int | None, typer.Option(help="Also estimate the memory needed to serve this many concurrent requests.")
]
AdaptersOption = Annotated[
    int, typer.Option(help="Number of adapters served on one base model; 0 means a merged model.")
]
