"""The settings of one training run that decide its memory."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from advisor.catalog.records import Record
from advisor.train.records import Method

Quantisation = Literal["none", "nf4", "nf4-double", "int8", "gptq4"]
Precision = Literal["bf16", "fp16", "fp32", "mixed"]
LossKernel = Literal["plain", "native", "upcast-chunked", "chunked", "fused"]
Attention = Literal["flash", "eager"]
BlockKernel = Literal["eager", "fused"]
Optimizer = Literal[
    "adamw", "adamw-foreach", "adamw-8bit", "paged-adamw", "paged-adamw-8bit", "adafactor", "lion-8bit", "sgd"
]
Sharding = Literal["none", "ddp", "fsdp", "zero2", "zero3"]
Reading = Literal["allocated", "reserved", "device"]


class Run(Record):
    """One training run, as far as memory depends on it."""

    method: Method = "lora"
    """Which weights train."""
    rank: int = Field(default=16, ge=1, le=4096)
    """Rank of the adapters."""
    targets: tuple[str, ...] = ("all-linear",)
    """Modules that get an adapter."""
    train_embeddings: bool = False
    """Token table and output matrix are trained whole beside the adapters."""
    quantisation: Quantisation = "none"
    """How the frozen linear layers are held."""
    precision: Precision = "bf16"
    """`bf16` holds everything trained in bf16, `mixed` holds it in fp32 and computes in bf16; `fp16` is a run
    without autocast, as DeepSpeed's is, whose loss stays in 16 bits."""
    seq_len: int = Field(default=2048, ge=1, le=10_000_000)
    """Tokens of one row, all of them filled."""
    micro_batch: int = Field(default=1, ge=1, le=65_536)
    """Rows on one device at once."""
    accumulates: bool = False
    """Several micro-batches make one step, so gradients of earlier ones are there while the next one runs."""
    optimizer: Optimizer = "adamw"
    """What keeps state per trained parameter."""
    checkpointing: bool = True
    """Activations are recomputed in the backward pass."""
    loss_kernel: LossKernel = "plain"
    """`plain` turns all logits to fp32, `native` computes in their own type, `upcast-chunked` holds all logits
    and turns an eighth at a time to fp32, `chunked` makes an eighth of the logits at a time, `fused` next to none."""
    attention: Attention = "flash"
    """Whether the score matrix is held; `flash` stands for every kernel that does not hold it."""
    block_kernel: BlockKernel = "eager"
    """`fused` stands for compiled or hand-written norms and MLPs that keep no copies in between."""
    optimizer_in_backward: bool = False
    """Each gradient is used up and freed as soon as it is there."""
    offload_activations: bool = False
    """Checkpoints are moved to the host."""
    adapter_precision: Literal["fp32", "bf16"] = "fp32"
    """In what the adapters and their gradients are held."""
    fused_qkv: bool = False
    """The program computes queries, keys and values in one product whatever the model's own layout, and so
    keeps the whole result alive through its values."""
    fp32_embeddings: bool | None = None
    """Unquantised weights beside quantised ones are held in fp32, as PEFT's k-bit preparation does; unless said
    otherwise this is so for GPTQ, which trains by that path only."""
    dropout: bool = False
    """Adapters drop inputs, which keeps one more copy for each module."""
    old_bitsandbytes: bool = False
    """Versions before 0.43 hold the inputs of 4-bit products until the loss is gone; later ones do not."""
    old_torch: bool = False
    """Versions before 2.1 step by foreach with two passing copies of what trains instead of one."""
    holds_last_step: bool = False
    """The program keeps the last step's logits and loss until the next step has its own."""
    embedding_gradient: bool = False
    """The token table gets a gradient although it is not trained."""
    quantised_head: bool = False
    """The output matrix is quantised like the blocks."""
    quantised_experts: bool | None = None
    """Whether stacked experts are quantised too. Transformers leaves them in 16 bits, some programs do not; where
    it is not said, the low end of the range reckons with quantised ones."""
    patched_loss: bool = True
    """A fused loss is patched into the model, and so is not in force for every type; no doubt where it is the
    program's own."""
    full_rows: bool = True
    """Rows reach `seq_len`; where it is only a limit, the range reckons with a quarter of it as well."""
    named_program: bool = False
    """The settings are those of a program that was named; otherwise what programs differ in widens the range."""
    sharding: Sharding = "none"
    """How several devices share the run."""
    n_gpus: int = Field(default=1, ge=1, le=4096)
    """Number of GPUs."""
    reading: Reading = "device"
    """`allocated` and `reserved` as PyTorch counts, `device` with the CUDA context as the card sees it."""

    @model_validator(mode="after")
    def _fits_together(self) -> Run:
        if self.method == "full" and self.quantisation != "none":
            raise ValueError("full tuning trains the weights, and quantised weights cannot be trained")
        return self

    @property
    def alternatives(self) -> tuple[Run, ...]:
        """What the same words may turn out to be: shorter rows, a patch not in force, Adam with passing copies."""
        changed: list[dict[str, Any]] = []
        if not self.full_rows:
            changed.append({"seq_len": max(self.seq_len // 4, 1)})
        if self.loss_kernel == "fused" and self.patched_loss:
            changed.append({"loss_kernel": "native"})
        if self.optimizer == "adamw" and not self.optimizer_in_backward:
            changed.append({"optimizer": "adamw-foreach"})
        if self.held_quantisation != "none" and self.quantised_experts is None:
            changed.append({"quantised_experts": True})
        return tuple(self.model_copy(update=update) for update in changed)

    @property
    def tokens(self) -> int:
        """Tokens on one device at once."""
        return self.seq_len * self.micro_batch

    @property
    def inputs_held(self) -> int:
        """How often the inputs of quantised products are there: this step's, and perhaps those of the step before."""
        once = self.old_bitsandbytes and self.held_quantisation in ("nf4", "nf4-double")
        return int(once) + int(once and self.holds_last_step) or int(self.held_quantisation == "int8")

    @property
    def held_loss_kernel(self) -> LossKernel:
        """Without autocast nothing turns the logits to fp32."""
        return "native" if self.precision == "fp16" and self.loss_kernel == "plain" else self.loss_kernel

    @property
    def compute_bytes(self) -> int:
        """Bytes of one activation value."""
        return 4 if self.precision == "fp32" else 2

    @property
    def upcasts_embeddings(self) -> bool:
        """Whether token table and output matrix are in fp32 beside quantised layers."""
        return self.held_quantisation == "gptq4" if self.fp32_embeddings is None else self.fp32_embeddings

    @property
    def held_quantisation(self) -> Quantisation:
        """QLoRA without more words means nf4 with double quantisation."""
        return "nf4-double" if self.method == "qlora" and self.quantisation == "none" else self.quantisation
