"""How many questions an interview takes until it is settled; run: python benchmarks/interview.py."""

from __future__ import annotations

import argparse
import statistics
from dataclasses import dataclass
from datetime import date
from typing import Any

from readings import readings

from advisor.catalog import load_catalog
from advisor.decide import Recommendation, decide
from advisor.doors.ui import binding, start
from advisor.scenario import answers_of, complete

DAY = date(2026, 11, 26)
NEED_FACTS = ("knowledge_tokens", "knowledge_change")


@dataclass(frozen=True)
class Screen:
    """What is asked before the most useful questions are: the app's first screen, or nothing."""

    title: str
    facts: tuple[str, ...] = ()
    binding: bool = False
    """Whether one more question asks for everything that binds."""


SCREENS = (
    Screen("one question at a time from the start"),
    Screen("first the facts of the app's first screen, without what binds", tuple(start.FACTS)),
    Screen("first the whole first screen of the app", tuple(start.FACTS), binding=True),
)


def interview(full: dict[str, Any], screen: Screen, catalog: Any) -> tuple[int, Recommendation]:
    """Answer from ``full`` what is asked; return the number of questions and where it ended.

    On the first screen a fact counts where the person gives it; afterwards every question that is put counts.
    """
    known: dict[str, Any] = {}
    asked: list[str] = []
    for name in screen.facts:
        if name in NEED_FACTS and known.get("knowledge_gap") == "none":
            continue
        asked.append(name)
        if name in full:
            known[name] = full[name]
    count = len(known)
    if screen.binding:
        bound, left_open = what_binds(full)
        known |= bound
        asked += left_open
        count += bool(bound)
    while True:
        found = decide(known, catalog, as_of=DAY, skip=asked)
        if found.next_question is None:
            return count, found
        name = found.next_question.fact
        asked.append(name)
        count += 1
        if name in full:
            known[name] = full[name]


def what_binds(full: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Tick what holds, as a person would; return the answers and what is left open on purpose."""
    ticked = binding.ticked_in(full, ()) or [binding.UNKNOWN]
    named = {name: full[name] for name in ("bound_vendor",) if name in full}
    values, left_open = binding.answers_from(ticked, (), named)
    return {name: value for name, value in values.items() if value is not None}, left_open


def run(title: str, people: list[dict[str, Any]], screen: Screen, catalog: Any) -> None:
    """Interview everybody and print how it went."""
    truth = [decide(full, catalog, as_of=DAY) for full in people]
    ends = [interview(full, screen, catalog) for full in people]
    counts = [count for count, _ in ends]
    deciles = statistics.quantiles(counts, n=10)
    same = sum(end.recommended == whole.recommended for (_, end), whole in zip(ends, truth, strict=True))
    listed = sum(whole.recommended in end.shortlist for (_, end), whole in zip(ends, truth, strict=True))
    print(f"{screen.title}; {title}: {len(people)}")
    print(
        f"  questions until nothing is worth asking: mean {statistics.mean(counts):.1f}, median {statistics.median(counts):.0f}, "
        f"10 % {deciles[0]:.0f}, 90 % {deciles[8]:.0f}, most {max(counts)}, at most nine: {sum(count <= 9 for count in counts)}"
    )
    print(
        f"  same recommendation as with every answer  {same}; that one is on the shortlist  {listed}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    people = parser.parse_args().people
    catalog = load_catalog()
    frame = complete({}, catalog, as_of=DAY, count=people, seed=77)
    drawn = [answers_of(row, catalog) for row in frame.iter_rows(named=True)]
    careful = [read.answers for read in readings(catalog) if read.reader == "careful"]
    for screen in SCREENS:
        run("people drawn from the priors, who can answer everything", drawn, screen, catalog)
        run("published situations, read blind, who know what was read", careful, screen, catalog)


if __name__ == "__main__":
    main()
