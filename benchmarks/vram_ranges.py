"""Fit the spreads of the memory range anew without each model family, and try them on that family.

    python benchmarks/vram_ranges.py [--points FILE]

The three numbers of `rules/parameters/memory.yaml` were read off all points, so the share that `vram.py` prints is
in-sample. Here each family is left out: the narrowest spreads of a grid that hold nine of ten of the other points
in each mode are tried on it. What is printed is the share of left-out points inside.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import yaml
from vram import DAY, _arguments, _row

from advisor.catalog import load_catalog
from advisor.train.size.estimate import constants_of
from advisor.train.size.fits import EstimateError, memory_span

MODES = ("stated", "options")
GRID = ((0.03, 0.04, 0.05, 0.06), (0.12, 0.15, 0.18, 0.2, 0.25), (0.3, 0.4, 0.45, 0.5, 0.6))


def main() -> None:
    catalog = load_catalog()
    _, doubt = constants_of(catalog, DAY)
    points = [point for file in _arguments().points for point in yaml.safe_load(file.read_text())["points"]]
    rows = [_row(point, catalog) for point in points if point.get("tier") == "A"]
    inside = dict.fromkeys(MODES, 0)
    for family in sorted({row["point"]["model"] for row in rows}):
        chosen = _fitted(doubt, [row for row in rows if row["point"]["model"] != family])
        left = [row for row in rows if row["point"]["model"] == family]
        for mode in MODES:
            inside[mode] += sum(_holds(row, mode, chosen) for row in left)
        print(f"{family:52}{chosen.resident_share:6}{chosen.passing_share:6}{chosen.unexplained_gib:6}")
    for mode in MODES:
        print(f"{mode}: {inside[mode] / len(rows):.1%} of {len(rows)} left-out points inside")


def _fitted(doubt: EstimateError, rows: list[dict[str, Any]]) -> EstimateError:
    """Choose the narrowest spreads that hold nine of ten of ``rows`` in each mode."""
    found = []
    for resident, passing, unexplained in itertools.product(*GRID):
        tried = replace(doubt, resident_share=resident, passing_share=passing, unexplained_gib=unexplained)
        if all(sum(_holds(row, mode, tried) for row in rows) >= 0.9 * len(rows) for mode in MODES):
            found.append((sum(_width(row, tried) for row in rows), tried))
    return min(found, key=lambda item: item[0])[1] if found else doubt


def _holds(row: dict[str, Any], mode: str, doubt: EstimateError) -> bool:
    span = memory_span(row[f"{mode} peak"], doubt)
    return bool(span.low <= row["measured"] <= span.high)


def _width(row: dict[str, Any], doubt: EstimateError) -> float:
    span = memory_span(row["options peak"], doubt)
    return (span.high - span.low) / span.expected


if __name__ == "__main__":
    main()
