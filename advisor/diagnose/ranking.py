"""One ordering over all causes: what is found by strength, then what cannot be told, then what is ruled out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from advisor.diagnose.records import State, Suspicion

ORDER: Final[Mapping[State, int]] = {"shown": 0, "likely": 1, "cannot_tell": 2, "ruled_out": 3}
LEVEL: Final = 0.05
"""Rate at which a healthy set may raise any suspicion that rests on a test."""


def ranked(suspicions: Iterable[Suspicion]) -> tuple[Suspicion, ...]:
    """Order suspicions: shown, likely, cannot tell, ruled out; within a state by score, then by id."""
    return tuple(sorted(suspicions, key=lambda one: (ORDER[one.state], -one.score, one.cause)))


def corrected(suspicions: Sequence[Suspicion]) -> list[Suspicion]:
    """Correct each p for all causes that were looked for (Bonferroni); what does not hold then cannot be told."""
    looked_for = sum(one.state != "cannot_tell" for one in suspicions)
    return [_held(one, looked_for) for one in suspicions]


def _held(one: Suspicion, looked_for: int) -> Suspicion:
    if one.p is None or one.state != "likely":
        return one
    p = min(1.0, one.p * looked_for)
    if p <= LEVEL:
        return one.model_copy(update={"p": p})
    said = f"{one.evidence} That may be chance: p {p:.2g} for the {looked_for} causes looked for."
    return one.model_copy(update={"p": p, "state": "cannot_tell", "score": 0.0, "evidence": said, "rows": ()})
