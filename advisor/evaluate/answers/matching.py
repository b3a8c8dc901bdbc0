"""Every arm's answers laid on the same held-out rows: what is missing is a failed row, what is foreign is named."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from advisor.errors import AdvisorError
from advisor.evaluate.answers.arm import Arm, listed


def with_ids(wanted: pl.DataFrame) -> pl.DataFrame:
    """Number the held-out rows where they have no ids, and put them in order of their ids."""
    if wanted["example"].null_count():
        wanted = wanted.with_columns(
            pl.int_range(1, pl.len() + 1).cast(pl.String).alias("example"), pl.lit(True).alias("numbered")
        )
    else:
        wanted = wanted.with_columns(pl.lit(False).alias("numbered"))
    return wanted


def wanted_by_arms(arms: Sequence[Arm]) -> pl.DataFrame:
    """Collect the held-out rows that logs bring along; arms that disagree on one are a mistake."""
    brought = [arm.wanted for arm in arms if arm.wanted is not None]
    if not brought:
        raise AdvisorError(
            "nothing says what the wanted answers are",
            place="--references",
            remedy="Name a file with an id and a reference in each row.",
        )
    every = pl.concat(brought).unique(["example", "references"], maintain_order=True)
    twice = every.filter(pl.col("example").is_duplicated())["example"].unique(maintain_order=True)
    if len(twice):
        raise AdvisorError(
            f"the files do not ask the same: {len(twice)} examples have different wanted answers: {listed(twice)}",
            place=", ".join(str(arm.path) for arm in arms if arm.wanted is not None),
            remedy="Name the wanted answers with --references, or compare runs of the same task.",
        )
    return every


def matched(arm: Arm, wanted: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return one arm's answers for every held-out row (at least one row each), and what was noted on the way.

    Raises:
        AdvisorError: Ids do not match, or most rows are missing.
    """
    answers, notes = _named(arm, wanted)
    known = wanted["example"].implode()
    foreign = answers.filter(~pl.col("example").is_in(known))["example"].unique(maintain_order=True).to_list()
    answers = answers.filter(pl.col("example").is_in(known))
    there = answers["example"].unique()
    if len(there) * 2 < len(wanted):
        raise _unlike(arm, wanted, len(there))
    if foreign:
        notes.append(
            f"{arm.name}: {len(foreign)} answers to rows that are not held out were left aside: {listed(foreign)}"
        )
    absent = wanted.filter(~pl.col("example").is_in(there.implode()))["example"].to_list()
    if absent:
        notes.append(f"{arm.name}: {len(absent)} rows are missing and count as failed: {listed(absent)}")
        lost = pl.DataFrame(
            {"example": absent, "epoch": [1] * len(absent), "error": ["missing"] * len(absent)}
        )
        answers = pl.concat([answers, lost], how="diagonal_relaxed")
    return answers.with_columns(pl.lit(arm.name).alias("arm")), notes


def _named(arm: Arm, wanted: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    answers, rows = arm.answers, len(wanted)
    bare, numbered = answers["example"].null_count() > 0, bool(wanted["numbered"][0])
    if not bare and not numbered:
        return answers, []
    if not bare:
        # The held-out rows have only their places; ids that count from 0 or 1 are places too.
        for start in (0, 1):
            if set(answers["example"]) == {str(start + at) for at in range(rows)}:
                return answers.with_columns(
                    (pl.col("example").cast(pl.Int64) + 1 - start).cast(pl.String)
                ), []
    if len(answers) != rows:
        raise AdvisorError(
            f"the file has {len(answers)} answers for {rows} held-out rows, and {'its rows' if bare else 'these'} have no ids",
            place=str(arm.path),
            remedy="Give every row the id of its held-out row, in both files.",
        )
    named = answers.with_columns(wanted["example"].alias("example"), pl.lit(1, pl.Int64).alias("epoch"))
    return named, [f"{arm.name}: rows were matched by their order, as there are no ids"]


def _unlike(arm: Arm, wanted: pl.DataFrame, there: int) -> AdvisorError:
    told = "no id is" if not there else f"only {there} of {len(wanted)} ids are"
    return AdvisorError(
        f"{told} among the held-out rows: here {listed(arm.answers['example'], 3)}; there {listed(wanted['example'], 3)}",
        place=str(arm.path),
        remedy="Use the same ids in both files, and answer every held-out row.",
    )
