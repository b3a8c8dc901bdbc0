"""Paired scores in, a word out: shown, ruled out, or cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from advisor.diagnose.records import Intervention, Trial
from advisor.evaluate.statistics.intervals import difference_interval
from advisor.evaluate.statistics.significance import holm, sign_flip

LEVEL: Final = 0.05
MISSING: Final = 0.05
"""Below this share missing, the samples as served show nothing to cure."""
RELEVANT: Final = 0.2
"""An intervention that brings back less than this share of what is missing does not explain it."""


class Paired(NamedTuple):
    """Scores of the same samples, as served and under an intervention."""

    intervention: Intervention
    before: Sequence[float]
    after: Sequence[float]
    measured: str
    calls: int


def judged(results: Sequence[Paired]) -> list[Trial]:
    """Judge every intervention; p-values are corrected for how many there are (Holm)."""
    gained = [np.asarray(one.after) - np.asarray(one.before) for one in results]
    adjusted = holm([sign_flip(one) for one in gained])
    return [_trial(one, gain, p) for one, gain, p in zip(results, gained, adjusted, strict=True)]


def _trial(one: Paired, gained: np.ndarray, p: float) -> Trial:
    found = difference_interval(gained)
    before = float(np.mean(one.before))
    state = _state(before, found.low, found.high, p)
    figures = (
        f"{100 * before:.0f} to {100 * before + 100 * found.value:.0f} of 100 points on {len(gained)} samples "
        f"({100 * found.low:+.0f} to {100 * found.high:+.0f})"
    )
    return Trial(
        intervention=one.intervention, state=state, samples=len(gained), measured=one.measured, before=before,
        after=float(np.mean(one.after)), low=found.low, high=found.high, p=p, calls=one.calls,
        because=f"{_WORDS[state]}: {figures}" if 1 - before >= MISSING else f"As served, the samples lack next to nothing: {figures}",
    )  # fmt: skip


_WORDS: Final = {
    "shown": "The intervention makes the answers better",
    "ruled_out": "The intervention does not bring back what is missing",
    "cannot_tell": "Too few samples to tell",
}


def _state(before: float, low: float, high: float, p: float) -> Literal["shown", "ruled_out", "cannot_tell"]:
    if 1 - before < MISSING:
        return "cannot_tell"
    if low > 0 and p <= LEVEL:
        return "shown"
    return "ruled_out" if high < RELEVANT * (1 - before) else "cannot_tell"
