"""Evidence: how many lines there are and how each was read, what the lints find, and a random sample to check by hand.

python benchmarks/evidence.py [--sample 40] [--seed 10]
"""

from __future__ import annotations

import argparse
import random
from collections import Counter

from rich.console import Console
from rich.table import Table

from advisor.catalog import load_catalog
from advisor.catalog.evidence import citations, evidence_findings

CATALOG = load_catalog()
console = Console(width=150)


def counts():
    read = Counter((CATALOG.sources[c.evidence.source].read, c.evidence.supports) for c in citations(CATALOG))
    words = ("direct", "indirect", "contested", "judgement")
    shown = Table(
        "the source was read",
        *words,
        "all",
        title=f"{sum(read.values())} lines of evidence, {len(CATALOG.sources)} sources",
    )
    for how in ("full", "abstract", "second-hand", "memory"):
        row = [read[how, word] for word in words]
        shown.add_row(how, *map(str, row), str(sum(row)))
    console.print(shown)
    opened = Counter(str(CATALOG.sources[c.evidence.source].checked) for c in citations(CATALOG))
    console.print("Lines by the day on which their source was last opened: ", dict(sorted(opened.items())))


def lints():
    found = evidence_findings(CATALOG)
    console.print(f"Findings of the lints: {len(found)}")
    for item in found:
        console.print(f"  {item.check}: {item.message}")


def sample(size, seed):
    listed = [c for c in citations(CATALOG) if c.evidence.supports != "judgement"]
    shown = Table(
        "cited by",
        "says",
        "supports",
        "source",
        "what was read there",
        title=f"{size} of {len(listed)}, seed {seed}",
        show_lines=True,
    )
    for owner, item in sorted(
        random.Random(seed).sample(listed, size), key=lambda c: (c.owner, c.evidence.source)
    ):
        source = CATALOG.sources[item.source]
        where = f"{source.title}, {source.published}\n{source.url or source.note}\nread {source.read}, {source.checked}"
        shown.add_row(owner, item.says, item.supports, where, "\n".join(source.found) or "—")
    console.print(shown)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--seed", type=int, default=10)
    given = parser.parse_args()
    counts()
    lints()
    sample(given.sample, given.seed)
