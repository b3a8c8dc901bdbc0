"""Fit the weights of rules on the blind readings and choose the thresholds of words; writes rules/fitted.yaml.

Run: python benchmarks/calibrate.py [--write]. What is printed first is in-sample or used to choose thresholds; figures
to quote come from benchmarks/cases.py, where whole groups are left out.
"""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime

import numpy as np
from fitting import NATS_PER_BIT, Slots, Weights, active, fit, left_out, sample_of, slots_of
from readings import CORES, Array, Read, accepted, readings

from advisor.catalog import Catalog, load_catalog, rules_folder
from advisor.decide.scoring import DIALS
from advisor.files import write_text

SEEDS = (11, 12, 13, 14)
# Start of the dial `show`, in bits: published endings do not tell few-shot from prompting, so this is our judgement.
SHOW_BASE = -0.9


def fitted_yaml(weights: Weights, slots: Slots, catalog: Catalog, cases: int) -> str:
    """Write the weights as the file that the catalog reads."""
    names = list(catalog.rules)
    bits = slots.signs * weights.sizes / NATS_PER_BIT
    found: dict[str, dict[str, tuple[str, float]]] = {}
    for rule, dial, value in zip(slots.rules.tolist(), slots.dials.tolist(), bits.tolist(), strict=True):
        word = catalog.rules[names[rule]].effect[DIALS[dial]]
        found.setdefault(names[rule], {})[DIALS[dial]] = (word, round(value, 3))
    base = dict(zip(DIALS, [*(weights.base / NATS_PER_BIT).round(3).tolist(), SHOW_BASE], strict=True))
    lines = [
        "# yaml-language-server: $schema=.schema/fitted.json",
        "# Written by benchmarks/calibrate.py; do not edit. Bits per rule and dial, and the word that each was fitted from: where a",
        "# rule's word is another, its word counts.",
        f"note: Fitted on {cases} published cases, each read blind by two readers.",
        "base: {" + ", ".join(f"{dial}: {value}" for dial, value in base.items()) + "}",
        "weights:",
    ]
    for name in sorted(found):
        cells = ", ".join(f"{dial}: [{word}, {value}]" for dial, (word, value) in found[name].items())
        lines.append(f"  {name}: {{{cells}}}")
    return "\n".join(lines) + "\n"


def thresholds(chances: Array, reads: list[Read]) -> None:
    """Print what thresholds would be worth, on predictions for groups left out."""
    top = chances.max(axis=1)
    said = chances.argmax(axis=1)
    good = np.array([CORES[s] in accepted(r.case) for s, r in zip(said, reads, strict=True)])
    print("clear from   said    right (lenient)")
    for cut in np.arange(0.6, 0.96, 0.025):
        rows = top >= cut
        print(f"  {cut:.3f}      {rows.mean():.3f}   {good[rows].mean():.3f}")
    own = chances[np.arange(len(reads)), [read.core for read in reads]]
    print("shortlist from   holds   mean size")
    for cut in (0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2):
        held = (own >= cut) | (said == [read.core for read in reads])
        size = ((chances >= cut) | (chances == top[:, None])).sum(axis=1).mean()
        print(f"  {cut:.3f}          {held.mean():.3f}   {size:.2f}")
    groups = sorted({read.case.group or read.case.id for read in reads})
    owner = np.array([groups.index(read.case.group or read.case.id) for read in reads])
    print(f"split conformal by group, level 0.91: {conformal(own, owner, 0.91):.3f}")


def conformal(own: Array, owner: Array, level: float) -> float:
    """Return the probability that the published ending reaches in `level` of groups, each drawn at one reading.

    Readings of one source are not independent: one of each group is drawn, the threshold is the mean over draws.
    """
    rng = np.random.default_rng(3)
    cuts = []
    for _ in range(400):
        drawn = [own[rng.choice(np.flatnonzero(owner == group))] for group in range(int(owner.max()) + 1)]
        rank = int(np.floor((len(drawn) + 1) * (1 - level)))
        cuts.append(np.sort(drawn)[max(rank - 1, 0)])
    return float(np.mean(cuts))


def main() -> None:
    """Fit, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as-of", type=date.fromisoformat, default=datetime.now(UTC).date())
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    catalog = load_catalog()
    reads = readings(catalog)
    slots, sample = slots_of(catalog, options.as_of), sample_of(reads, catalog, options.as_of)
    weights = fit(active(sample, slots), sample.cores, sample.weight, slots)
    print(f"{len(slots.priors)} weights on {len(reads)} readings; base in bits {weights.base / NATS_PER_BIT}")
    thresholds(left_out(reads, catalog, options.as_of, SEEDS), reads)
    text = fitted_yaml(weights, slots, catalog, len({read.case.id for read in reads}))
    if options.write:
        write_text(rules_folder() / "fitted.yaml", text)
        print("wrote rules/fitted.yaml")


if __name__ == "__main__":
    main()
