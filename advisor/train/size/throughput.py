"""How long a run takes and what the hours cost: operations over what a device really reaches."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.train.records import Span
from advisor.train.size.architecture import Architecture
from advisor.train.size.run import Run


@dataclass(frozen=True, slots=True)
class Speeds:
    """Shares of a device's peak, each as low, expected and high."""

    packed: tuple[float, float, float]
    unpacked: tuple[float, float, float]
    four_bit: tuple[float, float, float]
    setup_seconds: tuple[float, float, float]


def active_parameters(architecture: Architecture) -> int:
    """Count the weights that one token passes: only the experts it is sent to."""
    active = 0
    for matrix in architecture.matrices:
        share = min(architecture.experts_per_token, matrix.copies) / matrix.copies
        active += int(matrix.parameters * share)
    return active + architecture.vocabulary * architecture.hidden


def flops_per_token(architecture: Architecture, run: Run) -> float:
    """Count operations for one trained token.

    Forward takes 2 for each weight; the gradient of the activations 2 more; the gradient of the weights 2
    more where they train; checkpointing repeats the forward pass. Attention adds 12 for each pair of
    positions, halved because no token looks ahead.
    """
    passes = 2 + 2 + (2 if run.method == "full" else 0) + (2 if run.checkpointing else 0)
    pairs = architecture.attention_layers * architecture.q_width * run.seq_len * passes
    return float(passes * active_parameters(architecture) + pairs)


def tokens_per_second(
    architecture: Architecture, run: Run, peak_tflops: float, speeds: Speeds, *, packed: bool
) -> tuple[float, float, float]:
    """Return low, expected and high for all devices together."""
    reached = speeds.packed if packed else speeds.unpacked
    slowed = speeds.four_bit if run.held_quantisation != "none" else (1.0, 1.0, 1.0)
    # A loss of 5 to 10 % for each doubling of the devices is usual; 0.95 to the power of log2 is kept simple.
    together = run.n_gpus * 0.95 ** max(run.n_gpus.bit_length() - 1, 0)
    rate = peak_tflops * 1e12 * together / flops_per_token(architecture, run)
    low, expected, high = (rate * share * factor for share, factor in zip(reached, slowed, strict=True))
    return low, expected, high


def duration(tokens: float, rate: tuple[float, float, float], speeds: Speeds) -> Span:
    """Return the seconds for ``tokens`` trained tokens, with set-up."""
    low, expected, high = speeds.setup_seconds
    return Span(
        low=tokens / rate[2] + low,
        expected=tokens / rate[1] + expected,
        high=tokens / rate[0] + high,
        unit="seconds",
    )


def rental(time: Span, usd_per_hour: tuple[float, float, float], n_gpus: int) -> Span:
    """Return the price of renting for that long."""
    hours = (time.low / 3600, time.expected / 3600, time.high / 3600)
    low, expected, high = (n_gpus * hour * usd for hour, usd in zip(hours, usd_per_hour, strict=True))
    return Span(low=low, expected=expected, high=high, unit="usd")
