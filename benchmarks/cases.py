"""Agreement of the rulebook with published decisions, beside three floors; run: python benchmarks/cases.py."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np

from advisor.catalog import Case, Catalog, load_catalog
from advisor.decide import score
from advisor.palette import STRATEGIES
from advisor.scenario import check_answers, frame_of

CORES: Final = ("prompting", "rag", "fine_tuning", "hybrid")
PUBLISHED: Final = ("case", "paper", "vendor_guide")
# Words that sources use for endings which our strategies hold already.
_FOLDED: Final = {
    "few_shot": "prompting",
    "long_context": "prompting",
    "prompt_caching": "prompting",
    "collect_data_first": "prompting",
    "agentic_search": "rag",
}
Answers = Mapping[str, Any]
Chooser = Callable[[Sequence[Answers]], list[str]]


def fold(strategy: str) -> str:
    """Give the core strategy that a word stands for."""
    return _FOLDED.get(strategy, strategy)


def accepted(case: Case) -> set[str]:
    """Name the core strategies that the source itself calls good."""
    return {case.decision_core, *(fold(word) for word in case.also_acceptable)}


@dataclass(frozen=True)
class Agreement:
    """How many of some cases a chooser decides as published."""

    strict: int
    lenient: int
    total: int

    def __str__(self) -> str:
        return f"{self.strict:>3} / {self.lenient:>2} of {self.total:<2}"


def agreement(cases: Sequence[Case], choices: Sequence[str]) -> Agreement:
    """Count agreement with the published decision, and with any ending that the source accepts."""
    pairs = list(zip(cases, choices, strict=True))
    strict = sum(choice == case.decision_core for case, choice in pairs)
    return Agreement(strict, sum(choice in accepted(case) for case, choice in pairs), len(pairs))


def advisor_choices(answers: Sequence[Answers], catalog: Catalog, as_of: date) -> list[str]:
    """Decide by the rulebook, folded."""
    checked = [check_answers(row, catalog) for row in answers]
    scored = score(frame_of(checked, catalog), catalog, as_of)
    return [fold(STRATEGIES[index]) for index in scored.first.tolist()]


def always_tune(answers: Sequence[Answers]) -> list[str]:
    """Answer fine-tuning to everything."""
    return ["fine_tuning"] * len(answers)


def one_question(answers: Sequence[Answers]) -> list[str]:
    """Ask one thing: knowledge is looked up, behaviour is tuned, both is hybrid."""
    return [_by_gap(row) for row in answers]


def _by_gap(row: Answers) -> str:
    knowledge = row.get("knowledge_gap") in ("some", "main")
    behavior = row.get("behavior_gap") == "main"
    if knowledge and behavior:
        return "hybrid"
    if knowledge:
        return "rag"
    return "fine_tuning" if behavior else "prompting"


def textbook(answers: Sequence[Answers]) -> list[str]:
    """Apply the textbook rule's thresholds in order: gap, change, number of examples, latency."""
    return [_by_textbook(row) for row in answers]


def _by_textbook(row: Answers) -> str:
    choice = _by_gap(row)
    if row.get("knowledge_change") in ("weekly", "daily", "realtime") and choice != "hybrid":
        choice = "rag"
    examples = row.get("labelled_examples")
    if examples is not None and examples < 100:
        choice = {"fine_tuning": "prompting", "hybrid": "rag"}.get(choice, choice)
    latency = row.get("latency_budget_ms")
    if latency is not None and latency < 500:
        choice = {"rag": "fine_tuning", "hybrid": "fine_tuning"}.get(choice, choice)
    return choice


def thinned(answers: Answers, rng: np.random.Generator, share: float) -> dict[str, Any]:
    """Leave out a share of the answers, but never the two about what is missing."""
    kept = ("knowledge_gap", "behavior_gap")
    return {name: value for name, value in answers.items() if name in kept or rng.random() >= share}


def _table(title: str, cases: Sequence[Case], choosers: Mapping[str, Chooser]) -> None:
    rows = [(core, [case for case in cases if case.decision_core == core]) for core in CORES]
    print(f"\n{title}: strict / lenient of all")
    print(f"{'':<30}" + "".join(f"{core:>16}" for core in CORES) + f"{'all':>16}")
    for name, choose in choosers.items():
        figures = [agreement(part, choose([case.answers for case in part])) for _, part in rows if part]
        cells = dict(zip([core for core, part in rows if part], figures, strict=True))
        line = "".join(f"{cells.get(core, '–')!s:>16}" for core in CORES)
        print(f"{name:<30}{line}{agreement(cases, choose([case.answers for case in cases]))!s:>16}")


def _misses(cases: Sequence[Case], choices: Sequence[str]) -> None:
    for case, choice in zip(cases, choices, strict=True):
        if choice != case.decision_core:
            word = "accepted" if choice in accepted(case) else "WRONG"
            print(f"  {word:<9} {case.id}: {choice}, published {case.decision_core}")


def _thinned_line(cases: Sequence[Case], choose: Chooser, share: float, times: int) -> None:
    rng = np.random.default_rng(20261122)
    runs = [
        agreement(cases, choose([thinned(case.answers, rng, share) for case in cases])) for _ in range(times)
    ]
    strict, lenient = np.mean([(run.strict, run.lenient) for run in runs], axis=0)
    print(f"  {share:.0%} left out at random, mean of {times}: {strict:.1f} strict, {lenient:.1f} lenient")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as-of", type=date.fromisoformat, default=datetime.now(UTC).date())
    as_of = parser.parse_args().as_of
    catalog = load_catalog()
    choosers: dict[str, Chooser] = {
        "Advisor": lambda answers: advisor_choices(answers, catalog, as_of),
        "floor: always fine-tuning": always_tune,
        "floor: one question": one_question,
        "floor: the textbook rule": textbook,
    }
    by_kind = {
        "Published decisions": [case for case in catalog.cases.values() if case.kind in PUBLISHED],
        "Textbook cases": [case for case in catalog.cases.values() if case.kind == "textbook"],
        "Archetypes (our judgement, not published)": [
            c for c in catalog.cases.values() if c.kind == "archetype"
        ],
    }
    print(f"Rulebook {catalog.version}, {len(catalog.rules)} rules, as of {as_of}")
    for title, cases in by_kind.items():
        _table(title, cases, choosers)
        _misses(cases, choosers["Advisor"]([case.answers for case in cases]))
    print("\nPublished decisions with fewer answers")
    for share in (0.2, 0.4):
        _thinned_line(by_kind["Published decisions"], choosers["Advisor"], share, 50)
    answered = [len(case.answers) for case in by_kind["Published decisions"]]
    print(f"  answers per case: median {np.median(answered):.0f}, most {max(answered)}")


if __name__ == "__main__":
    main()
