"""Blind readings of the published cases: what a reader who saw only a situation answered; see readings/README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from advisor.catalog import Case, Catalog
from advisor.scenario import check_answers

Array = np.ndarray[Any, np.dtype[Any]]
Answers = Mapping[str, Any]

FOLDER: Final = Path(__file__).parent / "readings"
READERS: Final = ("careful", "hurried")
CORES: Final = ("prompting", "rag", "fine_tuning", "hybrid")
PUBLISHED: Final = ("case", "paper", "vendor_guide")
# Words that sources use for endings which the four corners hold already.
_FOLDED: Final = {
    "few_shot": "prompting",
    "long_context": "prompting",
    "prompt_caching": "prompting",
    "collect_data_first": "prompting",
    "agentic_search": "rag",
}


def fold(word: str) -> str:
    """Return the corner that a word stands for."""
    return _FOLDED.get(word, word)


def accepted(case: Case) -> set[str]:
    """Name the corners that the source itself calls good."""
    return {case.decision_core, *(fold(word) for word in case.also_acceptable)} & set(CORES)


def published(catalog: Catalog) -> list[Case]:
    """List the published cases in order of id."""
    return [case for case in catalog.cases.values() if case.kind in PUBLISHED]


def group_of(case: Case) -> str:
    """Return what is left out together: cases of one source."""
    return case.group or case.id


@dataclass(frozen=True)
class Read:
    """One case as one reader answered it."""

    case: Case
    reader: str
    answers: dict[str, Any]

    @property
    def core(self) -> int:
        """Index of the published ending."""
        return CORES.index(self.case.decision_core)


def read_answers(path: Path) -> dict[str, Answers]:
    """Return the raw answers of one file, by case."""
    return {item["id"]: item["answers"] for item in yaml.safe_load(path.read_text("utf-8"))["answers"]}


def readings(catalog: Catalog) -> list[Read]:
    """Return every published case as each reader answered it, checked against the questions of today."""
    cases = published(catalog)
    return [
        Read(case, reader, check_answers(given[case.id], catalog))
        for reader in READERS
        for given in [read_answers(FOLDER / f"{reader}.yaml")]
        for case in cases
    ]


def read_verdicts(path: Path) -> dict[str, Array]:
    """Return probabilities over the corners by case, from YAML rows of ``id`` and either ``verdict`` or four numbers.

    A plain ``verdict`` becomes a certainty, so that it can be counted; its log-loss says little.
    """
    found = {}
    for row in yaml.safe_load(path.read_text("utf-8")):
        if "verdict" in row:
            chances = np.array([float(core == fold(row["verdict"])) for core in CORES])
        else:
            chances = np.array([float(row[core]) for core in CORES])
        found[str(row["id"])] = chances / chances.sum()
    return found


def agreement_ac1(left: Sequence[Any], right: Sequence[Any]) -> float:
    """Return Gwet's AC1 of two readers' answers to one question."""
    names = sorted({*left, *right}, key=str)
    counts = max(len(names), 2)
    shares = [(list(left).count(name) + list(right).count(name)) / (2 * len(left)) for name in names]
    by_chance = sum(share * (1 - share) for share in shares) / (counts - 1)
    observed = float(np.mean([a == b for a, b in zip(left, right, strict=True)]))
    return (observed - by_chance) / (1 - by_chance)
