"""Put the parts together: one question about one run in, everything `advisor size` says out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import Field

from advisor.catalog import Catalog
from advisor.catalog.market import in_force
from advisor.catalog.open_models import find_model
from advisor.catalog.records import Record
from advisor.errors import AdvisorError, did_you_mean
from advisor.train.records import Span
from advisor.train.size.architecture import Architecture, architecture_of, read_architecture
from advisor.train.size.assumptions import assumptions_of
from advisor.train.size.calibrate import calibrated, read_measurements
from advisor.train.size.fits import Card, EstimateError, changes_to_fit, memory_span, probability_of_fitting
from advisor.train.size.memory import GIB, Constants, Peak, peak_memory
from advisor.train.size.run import Run
from advisor.train.size.throughput import Speeds, duration, rental, tokens_per_second
from advisor.train.size.weights import trained_parameters


class MemorySpan(Record):
    """Peak memory of one device in GiB."""

    low: float
    """Nine runs of ten lie above."""
    expected: float
    """What to reckon with."""
    high: float
    """Nine runs of ten lie below."""
    parts: dict[str, float]
    """What is in memory at the worst moment; the parts add up to `expected`."""
    phase: str
    """When the worst moment is."""


class Fit(Record):
    """Whether a card is large enough."""

    gpu: str
    """Id of the GPU in rules/market."""
    memory_gib: float
    """What the card has."""
    probability: float
    """That the run fits."""
    usd_per_hour: float | None = None
    """What renting it costs, where it is for rent."""


class ChangeToFit(Record):
    """One way to make it fit the card named."""

    gpu: str
    """Id of the GPU in rules/market."""
    change: str
    """What to change in the run."""
    option: str
    """The option that does it."""
    memory_gib: float
    """Expected peak after it."""
    probability: float
    """That it then fits."""
    costs: str
    """What one pays for it."""


class Estimate(Record):
    """All that is said about one run."""

    trainable_parameters: int
    """Exactly as PEFT counts them."""
    total_parameters: int
    """Parameters of base and adapters together."""
    total_parameters_span: Span | None = None
    """Where the type of the model is not known: between what the count lies; null where it is exact."""
    doubts: list[str] = Field(default_factory=list)
    """What makes the answer a rough one; said before anything else."""
    trainable_share: float
    """The one over the other."""
    modules: dict[str, int] = Field(default_factory=dict)
    """Trained parameters by module name; empty for full tuning."""
    memory_gib: MemorySpan
    """Peak of one device."""
    fits: list[Fit]
    """Every card of the catalog, smallest first."""
    changes_to_fit: list[ChangeToFit]
    """For the card asked about, or for the largest that is too small."""
    gpu: str | None
    """The card that time and money are for."""
    seconds: float | None
    """Expected duration with set-up; null where the card's speed is not known."""
    seconds_span: Span | None
    """The same as a range."""
    usd: Span | None
    """Rent; null where the card is not for rent."""
    assumptions: list[str]
    """What the figures rest on."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked besides the run itself."""

    as_of: date
    gpu: str | None = None
    train_tokens: float = 1_000_000
    epochs: float = 3
    packed: bool = True
    measurements: Path | None = None


def find_architecture(catalog: Catalog, *, model: str | None, config: Path | None) -> Architecture:
    """Find the numbers by the catalog's name, a configuration file, or a local model directory."""
    if config is not None:
        return read_architecture(config)
    if not model:
        raise AdvisorError(
            "no model was named", place="--model", remedy="Give --model NAME or --config config.json."
        )
    path = Path(model)
    if (path / "config.json").is_file():
        return read_architecture(path)
    found = find_model(catalog.models, model)
    return architecture_of(found.config, place=found.name)


def constants_of(catalog: Catalog, day: date) -> tuple[Constants, EstimateError]:
    """Read the numbers of ``rules/parameters/memory.yaml`` in force on ``day``."""

    def number(name: str) -> float:
        return catalog.parameter(f"memory.{name}", day).number

    constants = Constants(
        number("context_gib"), number("workspace_gib"), number("slack_share"), number("collectives_gib")
    )
    doubt = EstimateError(
        resident_share=number("resident_error"),
        passing_share=number("passing_error"),
        unexplained_gib=number("unexplained_gib"),
        usable_share=number("usable_share"),
        fits_probability=number("fits_probability"),
        unnamed_share=number("unnamed_error"),
    )
    return constants, doubt


def speeds_of(catalog: Catalog, day: date) -> Speeds:
    """Read the numbers of ``rules/parameters/training.yaml`` in force on ``day``."""

    def span(name: str) -> tuple[float, float, float]:
        return catalog.parameter(f"training.{name}", day).range

    return Speeds(span("mfu_packed"), span("mfu_unpacked"), span("four_bit_speed"), span("setup_seconds"))


def estimate(catalog: Catalog, architecture: Architecture, run: Run, question: Question) -> Estimate:
    """Answer everything about one run."""
    constants, doubt = constants_of(catalog, question.as_of)
    if question.measurements is not None:
        doubt = calibrated(doubt, read_measurements(question.measurements))
    peak = peak_memory(architecture, run, constants)
    trainable, adapter = trained_parameters(architecture, run)
    total = architecture.total_parameters + (adapter.parameters if adapter else 0)
    fits = _fits(catalog, peak, doubt, question.as_of)
    card = _card(catalog, question, fits, doubt)
    time, usd = _time_and_money(catalog, architecture, run, question, card)
    return Estimate(
        trainable_parameters=trainable,
        total_parameters=total,
        trainable_share=trainable / total,
        total_parameters_span=_count_span(architecture, total),
        doubts=list(architecture.doubts),
        modules=adapter.by_module if adapter else {},
        memory_gib=_memory(peak, doubt),
        fits=fits,
        changes_to_fit=_changes(architecture, run, _too_small(question, fits, doubt), constants, doubt),
        gpu=card,
        seconds=time.expected if time else None,
        seconds_span=time,
        usd=usd,
        assumptions=assumptions_of(
            architecture, run, adapter, tokens=question.train_tokens, epochs=question.epochs
        ),
    )


def _count_span(architecture: Architecture, total: int) -> Span | None:
    if architecture.doubtful is None:
        return None
    beside = total - architecture.total_parameters
    low, high = architecture.doubtful.low + beside, architecture.doubtful.high + beside
    return Span(low=min(low, total), expected=total, high=max(high, total), unit="parameters")


def _memory(peak: Peak, doubt: EstimateError) -> MemorySpan:
    span = memory_span(peak, doubt)
    parts = {name: value * doubt.scale / GIB for name, value in peak.parts.items() if value > 0}
    return MemorySpan(low=span.low, expected=span.expected, high=span.high, parts=parts, phase=peak.phase)


def _fits(catalog: Catalog, peak: Peak, doubt: EstimateError, day: date) -> list[Fit]:
    found = []
    for key, gpu in sorted(catalog.market.gpus.items(), key=lambda item: (item[1].memory_gib, item[0])):
        price = in_force(gpu.usd_per_hour, day)
        probability = probability_of_fitting(peak, gpu.memory_gib, doubt)
        found.append(
            Fit(
                gpu=key,
                memory_gib=gpu.memory_gib,
                probability=round(probability, 4),
                usd_per_hour=price.number if price else None,
            )
        )
    return found


def _card(catalog: Catalog, question: Question, fits: list[Fit], doubt: EstimateError) -> str | None:
    if question.gpu is not None:
        if question.gpu not in catalog.market.gpus:
            raise AdvisorError(
                f"there is no card '{question.gpu}'",
                place="--gpu",
                remedy=did_you_mean(question.gpu, catalog.market.gpus),
            )
        return question.gpu
    rented = [
        fit
        for fit in fits
        if fit.probability >= doubt.fits_probability
        and fit.usd_per_hour
        and catalog.market.gpus[fit.gpu].peak_bf16_tflops
    ]
    # The cheapest for the work, not by the hour: price over speed.
    return min(
        (fit.gpu for fit in rented),
        key=lambda key: _usd_per_pflop(catalog, key, question.as_of),
        default=None,
    )


def _usd_per_pflop(catalog: Catalog, key: str, day: date) -> float:
    gpu = catalog.market.gpus[key]
    price = in_force(gpu.usd_per_hour, day)
    assert price is not None
    assert gpu.peak_bf16_tflops
    return price.number / gpu.peak_bf16_tflops


def _too_small(question: Question, fits: list[Fit], doubt: EstimateError) -> Card | None:
    small = [fit for fit in fits if fit.probability < doubt.fits_probability]
    if question.gpu is not None:
        small = [fit for fit in small if fit.gpu == question.gpu]
    return Card(small[-1].gpu, small[-1].memory_gib) if small else None


def _changes(
    architecture: Architecture, run: Run, card: Card | None, constants: Constants, doubt: EstimateError
) -> list[ChangeToFit]:
    if card is None:
        return []
    return [
        ChangeToFit(
            gpu=card.id,
            change=change.change,
            option=change.setting,
            memory_gib=peak.gib * doubt.scale,
            probability=round(probability, 4),
            costs=change.costs,
        )
        for change, peak, probability in changes_to_fit(
            architecture, run, card, constants=constants, doubt=doubt
        )
    ]


def _time_and_money(
    catalog: Catalog, architecture: Architecture, run: Run, question: Question, card: str | None
) -> tuple[Span | None, Span | None]:
    gpu = catalog.market.gpus[card] if card else None
    if gpu is None or not gpu.peak_bf16_tflops:
        return None, None
    speeds = speeds_of(catalog, question.as_of)
    rate = tokens_per_second(architecture, run, gpu.peak_bf16_tflops, speeds, packed=question.packed)
    time = duration(question.train_tokens * question.epochs, rate, speeds)
    price = in_force(gpu.usd_per_hour, question.as_of)
    return time, rental(time, price.range, run.n_gpus) if price else None
