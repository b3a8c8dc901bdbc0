"""Which published cases are most like a situation: answers in, cases out, with what they share and where they differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from advisor.catalog import Catalog, Fact, Record

PUBLISHED: Final = ("case", "paper", "vendor_guide")
# Answers that a case and a situation must share before likeness says much; with fewer it is pulled towards nothing.
_DOUBT: Final = 3.0
_ALIKE: Final = 0.75


class Alike(Record):
    """A published case beside a situation."""

    case: str
    """Id of the published case."""
    likeness: float
    """From 0 to 1; few shared answers keep it low."""
    shared: tuple[str, ...]
    """Facts that both answer alike."""
    differing: tuple[str, ...]
    """Facts that both answer, and not alike."""


def most_alike(answers: Mapping[str, Any], catalog: Catalog, *, count: int = 1) -> tuple[Alike, ...]:
    """Rank the published cases that say where they were published, by the answers they share with a situation.

    Returns at most ``count``; none where nothing is shared.
    """
    cases = (case for case in catalog.cases.values() if case.kind in PUBLISHED and case.source.url)
    found = [_beside(case.id, case.answers, answers, catalog) for case in cases]
    ranked = sorted((item for item in found if item.shared), key=lambda item: (-item.likeness, item.case))
    return tuple(ranked[:count])


def _beside(case: str, theirs: Mapping[str, Any], ours: Mapping[str, Any], catalog: Catalog) -> Alike:
    both = [name for name in catalog.facts if name in theirs and name in ours]
    near = {name: closeness(theirs[name], ours[name], catalog.facts[name]) for name in both}
    return Alike(
        case=case,
        likeness=round(sum(near.values()) / (len(both) + _DOUBT), 4),
        shared=tuple(name for name in both if near[name] >= _ALIKE),
        differing=tuple(name for name in both if near[name] < _ALIKE),
    )


def closeness(one: Any, other: Any, fact: Fact) -> float:
    """Return how close two answers to one question are, from 0 to 1."""
    match fact.type:
        case "number":
            one, other = (
                float(fact.words.get(str(value), 0.0) if isinstance(value, str) else value)
                for value in (one, other)
            )
            # A factor of ten apart leaves two thirds, a thousand nothing.
            return max(0.0, 1 - abs(math.log10(one + 1) - math.log10(other + 1)) / 3)
        case "many":
            held = [{value} if isinstance(value, str) else set(value) for value in (one, other)]
            every = held[0] | held[1]
            return len(held[0] & held[1]) / len(every) if every else 1.0
        case "ordered":
            order = fact.option_ids
            return 1 - abs(order.index(one) - order.index(other)) / max(len(order) - 1, 1)
        case _:
            return float(one == other)
