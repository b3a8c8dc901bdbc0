"""Published cases that are like a situation: nearest first, with the answers in which they agree and differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from advisor.catalog import Catalog, Fact, Record
from advisor.catalog.case_records import Case, CaseSource
from advisor.scenario import check_answers

FEW: Final = 3
"""So many made-up disagreements are added to every comparison, so that two shared answers never beat ten."""


class Precedent(Record):
    """A published case, and how like the situation it is."""

    id: str
    """Id of the published case."""
    title: str
    """The case in a phrase."""
    kind: str
    """case, paper, vendor_guide, textbook, or archetype, which is our own judgement."""
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
    """Facts with the same answer in both."""
    differs_on: tuple[str, ...]
    """Facts that both answer, each in another way."""


def similar_cases(answers: Mapping[str, Any], catalog: Catalog, *, limit: int = 5) -> tuple[Precedent, ...]:
    """Rank the rulebook's cases by how much their answers are like these.

    Options count as the same or not, ordered ones by their distance, numbers by their ratio up to a hundredfold, ticked
    options by what both tick. Facts that only one of the two answers say nothing.

    Raises:
        AdvisorError: An answer is not possible.
    """
    known = check_answers(answers, catalog)
    found = [_compared(known, case, catalog) for case in catalog.cases.values()]
    alike = sorted((item for item in found if item.likeness > 0), key=lambda item: (-item.likeness, item.id))
    return tuple(alike[:limit])


def _compared(known: Mapping[str, Any], case: Case, catalog: Catalog) -> Precedent:
    theirs = check_answers(case.answers, catalog)
    shared = {
        name: _alike(known[name], theirs[name], catalog.facts[name]) for name in known if name in theirs
    }
    return Precedent(
        id=case.id,
        title=case.title,
        kind=case.kind,
        source=case.source,
        situation=case.situation,
        decision=case.decision,
        decided=case.decision_core,
        outcome=case.outcome,
        likeness=round(sum(shared.values()) / (len(shared) + FEW), 4),
        agrees_on=tuple(name for name, share in shared.items() if share == 1),
        differs_on=tuple(name for name, share in shared.items() if share < 1),
    )


def _alike(ours: Any, theirs: Any, fact: Fact) -> float:
    if ours == theirs:
        return 1.0
    match fact.type:
        case "ordered":
            ids = fact.option_ids
            return 1 - abs(ids.index(ours) - ids.index(theirs)) / (len(ids) - 1)
        case "number":
            return max(0.0, 1 - abs(math.log10(abs(ours) + 1) - math.log10(abs(theirs) + 1)) / 2)
        case "many":
            return len({*ours} & {*theirs}) / len({*ours} | {*theirs})
        case _:
            return 0.0
