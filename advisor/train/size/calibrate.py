"""Fit the estimate to one's own card from runs measured on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from advisor.errors import AdvisorError
from advisor.train.size.fits import EstimateError

EXAMPLE = '{"estimated_gib": 14.2, "measured_gib": 15.1}'


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run: what was foreseen for it and what it took."""

    estimated_gib: float
    measured_gib: float


def read_measurements(path: Path) -> list[Measurement]:
    """Read JSON lines with ``estimated_gib`` and ``measured_gib``, as ``--json`` and the trainer give them."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AdvisorError(
            f"the measured runs cannot be read: {error}",
            place=str(path),
            remedy=f"Give lines such as {EXAMPLE}.",
        ) from error
    found = [_measurement(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise AdvisorError(
            "there are no measured runs", place=str(path), remedy=f"Give lines such as {EXAMPLE}."
        )
    return found


def calibrated(doubt: EstimateError, measurements: list[Measurement]) -> EstimateError:
    """Move the estimate by the mean ratio and narrow the doubt, the more the more runs were measured.

    One run counts as much as what we believed before: with n runs the weight of the measurement is n / (n + 1).
    """
    ratios = [run.measured_gib / run.estimated_gib for run in measurements]
    weight = len(ratios) / (len(ratios) + 1)
    scale = 1 + weight * (fmean(ratios) - 1)
    spread = pstdev(ratios) if len(ratios) > 1 else doubt.passing_share
    narrowed = (1 - weight) * doubt.passing_share + weight * min(spread, doubt.passing_share)
    return replace(
        doubt,
        scale=scale,
        passing_share=narrowed,
        unnamed_share=(1 - weight) * doubt.unnamed_share,
        unexplained_gib=(1 - weight) * doubt.unexplained_gib,
        others_share=1 - weight,
    )


def _measurement(line: str, place: str) -> Measurement:
    try:
        value: Any = json.loads(line)
        found = Measurement(float(value["estimated_gib"]), float(value["measured_gib"]))
    except (ValueError, KeyError, TypeError) as error:
        raise AdvisorError(
            "this is not a measured run", place=place, remedy=f"Write it as {EXAMPLE}."
        ) from error
    if not (0 < found.estimated_gib < 1e5 and 0 < found.measured_gib < 1e5):
        raise AdvisorError(
            "memory must be a positive number of GiB", place=place, remedy=f"Write it as {EXAMPLE}."
        )
    return found
