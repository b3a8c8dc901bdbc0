"""The training went on after the loss on held-out rows had turned."""

from __future__ import annotations

import numpy as np

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.records import Facts, Loss, Test

FEWEST, RISE = 4, 0.05


def look(seen: Seen) -> Verdict:
    """Compare the last loss on held-out rows with the lowest."""
    points = [one for one in seen.facts.losses if one.held_out is not None]
    if len(points) < FEWEST:
        return Missing(f"It takes the loss on held-out rows at {FEWEST} steps or more.")
    held = np.array([one.held_out for one in points], float)
    # The last quarter's mean against the lowest: one noisy point is no turn.
    tail = float(held[-max(1, len(held) // 4) :].mean())
    at = int(held.argmin())
    # The steep fall at the beginning is no noise.
    bends = np.diff(held, n=2)[len(held) // 3 :]
    rise, noise = tail / float(held[at]) - 1, float(np.std(bends)) / np.sqrt(6)
    said = f"The loss on held-out rows ends {100 * rise:.0f}% above its lowest"
    if rise < RISE or at >= len(held) - 2:
        return Quiet(f"{said}.")
    if tail - held[at] < 3 * noise:
        return Missing(f"{said}, and it varies as much from step to step.")
    return Found(
        score=min(0.95, 0.75 + rise),
        evidence=f"The loss on held-out rows was lowest at step {points[at].step} ({held[at]:.3f}) and rose to {tail:.3f} by the end ({100 * rise:+.0f}%)"
        + _training(points[at], points[-1]),
        figures={"best_step": points[at].step, "lowest": float(held[at]), "last": tail},
        remedy=f"Serve the checkpoint of step {points[at].step}, or train again and stop there.",
    )


def _training(best: Loss, last: Loss) -> str:
    if best.training is None or last.training is None:
        return "."
    return f", while the loss on training rows went from {best.training:.3f} to {last.training:.3f}."


def _losses(*held: float) -> Facts:
    return Facts(
        losses=tuple(Loss(step=10 * at, training=2 / (1 + at), held_out=one) for at, one in enumerate(held))
    )


CAUSE = Cause(
    id="overfitting",
    title="Trained too long",
    means="The model learned its rows by heart: what is near them it answers as they do, and the rest worse than before.",
    reads=("losses",),
    looks_at="The loss on held-out rows: the mean of its last quarter at least 5% above its lowest point, and above its noise.",
    would="An earlier checkpoint answers the samples better.",
    remedy="Serve an earlier checkpoint, or train for fewer epochs or with a lower rate.",
    test=Test(
        intervention="earlier-checkpoint", how="Answer the samples with the checkpoint of the lowest loss."
    ),
    found=Example(shows="1.9, 1.3, 1.1, 1.2, 1.4, 1.7", facts=_losses(1.9, 1.3, 1.1, 1.2, 1.4, 1.7)),
    quiet=Example(shows="1.9, 1.4, 1.2, 1.12, 1.1, 1.1", facts=_losses(1.9, 1.4, 1.2, 1.12, 1.1, 1.1)),
    look=look,
)
