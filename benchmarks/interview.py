"""How many questions an interview takes until it is settled; run: python benchmarks/interview.py."""

from __future__ import annotations

import argparse
import statistics
from datetime import date
from typing import Any

from advisor.catalog import load_catalog
from advisor.decide import decide, decide_frame
from advisor.scenario import answers_of, complete

DAY = date(2026, 11, 26)


def interview(full: dict[str, Any], catalog: Any) -> tuple[int, str, str]:
    """Answer from ``full`` what is asked; give the number of questions, the end and the first strategy."""
    known: dict[str, Any] = {}
    asked: list[str] = []
    while True:
        found = decide(known, catalog, as_of=DAY, skip=asked)
        if found.next_question is None:
            return len(asked), found.settled, found.recommended
        name = found.next_question.fact
        asked.append(name)
        if name in full:
            known[name] = full[name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    people = parser.parse_args().people
    catalog = load_catalog()
    frame = complete({}, catalog, as_of=DAY, count=people, seed=77)
    truth = decide_frame(frame, catalog, as_of=DAY, samples=0)["recommended"].to_list()
    counts, settled, kept = [], 0, 0
    for row, first in zip(frame.iter_rows(named=True), truth, strict=True):
        count, end, found = interview(answers_of(row, catalog), catalog)
        counts.append(count)
        settled += end != "open"
        kept += found == first
    deciles = statistics.quantiles(counts, n=10)
    print(f"people drawn from the priors, all questions answerable      {people}")
    print(
        f"questions until nothing is worth asking: median {statistics.median(counts):.0f}, 10 % {deciles[0]:.0f}, 90 % {deciles[8]:.0f}, most {max(counts)}"
    )
    print(f"interviews that end settled or final                        {settled} of {people}")
    print(f"same recommendation as with every question answered                  {kept} of {people}")


if __name__ == "__main__":
    main()
