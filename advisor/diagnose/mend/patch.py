"""The patch: which rows go, which are to be written, how many refusals are wanted, which prompt to serve with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import polars as pl

from advisor.diagnose.material import Material
from advisor.diagnose.records import Diagnosis, Record, Suspicion
from advisor.diagnose.training_prompt import training_system_of

FORMAT: Final = "advisor-patch/1"
SHOWN_WORDS: Final = 300
"""Characters of a request that a patch repeats."""


class RowOut(Record):
    """A training row to leave out."""

    row: int
    """Row of the training file, from 1."""
    cause: str
    """Id of the cause that blames it."""


class RowsToWrite(Record):
    """Rows that somebody has to write: a patch never invents answers."""

    like: str
    """The request of a production sample that nothing in training asks for."""
    sample: int
    """Row of the production file."""
    count: int
    """How many rows of this kind."""
    because: str
    """Why, in a sentence."""


class Refusals(Record):
    """How many rows ought to decline or say that they do not know."""

    share: float
    """Share wanted, 0 to 1."""
    have: int
    """Rows that decline already."""
    to_add: int
    """Rows to write; 0 where there are enough."""
    to_remove: int
    """Rows that decline and should not; 0 where there are not too many."""


class MustImprove(Record):
    """What the next training has to show before it is shipped."""

    cause: str
    """Id of the cause."""
    measured: str
    """Name of the measure."""
    now: float | None
    """Its score as served, 0 to 1; null where nothing was measured."""
    wanted: str
    """What has to be seen."""


class Patch(Record):
    """What to change."""

    format: str = FORMAT
    """Name and version of this form."""
    rows_out: tuple[RowOut, ...] = ()
    """Training rows to leave out."""
    rows_to_write: tuple[RowsToWrite, ...] = ()
    """Kinds of rows to write, with their numbers."""
    refusals: Refusals | None = None
    """Refusals wanted; null where nobody said how many."""
    serve_with: str | None = None
    """System prompt to serve with; null where it need not change."""
    serving: tuple[str, ...] = ()
    """What else to change in serving, a sentence each."""
    must_improve: tuple[MustImprove, ...] = ()
    """What the next training has to show."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.rows_out or self.rows_to_write or self.serve_with or self.serving or self.refusals)


def patch_for(diagnosis: Diagnosis, material: Material) -> Patch:
    """Write the patch for what was found; a cause that was ruled out changes nothing."""
    found = diagnosis.found
    return Patch(
        rows_out=_rows_out(found),
        rows_to_write=_to_write(diagnosis, material),
        refusals=_refusals(material),
        serve_with=training_system_of(material)
        if any(one.test.intervention == "training-system-prompt" for one in found)
        else None,
        serving=tuple(f"{one.title}: {one.remedy}" for one in found if _in_serving(one)),
        must_improve=tuple(map(_must, found)),
    )


def _rows_out(found: tuple[Suspicion, ...]) -> tuple[RowOut, ...]:
    blamed = {row: one.cause for one in reversed(found) if one.rows_of == "training" for row in one.rows}
    return tuple(RowOut(row=row, cause=cause) for row, cause in sorted(blamed.items()))


_SERVING: Final = {
    "training-template", "adapter-on", "adapter-once", "training-precision", "evaluation-sampling", "lower-temperature",
    "stop-at-end-mark", "training-context-format",
}  # fmt: skip


def _in_serving(one: Suspicion) -> bool:
    return one.test.intervention in _SERVING


def _to_write(diagnosis: Diagnosis, material: Material) -> tuple[RowsToWrite, ...]:
    asked = dict(
        zip(material.production["row"].to_list(), material.production["prompt"].to_list(), strict=True)
    )
    return tuple(
        RowsToWrite(
            like=(asked.get(one.row) or "")[:SHOWN_WORDS],
            sample=one.row,
            count=one.rows_wanted,
            because=one.advice,
        )
        for one in diagnosis.samples
        if one.covered is False and one.rows_wanted
    )


def _refusals(material: Material) -> Refusals | None:
    share = material.facts.wanted_refusals
    if share is None or not material.training.height:
        return None
    have = len(refusing_rows(material.training))
    others = material.training.height - have
    # Adding changes the total, too: wanted = (have + added) / (all + added).
    wanted = math.ceil(share / (1 - share) * others - 1e-9) if share < 1 else have
    return Refusals(share=share, have=have, to_add=max(0, wanted - have), to_remove=max(0, have - wanted))


def refusing_rows(training: pl.DataFrame) -> list[int]:
    """Return the rows whose answer declines or does not know."""
    from advisor.evaluate.scorers.refusal import refuses

    return [row for row, answer in training.select("row", "answer").iter_rows() if answer and refuses(answer)]


def _must(one: Suspicion) -> MustImprove:
    trial = one.trial
    if trial is None:
        return MustImprove(cause=one.cause, measured=one.test.how, now=None, wanted=one.would)
    wanted = f"better than {100 * trial.before:.0f} of 100 on the same samples, with an interval that excludes zero"
    return MustImprove(cause=one.cause, measured=trial.measured, now=trial.before, wanted=wanted)


def sentences(patch: Patch) -> Iterator[str]:
    """Describe what a patch does, a sentence each."""
    if patch.rows_out:
        shown = ", ".join(str(one.row) for one in patch.rows_out[:20]) + (
            ", …" if len(patch.rows_out) > 20 else ""
        )
        yield f"Leave out {len(patch.rows_out)} training rows: {shown}."
    for one in patch.rows_to_write:
        yield f"Write {one.count} rows like production sample {one.sample}: {one.like}"
    if patch.refusals and patch.refusals.to_add:
        yield f"Write {patch.refusals.to_add} rows that decline or say so where the answer is not known ({patch.refusals.share:.0%} wanted)."
    if patch.refusals and patch.refusals.to_remove:
        yield f"Rewrite {patch.refusals.to_remove} rows that decline and should not ({patch.refusals.share:.0%} wanted)."
    if patch.serve_with is not None:
        yield (
            f"Serve with this system prompt: {patch.serve_with}"
            if patch.serve_with
            else "Serve without a system prompt."
        )
    yield from patch.serving
