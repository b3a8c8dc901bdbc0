"""How sure it is that a run fits a card, and the smallest change that makes it fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

from advisor.train.records import Span
from advisor.train.size.architecture import Architecture
from advisor.train.size.memory import GIB, Constants, Peak, peak_memory
from advisor.train.size.run import Run

PASSING = ("activations", "logits", "gradients", "fragmentation")
NINE_OF_TEN = 1.645


@dataclass(frozen=True, slots=True)
class EstimateError:
    """How far measured runs lie from the estimate."""

    resident_share: float
    passing_share: float
    unexplained_gib: float
    usable_share: float
    fits_probability: float
    unnamed_share: float = 0.0
    """The same as `passing_share` where no program is named."""
    others_share: float = 1.0
    """How far the range goes to what the settings may turn out to be; less where runs were measured."""
    scale: float = 1.0
    """Measured over estimated on the user's own card; 1 where nothing was measured."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card that something may fit on."""

    id: str
    memory_gib: float


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change."""

    change: str
    """What to do, as an order."""
    setting: str
    """The option that does it."""
    run: Run
    costs: str
    """What one pays for it."""


def deviation_gib(peak: Peak, doubt: EstimateError) -> float:
    """Return the standard deviation of the estimate: parts that can be counted are surer than parts that pass."""
    passing = sum(peak.parts.get(name, 0.0) for name in PASSING) / GIB
    resident = peak.gib - passing
    share = doubt.passing_share if peak.named_program else max(doubt.passing_share, doubt.unnamed_share)
    terms = (doubt.resident_share * resident, share * passing, doubt.unexplained_gib)
    return float(sum(term**2 for term in terms) ** 0.5) * doubt.scale


def memory_span(peak: Peak, doubt: EstimateError) -> Span:
    """Return the range that should hold nine runs of ten, what the settings may turn out to be included."""
    expected = peak.gib * doubt.scale
    margin = NINE_OF_TEN * deviation_gib(peak, doubt)
    others = [expected + doubt.others_share * (other / GIB * doubt.scale - expected) for other in peak.others]
    low, high = min([expected - margin, *others]), max([expected + margin, *others])
    fewest, most = peak.counts
    return Span(low=max(low, 0.3 * expected) * fewest, expected=expected, high=high * most, unit="gib")


def probability_of_fitting(peak: Peak, memory_gib: float, doubt: EstimateError) -> float:
    """Return the probability that the peak stays below what the card gives a program.

    It is the normal distribution whose nine of ten are the range, with a wing of its own on each side.
    """
    usable, span = memory_gib * doubt.usable_share, memory_span(peak, doubt)
    wing = span.high - span.expected if usable > span.expected else span.expected - span.low
    return NormalDist(span.expected, max(wing / NINE_OF_TEN, 1e-6)).cdf(usable)


def changes_to_fit(
    architecture: Architecture, run: Run, card: Card, *, constants: Constants, doubt: EstimateError
) -> list[tuple[Change, Peak, float]]:
    """List single changes that make ``run`` fit ``card``, cheapest first; failing that, pairs of them.

    The order is that of the options below: what costs nothing comes before what costs time, and that before
    what changes the result.
    """
    fitting = list(_fitting(_single_changes(run), architecture, card, constants=constants, doubt=doubt))
    if fitting:
        return fitting
    pairs = (
        Change(
            f"{first.change}; {_lowered(second.change)}",
            f"{first.setting} {second.setting}",
            second.run,
            f"{first.costs}; {second.costs}",
        )
        for first in _single_changes(run)
        for second in _single_changes(first.run)
    )
    return list(_fitting(pairs, architecture, card, constants=constants, doubt=doubt))[:5]


def _fitting(
    changes: Iterator[Change],
    architecture: Architecture,
    card: Card,
    *,
    constants: Constants,
    doubt: EstimateError,
) -> Iterator[tuple[Change, Peak, float]]:
    settled: set[str] = set()
    for change in changes:
        kind = " ".join(word for word in change.setting.split() if word.startswith("--"))
        if kind in settled:
            continue  # A smaller step of the same kind is enough already.
        peak = peak_memory(architecture, change.run, constants)
        probability = probability_of_fitting(peak, card.memory_gib, doubt)
        if probability >= doubt.fits_probability:
            settled.add(kind)
            yield change, peak, probability


def _single_changes(run: Run) -> Iterator[Change]:
    def changed(change: str, setting: str, costs: str, **settings: object) -> Change:
        return Change(change, setting, Run.model_validate({**run.model_dump(), **settings}), costs)

    if run.loss_kernel in ("plain", "native", "upcast-chunked"):
        yield changed("Compute the loss in chunks", "--loss-kernel chunked", "nothing", loss_kernel="chunked")
    if run.attention == "eager":
        yield changed("Use flash attention", "--attention flash", "nothing", attention="flash")
    if not run.checkpointing:
        yield changed("Turn on checkpointing", "--checkpointing", "a third more time", checkpointing=True)
    yield from _smaller_batches(run, changed)
    if run.optimizer in ("adamw", "adamw-foreach"):
        yield changed(
            "Keep Adam's states in 8 bits", "--optimizer adamw-8bit", "little", optimizer="adamw-8bit"
        )
    if run.method in ("lora", "dora") and run.held_quantisation == "none":
        yield changed(
            "Hold the base in 4 bits (QLoRA)",
            "--method qlora --quant nf4-double",
            "about 25% of the speed and a little quality",
            method="qlora",
            quantisation="nf4-double",
        )
    if run.method == "full":
        yield changed("Train a LoRA instead", "--method lora", "capacity on large datasets", method="lora")
    yield from _shorter_rows(run, changed)
    if run.method != "full" and run.rank > 8:
        yield changed(
            f"Halve the rank to {run.rank // 2}", f"--rank {run.rank // 2}", "capacity", rank=run.rank // 2
        )


def _smaller_batches(run: Run, changed: Callable[..., Change]) -> Iterator[Change]:
    size = run.micro_batch // 2
    while size >= 1:
        yield changed(
            f"Cut the micro-batch to {size} and accumulate",
            f"--micro-batch {size}",
            "a little time",
            micro_batch=size,
            accumulates=True,
        )
        size //= 2


def _shorter_rows(run: Run, changed: Callable[..., Change]) -> Iterator[Change]:
    length = run.seq_len // 2
    while length >= 256:
        yield changed(
            f"Cut rows to {length} tokens",
            f"--seq-len {length}",
            "what lies beyond is lost",
            seq_len=length,
        )
        length //= 2


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
