"""Verdicts on published cases, read blind, with whole groups left out of the fit; beside floors, readers and a linear model.

Run: python benchmarks/cases.py [--verdicts FILE] [--misses]. FILE holds YAML rows of ``id`` with ``verdict: rag`` or with
four probabilities; it is scored by the same figures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from fitting import left_out, ridge
from readings import (
    CORES,
    FOLDER,
    READERS,
    Answers,
    Array,
    Read,
    accepted,
    agreement_ac1,
    read_answers,
    read_verdicts,
    readings,
)

from advisor.catalog import Catalog, load_catalog
from advisor.decide.verdicts import thresholds_of, verdict_of
from advisor.scenario import check_answers

SEEDS: Final = (1, 2, 3, 4)
RIDGE_PENALTY: Final = 1.0
FLOOR: Final = 0.001


def one_question(answers: Answers) -> str:
    """Ask one thing: knowledge is looked up, behaviour is tuned, both is hybrid."""
    knowledge = answers.get("knowledge_gap") in ("some", "main")
    behavior = answers.get("behavior_gap") == "main"
    if knowledge:
        return "hybrid" if behavior else "rag"
    return "fine_tuning" if behavior else "prompting"


def textbook(answers: Answers) -> str:
    """Apply the textbook rule's thresholds in order: gap, change, number of examples, latency."""
    choice = one_question(answers)
    if answers.get("knowledge_change") in ("weekly", "daily", "realtime") and choice != "hybrid":
        choice = "rag"
    examples = answers.get("labelled_examples")
    if examples is not None and examples < 100:
        choice = {"fine_tuning": "prompting", "hybrid": "rag"}.get(choice, choice)
    latency = answers.get("latency_budget_ms")
    if latency is not None and latency < 500:
        choice = {"rag": "fine_tuning", "hybrid": "fine_tuning"}.get(choice, choice)
    return choice


def certain(reads: Sequence[Read], choose: Callable[[Answers], str]) -> Array:
    """Turn choices into certainties, so that they are counted like the rest."""
    return np.array([[float(core == choose(read.answers)) for core in CORES] for read in reads])


@dataclass(frozen=True)
class Figures:
    """What some verdicts are worth."""

    strict: float
    lenient: float
    log_loss: float
    calibration_error: float
    count: int

    def __str__(self) -> str:
        return f"{self.strict:6.1%} {self.lenient:7.1%} {self.log_loss:8.3f} {self.calibration_error:7.3f} {self.count:5}"


def hits(chances: Array, reads: Sequence[Read]) -> tuple[Array, Array]:
    """Return, per reading, whether the likeliest corner is the published ending, and whether the source accepts it."""
    said = chances.argmax(axis=1)
    strict = said == np.array([read.core for read in reads])
    lenient = np.array([CORES[core] in accepted(read.case) for core, read in zip(said, reads, strict=True)])
    return strict, lenient


def figures(chances: Array, reads: Sequence[Read]) -> Figures:
    """Score probabilities over the corners; log-loss in nats with a floor of 0.001, ten bins of calibration."""
    strict, lenient = hits(chances, reads)
    own = chances[np.arange(len(reads)), [read.core for read in reads]]
    return Figures(
        float(strict.mean()),
        float(lenient.mean()),
        float(-np.log(np.maximum(own, FLOOR)).mean()),
        calibration_error(chances.max(axis=1), strict),
        len(reads),
    )


def calibration_error(top: Array, right: Array, bins: int = 10) -> float:
    """Return the mean gap between what was said and what came, over bins of equal width."""
    place = np.minimum((top * bins).astype(int), bins - 1)
    gaps = [
        (place == at).mean() * abs(top[place == at].mean() - right[place == at].mean())
        for at in np.unique(place)
    ]
    return float(sum(gaps))


def part(chances: Array, reads: Sequence[Read], keep: Callable[[Read], bool]) -> tuple[Array, list[Read]]:
    """Take the readings that ``keep`` names."""
    rows = [at for at, read in enumerate(reads) if keep(read)]
    return chances[rows], [reads[at] for at in rows]


def years(read: Read) -> str:
    """Return the years of a case's source as a class."""
    year = read.case.source.year
    if year is None:
        return "undated"
    return "to 2023" if year <= 2023 else str(year)


def print_rows(
    title: str, table: Mapping[str, Array], reads: Sequence[Read], classes: Mapping[str, Any]
) -> None:
    """Print one line per chooser and class."""
    print(f"\n{title:<44}{'strict':>6} {'lenient':>7} {'log-loss':>8} {'calib.':>7} {'n':>5}")
    for name, chances in table.items():
        for label, keep in classes.items():
            print(f"{name + ', ' + label:<44}{figures(*part(chances, reads, keep))}")


def print_words(chances: Array, reads: Sequence[Read], catalog: Catalog, as_of: date) -> None:
    """Print what each word of a verdict was worth, the shortlist, and the reliability of the probabilities."""
    limits = thresholds_of(catalog, as_of)
    words = np.array(
        [
            verdict_of(float(top), len(read.answers), limits)
            for top, read in zip(chances.max(axis=1), reads, strict=True)
        ]
    )
    strict, lenient = hits(chances, reads)
    print(f"\n{'word':<44}{'said':>6} {'strict':>7} {'lenient':>8}")
    for who, rows in {
        "": strict | True,
        **{f", {r}": np.array([x.reader == r for x in reads]) for r in READERS},
    }.items():
        for word in ("clear", "leaning", "too_close", "too_early"):
            chosen = rows & (words == word)
            if chosen.any():
                line = f"{chosen.sum() / rows.sum():6.1%} {strict[chosen].mean():7.1%} {lenient[chosen].mean():8.1%}"
                print(f"{word + who:<44}{line}")
    own = np.array([read.core for read in reads])
    listed = (chances >= limits.shortlist) | (chances == chances.max(axis=1, keepdims=True))
    held = listed[np.arange(len(reads)), own]
    print(
        f"\nshortlist holds the published ending in {held.mean():.1%}, {listed.sum(axis=1).mean():.2f} names on average"
    )
    print("\nreliability: said, came, readings")
    top = chances.max(axis=1)
    for low in np.arange(0.3, 1.0, 0.1):
        rows = (top >= low) & (top < low + 0.1)
        if rows.any():
            print(f"  {top[rows].mean():6.1%} {strict[rows].mean():7.1%} {rows.sum():5}")


def picture(chances: Array, reads: Sequence[Read]) -> str:
    """Draw the reliability of the probabilities as SVG: what was said across, what came upwards, area by number."""
    strict, _ = hits(chances, reads)
    top = chances.max(axis=1)
    x, y = lambda share: 50 + 300 * share, lambda share: 330 - 300 * share
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 385" font-family="sans-serif" font-size="12">',
        "<title>Reliability: probability said, share that came as published, by tenths</title>",
        '<rect width="400" height="385" fill="#ffffff"/>',
        f'<path d="M{x(0)} {y(0)}H{x(1)}V{y(1)}H{x(0)}Z" fill="none" stroke="#c9ccd3"/>',
        f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#9aa0ab" stroke-dasharray="4 4"/>',
    ]
    for low in np.arange(0.2, 1.0, 0.1):
        rows = (top >= low) & (top < low + 0.1)
        if rows.any():
            said, came, count = top[rows].mean(), strict[rows].mean(), int(rows.sum())
            half = 1.96 * np.sqrt(came * (1 - came) / (count / 2))  # two readings of a case are nearly one
            low_end, high_end = max(0.0, came - half), min(1.0, came + half)
            parts += [
                f'<path d="M{x(said):.1f} {y(low_end):.1f}V{y(high_end):.1f}" stroke="#0369a1" stroke-width="1.5"/>',
                f'<circle cx="{x(said):.1f}" cy="{y(came):.1f}" r="{1.1 * np.sqrt(count):.1f}" fill="#0369a1" fill-opacity="0.75"/>',
            ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts += [
            f'<text x="{x(share)}" y="348" text-anchor="middle" fill="#1d2430">{share:.0%}</text>',
            f'<text x="44" y="{y(share) + 4}" text-anchor="end" fill="#1d2430">{share:.0%}</text>',
        ]
    parts += [
        '<text x="200" y="370" text-anchor="middle" fill="#1d2430">probability of the recommended corner</text>',
        '<text x="50" y="20" fill="#1d2430">share that came as published, with 95 % intervals</text></svg>',
    ]
    return "\n".join(parts) + "\n"


def print_agreement(catalog: Catalog) -> None:
    """Print how far two readers agree on each question that both answered, with today's questions and the former ones."""
    before = _agreements(FOLDER / "2026-11-22", None)
    after = _agreements(FOLDER, catalog)
    print(f"\n{'question: agreement of two readers, AC1':<44}{'before':>10} {'now':>8} {'both answered':>14}")
    for name in [*catalog.facts, *(name for name in before if name not in catalog.facts)]:
        if name in before or name in after:
            old, new = before.get(name), after.get(name)
            cells = [f"{found[0]:.2f}" if found else "–" for found in (old, new)]
            print(f"{name:<44}{cells[0]:>10} {cells[1]:>8} {new[1] if new else 0:>14}")


def _agreements(folder: Path, catalog: Catalog | None) -> dict[str, tuple[float, int]]:
    left, right = (read_answers(folder / f"{reader}.yaml") for reader in READERS)
    found: dict[str, tuple[list[Any], list[Any]]] = {}
    for case, answers in left.items():
        given, other = answers, right[case]
        if catalog:
            given, other = check_answers(given, catalog), check_answers(other, catalog)
        for name in given.keys() & other.keys():
            pairs = found.setdefault(name, ([], []))
            for side, value in zip(pairs, (given[name], other[name]), strict=True):
                side.extend(_comparable(name, value, given[name], other[name]))
    return {
        name: (agreement_ac1(*pairs), sum(name in left[case] and name in right[case] for case in left))
        for name, pairs in found.items()
    }


def _comparable(name: str, value: Any, *both: Any) -> list[Any]:
    # Ticks are compared one by one, over what either reader ticked; numbers by power of ten.
    if isinstance(value, list | tuple):
        return [f"{tick}:{tick in value}" for tick in sorted(set().union(*both))]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [int(value // 10) if name.endswith("percent") else int(np.log10(value + 1))]
    return [value]


def print_misses(chances: Array, reads: Sequence[Read]) -> None:
    """Name each reading that is decided otherwise."""
    for row, read in enumerate(reads):
        said = CORES[int(chances[row].argmax())]
        if said != read.case.decision_core:
            word = "accepted" if said in accepted(read.case) else "wrong"
            print(
                f"  {word:<9}{read.reader:<9}{read.case.id}: {said} {chances[row].max():.2f}, {read.case.decision_core}"
            )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as-of", type=date.fromisoformat, default=datetime.now(UTC).date())
    parser.add_argument("--verdicts", type=Path, action="append", default=[])
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--picture", type=Path, help="write the reliability picture there")
    options = parser.parse_args()
    catalog = load_catalog()
    reads = readings(catalog)
    advisor = left_out(reads, catalog, options.as_of, SEEDS)
    everybody = {"all": lambda _: True}
    by_reader = everybody | {reader: lambda read, reader=reader: read.reader == reader for reader in READERS}
    print(
        f"Rulebook {catalog.version}, {len(catalog.rules)} rules; {len(reads) // 2} published cases, two blind readings each."
    )
    print(
        "Weights never saw the group of the case that they decide; rules and questions were written with the cases in view."
    )
    print_rows("Advisor", {"Advisor": advisor}, reads, by_reader)
    classes = {core: lambda read, core=core: read.case.decision_core == core for core in CORES}
    print_rows("by class", {"Advisor": advisor}, reads, classes)
    ages = {age: lambda read, age=age: years(read) == age for age in sorted({years(read) for read in reads})}
    print_rows("by year of the source", {"Advisor": advisor}, reads, ages)
    plain = {
        "ridge on the same readings": ridge(reads, catalog, SEEDS, RIDGE_PENALTY),
        "always fine-tuning": certain(reads, lambda _: "fine_tuning"),
        "one question": certain(reads, one_question),
        "the textbook rule": certain(reads, textbook),
        "four equal shares": np.full((len(reads), len(CORES)), 0.25),
    }
    print_rows("beside", plain, reads, by_reader)
    files = [*sorted(FOLDER.glob("**/*.verdicts.yaml")), *options.verdicts]
    careful = [read for read in reads if read.reader == "careful"]
    for path in files:
        given = read_verdicts(path)
        kept = [read for read in careful if read.case.id in given]
        print_rows(path.name, {path.stem: np.array([given[read.case.id] for read in kept])}, kept, everybody)
    print_words(advisor, reads, catalog, options.as_of)
    print_agreement(catalog)
    if options.picture:
        options.picture.write_text(picture(advisor, reads), encoding="utf-8")
    if options.misses:
        print_misses(advisor, reads)


if __name__ == "__main__":
    main()
