"""Rank, learning rate, batch, epochs and kind of tuning for a task, each with its reason and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any, Literal

from advisor.catalog import Catalog
from advisor.catalog.records import Record
from advisor.errors import AdvisorError, did_you_mean
from advisor.train.records import Method, Objective
from advisor.train.size.adapters import make_adapter
from advisor.train.size.architecture import Architecture

TaskKind = Literal["style", "standard", "domain", "major"]
TASKS: tuple[TaskKind, ...] = ("style", "standard", "domain", "major")
MOST_EPOCHS = 10
LARGEST_RANK = 256
FORMS = frozenset({"tone", "output_format", "vocabulary", "code_style"})
"""Behaviours that are a matter of form."""


class SettingReason(Record):
    """Why one setting has its value."""

    setting: str
    """Name of the setting."""
    because: str
    """Why it has this value, in a sentence."""
    sources: tuple[str, ...]
    """Ids in the bibliography."""


class Hyperparameters(Record):
    """Settings to start from."""

    rank: int
    """LoRA rank, the width of the adapter."""
    alpha: int
    """LoRA alpha; updates are scaled by alpha / rank."""
    targets: tuple[str, ...]
    """What gets an adapter."""
    learning_rate: float
    """Peak learning rate."""
    epochs: float
    """Passes over the rows."""
    micro_batch: int
    """Rows per device and micro-batch."""
    gradient_accumulation: int
    """Micro-batches in a step."""
    warmup_ratio: float
    """Share of the steps."""
    reasons: tuple[SettingReason, ...]
    """Why, setting by setting."""
    warnings: tuple[str, ...] = ()
    """What to beware of."""


@dataclass(frozen=True, slots=True)
class LearningTask:
    """What is to be learned, how, and from how much."""

    task: str
    """`style`, `standard`, `domain` or `major`."""
    rows: int
    tokens: float
    """Training tokens in one epoch."""
    method: Method = "lora"
    objective: Objective = "sft"


def recommend(
    catalog: Catalog, architecture: Architecture | None, work: LearningTask, day: date
) -> Hyperparameters:
    """Recommend settings for this work; without an architecture the rank is not held against the data."""
    if work.task not in TASKS:
        raise AdvisorError(
            f"there is no kind of task '{work.task}'", place="--task", remedy=did_you_mean(work.task, TASKS)
        )
    parameter = _Numbers(catalog, day)
    rank, rank_reason, warnings = _rank(parameter, architecture, work)
    batch = _batch(parameter, work.rows)
    micro = min(2, batch)
    rate, rate_reason = _learning_rate(parameter, work)
    epochs = _epochs(parameter, work.rows, batch)
    return Hyperparameters(
        rank=rank,
        alpha=2 * rank,
        targets=("all-linear",),
        learning_rate=rate,
        epochs=epochs,
        micro_batch=micro,
        gradient_accumulation=max(1, batch // micro),
        warmup_ratio=parameter("warmup_share"),
        reasons=(
            rank_reason,
            SettingReason(
                setting="targets",
                because="Adapters on attention alone are worse than on all linear layers at the same parameter count.",
                sources=("lora-without-regret-2025",),
            ),
            rate_reason,
            SettingReason(
                setting="batch",
                because=f"Batch of {batch}: small batches suit LoRA, and {work.rows} rows leave enough steps.",
                sources=parameter.sources("effective_batch"),
            ),
            SettingReason(
                setting="epochs",
                because=f"{epochs:g} passes make about {_steps(work.rows, batch, epochs)} steps.",
                sources=parameter.sources("least_steps"),
            ),
        ),
        warnings=tuple(warnings),
    )


class _Numbers:
    def __init__(self, catalog: Catalog, day: date) -> None:
        self._catalog, self._day = catalog, day

    def __call__(self, name: str) -> float:
        return self._catalog.parameter(f"training.{name}", self._day).number

    def sources(self, name: str) -> tuple[str, ...]:
        return self._catalog.parameter(f"training.{name}", self._day).sources


def _rank(
    parameter: _Numbers, architecture: Architecture | None, work: LearningTask
) -> tuple[int, SettingReason, list[str]]:
    named = "rank_reinforcement" if work.objective == "rft" else f"rank_{work.task}"
    rank = int(parameter(named))
    because = f"The usual rank for a task of the kind '{work.task}'."
    if work.objective == "rft":
        because = "A reward holds little to store, so a small rank is enough."
    warnings: list[str] = []
    if architecture is not None:
        needed = work.tokens * parameter("bits_per_token")
        while rank < LARGEST_RANK and _capacity(parameter, architecture, rank) < needed:
            rank *= 2
            because = (
                f"Raised to {rank}: {work.tokens:,.0f} tokens hold more than a smaller adapter can store."
            )
        if _capacity(parameter, architecture, rank) < needed:
            warnings.append(
                f"Even rank {rank} stores less than these tokens hold; full tuning may learn more."
            )
    sources = (*parameter.sources(named), *parameter.sources("bits_per_parameter"))
    return (
        rank,
        SettingReason(setting="rank", because=because, sources=tuple(dict.fromkeys(sources))),
        warnings,
    )


def _learning_rate(parameter: _Numbers, work: LearningTask) -> tuple[float, SettingReason]:
    if work.objective in ("dpo", "kto"):
        rate, named = parameter("learning_rate_preference"), "learning_rate_preference"
        because = "Preferences move a model that already answers well; small steps keep it there."
    elif work.method == "full":
        rate, named = parameter("learning_rate_full"), "learning_rate_full"
        because = "The usual rate of full tuning."
    else:
        rate, named = (
            parameter("learning_rate_full") * parameter("learning_rate_factor"),
            "learning_rate_factor",
        )
        because = f"{parameter(named):g} times the rate of full tuning."
    return rate, SettingReason(setting="learning_rate", because=because, sources=parameter.sources(named))


def _capacity(parameter: _Numbers, architecture: Architecture, rank: int) -> float:
    return make_adapter(architecture, ("all-linear",), rank).parameters * parameter("bits_per_parameter")


def _batch(parameter: _Numbers, rows: int) -> int:
    """Halve the batch until three passes make enough steps."""
    batch = int(parameter("effective_batch"))
    while batch > 4 and _steps(rows, batch, 3) < parameter("least_steps"):
        batch //= 2
    return batch


def _epochs(parameter: _Numbers, rows: int, batch: int) -> float:
    if rows >= 50_000:
        return 1.0
    if rows >= 10_000:
        return 2.0
    wanted = ceil(parameter("least_steps") / max(1, ceil(rows / batch)))
    return float(min(MOST_EPOCHS, max(3, wanted)))


def _steps(rows: int, batch: int, epochs: float) -> int:
    return max(1, round(ceil(rows / batch) * epochs))


def task_of(answers: Mapping[str, Any]) -> TaskKind:
    """Read the kind of task from the answers: what must change, knowledge or behaviour, and how broadly."""
    if answers.get("task_breadth") == "broad" and answers.get("behavior_gap") == "main":
        return "major"
    if answers.get("knowledge_gap") in ("some", "main"):
        return "domain"
    if answers.get("behavior_gap") == "some" or set(answers.get("behaviors") or ()) <= {
        "tone",
        "style",
        "format",
    }:
        return "style" if answers.get("behavior_gap") else "standard"
    return "standard"
