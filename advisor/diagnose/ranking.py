"""One ordering over all causes: what is found by strength, then what cannot be told, then what is ruled out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from advisor.diagnose.records import State, Suspicion

ORDER: Final[Mapping[State, int]] = {"shown": 0, "likely": 1, "cannot_tell": 2, "ruled_out": 3}


def ranked(suspicions: Iterable[Suspicion]) -> tuple[Suspicion, ...]:
    """Order suspicions: shown, likely, cannot tell, ruled out; within a state by score, then by id."""
    return tuple(sorted(suspicions, key=lambda one: (ORDER[one.state], -one.score, one.cause)))
