"""How many questions an interview takes until it is settled; run: python benchmarks/interview.py."""

from __future__ import annotations

import argparse
import statistics
from datetime import date
from typing import Any

from readings import readings

from advisor.catalog import load_catalog
from advisor.decide import Recommendation, decide
from advisor.scenario import answers_of, complete

DAY = date(2026, 11, 26)


def interview(full: dict[str, Any], catalog: Any) -> tuple[int, Recommendation]:
    """Answer from ``full`` what is asked; return the number of questions and where it ended."""
    known: dict[str, Any] = {}
    asked: list[str] = []
    while True:
        found = decide(known, catalog, as_of=DAY, skip=asked)
        if found.next_question is None:
            return len(asked), found
        name = found.next_question.fact
        asked.append(name)
        if name in full:
            known[name] = full[name]


def run(title: str, people: list[dict[str, Any]], catalog: Any) -> None:
    """Interview everybody and print how it went."""
    truth = [decide(full, catalog, as_of=DAY) for full in people]
    ends = [interview(full, catalog) for full in people]
    counts = [count for count, _ in ends]
    deciles = statistics.quantiles(counts, n=10)
    same = sum(end.recommended == whole.recommended for (_, end), whole in zip(ends, truth, strict=True))
    listed = sum(whole.recommended in end.shortlist for (_, end), whole in zip(ends, truth, strict=True))
    print(f"{title}: {len(people)}")
    print(
        f"  questions until nothing is worth asking: median {statistics.median(counts):.0f}, 10 % {deciles[0]:.0f}, 90 % {deciles[8]:.0f}, most {max(counts)}"
    )
    print(f"  same recommendation as with every answer  {same}; that one is on the shortlist  {listed}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    people = parser.parse_args().people
    catalog = load_catalog()
    frame = complete({}, catalog, as_of=DAY, count=people, seed=77)
    drawn = [answers_of(row, catalog) for row in frame.iter_rows(named=True)]
    run("people drawn from the priors, who can answer everything", drawn, catalog)
    careful = [read.answers for read in readings(catalog) if read.reader == "careful"]
    run("published situations, read blind, who know what was read", careful, catalog)


if __name__ == "__main__":
    main()
