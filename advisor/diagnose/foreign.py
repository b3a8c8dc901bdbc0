"""Few training rows that answer in another language than they are asked in."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.languages import ALL, UNKNOWN
from advisor.diagnose.minorities import FEWEST, LARGEST, Group
from advisor.diagnose.seen import Rows, Seen, Texts

_NEAR: Final = (frozenset({"ru", "uk", "bg"}), frozenset({"ar", "fa"}), frozenset({"hi", "mr"}))
"""Languages that short texts are taken for one another."""


class Voice(NamedTuple):
    """A manner of few training rows, and who else has it."""

    group: Group
    members: NDArray[np.int64]
    """Its training rows, by index."""
    taught: NDArray[np.bool_]
    """Which training answers have it."""
    made: NDArray[np.bool_]
    """Which production answers have it."""
    differs: str
    """In what it differs, in words."""


def foreign_voices(seen: Seen) -> list[Voice]:
    """Find languages in which few training rows answer, and which neither these rows nor production's ask in."""
    taught, made = seen.training, seen.production
    spoken = taught.answers.languages
    counts = np.bincount(spoken[spoken != UNKNOWN], minlength=len(ALL))
    if not counts.any():
        return []
    main = ALL[int(counts.argmax())]
    voices = []
    for at in np.flatnonzero((counts >= FEWEST) & (counts <= LARGEST * len(taught))).tolist():
        near = any({ALL[at], main} <= some for some in _NEAR)
        mine, theirs = spoken == at, made.answers.languages == at
        if near or ALL[at] in (_asked_in(taught, mine), _asked_in(made, theirs)):
            continue
        group = Group(np.flatnonzero(mine), f"answers in '{ALL[at]}'")
        differs = f"the language '{ALL[at]}', in which nobody asks"
        voices.append(Voice(group, group.members, mine, theirs, differs))
    return voices


def _asked_in(rows: Rows, some: NDArray[np.bool_]) -> str | None:
    return Texts([rows.questions.texts[at] for at in np.flatnonzero(some).tolist()]).language
