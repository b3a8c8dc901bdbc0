"""May this judge grade single answers: its grades of known answers, and people's word, in; its faults out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from advisor.evaluate.judging.agreement import ac1
from advisor.evaluate.judging.calibration import interval_of
from advisor.evaluate.judging.faults import CONSTANT, FEWEST_PAIRS, GRADES, faults_of, sentence_of
from advisor.evaluate.judging.grades import HIGHEST, LOWEST, Probe
from advisor.evaluate.records import Calibration, Score

ALIKE = 1e-9


def calibrate_grades(
    judge: str,
    probes: Sequence[Probe],
    grades: Sequence[float | None],
    *,
    elsewhere: Sequence[float | None] = (),
    people: tuple[Sequence[float], Sequence[float]] | None = None,
) -> Calibration:
    """Measure a judge of single answers and accept or refuse it.

    Args:
        judge: Its name.
        probes: Answers whose grade is known.
        grades: Its grades of them, 0 to 1; None where one could not be read.
        elsewhere: Its grades of other answers.
        people: For pairs of answers that people compared, the judge's difference in grade and people's word, each
            positive where the first is better.
    """
    told = _wide(probes, grades)
    found: dict[str, Score | None] = {
        "known": _known(told),
        "position": _position(told),
        "length": _mean_difference(told, "bad and longer wanted first", "bad wanted first"),
        "family": None,
    }
    readable = _readable([*grades, *elsewhere])
    constant, agreement = _constant([*grades, *elsewhere]), _agreement(people)
    # A rubric may ask for brevity, so that losing by empty words is no fault; gaining by them is.
    gained = found["length"] if found["length"] is not None and found["length"].value > 0 else None
    faults = faults_of({**found, "length": gained}, agreement, constant, readable)
    return Calibration(
        judge=judge, accepted=not faults, because=sentence_of(judge, faults, constant, found, GRADES), faults=faults,
        pairs=len(told), readable=readable, same_in_both_orders=_same(told), people=agreement, **found,
    )  # fmt: skip


def _wide(probes: Sequence[Probe], grades: Sequence[float | None]) -> pl.DataFrame:
    schema = {"example": pl.String, "shown": pl.String, "grade": pl.Float64}
    rows = [
        (one.example, f"{one.kind} {one.order}", grade) for one, grade in zip(probes, grades, strict=True)
    ]
    told = pl.DataFrame(rows, schema=schema, orient="row")
    return told.pivot(on="shown", index="example", values="grade") if rows else told


def _differences(told: pl.DataFrame, one: str, other: str) -> pl.Series:
    if one not in told.columns:
        return pl.Series([], dtype=pl.Float64)
    return (told[one] - told[other]).drop_nulls()


def _mean_difference(told: pl.DataFrame, one: str, other: str) -> Score | None:
    return interval_of(_differences(told, one, other).to_numpy())


def _known(told: pl.DataFrame) -> Score | None:
    # The order in which answers are shown later is the one that counts.
    above = _differences(told, "good wanted first", "bad wanted first")
    one = interval_of(np.sign(above.to_numpy()))
    if one is None:
        return None
    return Score(value=(1 + one.value) / 2, low=(1 + one.low) / 2, high=(1 + one.high) / 2)


def _turned(told: pl.DataFrame) -> pl.DataFrame:
    # What each of the two known answers to a row gains where the wanted answer comes first.
    kinds = [kind for kind in ("good", "bad") if f"{kind} answer first" in told.columns]
    return told.select(
        (pl.col(f"{kind} wanted first") - pl.col(f"{kind} answer first")).alias(kind) for kind in kinds
    )


def _position(told: pl.DataFrame) -> Score | None:
    gains = _turned(told)
    if not gains.columns:
        return None
    # One number a row: the two answers to it are not independent.
    return interval_of(gains.select(pl.mean_horizontal(pl.all())).to_series().drop_nulls().to_numpy())


def _same(told: pl.DataFrame) -> float | None:
    every = np.array([one for row in _turned(told).iter_rows() for one in row if one is not None])
    return float((np.abs(every) < ALIKE).mean()) if len(every) else None


def _readable(grades: Sequence[float | None]) -> float:
    return sum(one is not None for one in grades) / len(grades) if grades else 1.0


def _constant(grades: Sequence[float | None]) -> str | None:
    read = [one for one in grades if one is not None]
    if len(read) < 2 * FEWEST_PAIRS:
        return None
    values, counts = np.unique(np.round(read, 6), return_counts=True)
    most = int(counts.argmax())
    if counts[most] < CONSTANT * len(read):
        return None
    return f"{LOWEST + values[most] * (HIGHEST - LOWEST):g} of {HIGHEST}"


def _agreement(people: tuple[Sequence[float], Sequence[float]] | None) -> Score | None:
    if people is None or not len(people[0]):
        return None
    judged, said = ([_word(one) for one in side] for side in people)
    return ac1(judged, said)


def _word(difference: float) -> str:
    return "tie" if abs(difference) < ALIKE else "a" if difference > 0 else "b"
