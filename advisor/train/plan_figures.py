"""Time, money and memory of a plan, from the catalog's dated numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from advisor.catalog import Catalog
from advisor.catalog.market import TuningRoute, in_force
from advisor.errors import AdvisorError
from advisor.train.contract import PlanInputs
from advisor.train.records import Span, TrainingSpec
from advisor.train.size.architecture import Architecture
from advisor.train.size.estimate import Question, estimate, find_architecture
from advisor.train.size.run import Run
from advisor.train.size.throughput import Speeds, duration, flops_per_token

# Tokenizers of open models make 0.9 to 1.25 tokens of one of o200k_base on mixed text.
TOKENIZER_SPREAD = (0.9, 1.0, 1.25)
CPU_CORES = 2
BY_TRL = ("trl", "ray", "skypilot")


@dataclass(frozen=True, slots=True)
class DataFigures:
    """What the training rows amount to."""

    train_rows: int
    eval_rows: int
    tokens: Span
    """Tokens of one pass over the training side, after truncation."""
    cut_rows: int
    """Rows longer than the length, which lose their end."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What the run amounts to."""

    cost: Span | None
    """None where no price is known; zero only where nothing is billed."""
    duration: Span | None
    """None where nobody says how long it takes."""
    memory: Span | None
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def data_figures(spec: TrainingSpec, given: PlanInputs) -> DataFigures:
    """Count rows and tokens of both sides; tokens as the audit counts them, with the spread of other tokenizers."""
    rows = given.rows
    wanted = ~rows.bad if spec.objective == "sft" else np.ones(len(rows.bad), bool)
    train = ~rows.held_out & wanted
    if not train.any():
        raise AdvisorError(
            "there are no rows to train on", place=str(spec.train_path), remedy="Give more rows."
        )
    held_out = given.eval_rows.traits.rows if given.eval_rows else int((rows.held_out & wanted).sum())
    kept = np.minimum(rows.tokens[train], spec.seq_len).sum(dtype=np.int64)
    low, expected, high = (float(kept) * factor for factor in TOKENIZER_SPREAD)
    cut = int((rows.tokens[train] > spec.seq_len).sum())
    return DataFigures(
        int(train.sum()), held_out, Span(low=low, expected=expected, high=high, unit="tokens"), cut
    )


def run_of(spec: TrainingSpec) -> Run:
    """Return what a spec means for memory; the supervised loss of today's trainers never holds all logits."""
    pairs = spec.objective in ("dpo", "kto")  # two answers a row, and a loss that holds all logits of both
    loss = spec.options.get("loss_kernel", "plain" if pairs else "chunked")
    return Run.model_validate(
        {
            "method": spec.method,
            "rank": spec.rank,
            "targets": spec.targets,
            "seq_len": spec.seq_len,
            "micro_batch": 2 * spec.micro_batch if pairs else spec.micro_batch,
            "accumulates": spec.gradient_accumulation > 1,
            "optimizer": spec.optimizer,
            "checkpointing": spec.checkpointing,
            "loss_kernel": loss,
            # over four-bit weights TRL turns the adapters to bf16; PEFT alone leaves them in fp32
            "adapter_precision": "bf16" if spec.method == "qlora" and spec.backend in BY_TRL else "fp32",
            "precision": "fp32" if spec.gpu is None and spec.backend in ("trl", "ray") else "bf16",
            "sharding": spec.options.get("sharding") or ("ddp" if spec.n_gpus > 1 else "none"),
            "n_gpus": spec.n_gpus,
            "named_program": True,
        }
    )


def own_figures(catalog: Catalog, spec: TrainingSpec, data: DataFigures) -> RunFigures:
    """Figure a run on one's own or rented devices; without a known architecture only the data is known."""
    try:
        architecture = find_architecture(catalog, model=spec.base_model, config=None)
    except AdvisorError as error:
        return _unknown(f"The architecture is not known, so memory and time are unknown: {error.problem}.")
    if spec.gpu is None and spec.backend in ("trl", "ray"):
        return _cpu_figures(catalog, spec, data, architecture)
    question = Question(
        as_of=spec.as_of,
        gpu=spec.gpu,
        train_tokens=data.tokens.expected,
        epochs=spec.epochs,
        packed=spec.packing,
    )
    found = estimate(catalog, architecture, run_of(spec), question)
    memory = found.memory_gib
    warnings = []
    fit = next((fit for fit in found.fits if fit.gpu == found.gpu), None)
    if fit is None:
        warnings.append(
            "No single GPU in the catalog is large enough. Run advisor size to see what to change."
        )
    elif fit.probability < 0.9:
        change = f" {found.changes_to_fit[0].change}." if found.changes_to_fit else ""
        warnings.append(f"The probability that it fits {fit.gpu} is only {fit.probability:.0%}.{change}")
    return RunFigures(
        cost=found.usd,
        duration=found.seconds_span,
        memory=Span(low=memory.low, expected=memory.expected, high=memory.high, unit="gib"),
        assumptions=(
            f"Time and rent are for {found.gpu}." if found.gpu else "No suitable GPU was found.",
            *found.assumptions,
        ),
        warnings=tuple(warnings),
    )


def _cpu_figures(
    catalog: Catalog, spec: TrainingSpec, data: DataFigures, architecture: Architecture
) -> RunFigures:
    run = run_of(spec)
    gflops = catalog.parameter("training.cpu_gflops", spec.as_of).range
    each = flops_per_token(architecture, run)
    low, expected, high = (value * 1e9 * CPU_CORES / each for value in gflops)
    # Loading and dequantising on a CPU take one to five minutes; no image has to be fetched.
    speeds = Speeds((1, 1, 1), (1, 1, 1), (1, 1, 1), (30, 90, 300))
    time = duration(data.tokens.expected * spec.epochs, (low, expected, high), speeds)
    found = estimate(
        catalog, architecture, run.model_copy(update={"reading": "allocated"}), Question(spec.as_of)
    )
    memory = found.memory_gib
    return RunFigures(
        cost=_nothing("usd"),
        duration=time,
        memory=Span(low=memory.low, expected=memory.expected, high=memory.high, unit="gib"),
        assumptions=(f"On {CPU_CORES} CPU cores in fp32; the memory is the machine's.",),
        warnings=(),
    )


def hosted_figures(catalog: Catalog, spec: TrainingSpec, data: DataFigures) -> RunFigures:
    """Figure a run at a service from its price for a million trained tokens; time is the service's to say."""
    route = find_route(catalog, spec)
    if route is None or not (route.training_usd_per_mtok or route.training_usd_per_hour):
        return _unknown(
            "The catalog has no training price for this model at this service; ask the service first."
        )
    rate = in_force(route.training_usd_per_mtok or route.training_usd_per_hour, spec.as_of)
    if rate is None:
        return _unknown(f"The catalog has no training price of {route.label} on {spec.as_of}.")
    amounts = [
        value * spec.epochs / 1e6 for value in (data.tokens.low, data.tokens.expected, data.tokens.high)
    ]
    low, expected, high = (amount * price for amount, price in zip(amounts, rate.range, strict=True))
    least = in_force(route.minimum_usd, spec.as_of)
    floor = least.number if least else 0.0
    soon, usual, late = catalog.parameter("training.hosted_seconds", spec.as_of).range
    return RunFigures(
        cost=Span(low=max(low, floor), expected=max(expected, floor), high=max(high, floor), unit="usd"),
        duration=Span(low=soon, expected=usual, high=late, unit="seconds"),
        memory=None,
        assumptions=(
            f"{route.label}: tokens of the file times epochs times the rate, checked {rate.checked}.",
        ),
        warnings=(route.note,) if route.note else (),
    )


def find_route(catalog: Catalog, spec: TrainingSpec) -> TuningRoute | None:
    """Find the catalog's entry for training this model at this backend."""
    named = spec.options.get("tuning_route")
    wanted = _plain(spec.base_model)
    for key, route in catalog.market.tuning.items():
        base = _plain(route.base.partition(":")[2] or route.base)
        if key == named or (
            route.backend == spec.backend and base and (wanted == base or wanted.startswith(base))
        ):
            return route
    return None


def _plain(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _nothing(unit: str) -> Span:
    return Span(low=0, expected=0, high=0, unit=unit)


def _unknown(why: str) -> RunFigures:
    return RunFigures(None, None, None, (), (why,))
