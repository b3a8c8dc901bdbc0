"""Published cases that are like a situation: nearest first, with the answers in which they agree and differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from advisor.catalog import Catalog, Fact, Record
from advisor.catalog.case_records import Case, CaseSource
from advisor.scenario import check_answers

PUBLISHED: Final = ("case", "paper", "vendor_guide")
# So many made-up disagreements are added to every comparison, so that two shared answers never beat ten.
_DOUBT: Final = 3
_AGREE: Final = 0.75


class Precedent(Record):
    """A published case, and how like the situation it is."""

    id: str
    """Id of the published case."""
    title: str
    """The case in a phrase."""
    kind: str
    """case, paper or vendor_guide."""
    source: CaseSource
    """Where it was read."""
    situation: str
    """The case without its ending."""
    decision: str
    """What was decided, in the source's terms."""
    decided: str
    """The same, folded to prompting, rag, fine_tuning or hybrid."""
    outcome: str
    """What came of it; empty where the source does not say."""
    likeness: float
    """From 0 to 1; rises with the answers that both have and agree on. It ranks cases and is not a probability."""
    agrees_on: tuple[str, ...]
    """Facts with the same or nearly the same answer in both."""
    differs_on: tuple[str, ...]
    """Facts that both answer, each in another way."""


def similar_cases(answers: Mapping[str, Any], catalog: Catalog, *, limit: int = 5) -> tuple[Precedent, ...]:
    """Rank the cases that say where they were published by how much their answers are like these.

    Options count as the same or not, ordered ones by their distance, numbers by their ratio up to a thousandfold, ticked
    options by what both tick. Facts that only one of the two answers say nothing.

    Raises:
        AdvisorError: An answer is not possible.
    """
    known = check_answers(answers, catalog)
    published = (case for case in catalog.cases.values() if case.kind in PUBLISHED and case.source.url)
    near = [(case, _near(known, case, catalog)) for case in published]
    ranked = sorted(
        ((_likeness(shares), case, shares) for case, shares in near if _agreed(shares)),
        key=lambda item: (-item[0], item[1].id),
    )
    return tuple(_precedent(*item) for item in ranked[:limit])


def _near(known: Mapping[str, Any], case: Case, catalog: Catalog) -> dict[str, float]:
    both = [name for name in catalog.facts if name in known and name in case.answers]
    return {name: closeness(case.answers[name], known[name], catalog.facts[name]) for name in both}


def _likeness(shares: Mapping[str, float]) -> float:
    return round(sum(shares.values()) / (len(shares) + _DOUBT), 4)


def _agreed(shares: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(name for name, share in shares.items() if share >= _AGREE)


def _precedent(likeness: float, case: Case, shares: Mapping[str, float]) -> Precedent:
    return Precedent(
        id=case.id,
        title=case.title,
        kind=case.kind,
        source=case.source,
        situation=case.situation,
        decision=case.decision,
        decided=case.decision_core,
        outcome=case.outcome,
        likeness=likeness,
        agrees_on=_agreed(shares),
        differs_on=tuple(name for name, share in shares.items() if share < _AGREE),
    )


def closeness(one: Any, other: Any, fact: Fact) -> float:
    """Return how close two answers to one question are, from 0 to 1."""
    match fact.type:
        case "number":
            one, other = (_number(value, fact) for value in (one, other))
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


def _number(value: Any, fact: Fact) -> float:
    return float(fact.words.get(value, 0.0) if isinstance(value, str) else value)
