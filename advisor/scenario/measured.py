"""What was measured, as an assessment keeps it: the arms of a run, its verdict and day, and the answers that it replaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from advisor.catalog import Record
from advisor.errors import AdvisorError

MAX_RUNS: Final = 20
Words = Annotated[str, Field(max_length=2_000)]
Name = Annotated[str, Field(max_length=300)]
Count = Annotated[int, Field(ge=0)]


class MeasuredFact(Record):
    """An answer that was measured."""

    value: Any
    """The value, as an answers file writes it."""
    by: Words
    """What measured it, in words."""


class MeasuredArm(Record):
    """What one arm achieved by the metric that decided."""

    name: Name
    """Name of the arm."""
    n: Count
    """Rows asked, failed ones included."""
    failed: Count
    """Rows without an answer."""
    value: float
    """Mean score, 0 to 1."""
    low: float
    """Lower end of its interval."""
    high: float
    """Upper end of its interval."""
    usd_per_1k: float | None = None
    """USD for a thousand answers; null where it is not known."""
    seconds_p50: float | None = None
    """Median seconds of an answer; null where it is not known."""
    seconds_p95: float | None = None
    """95th percentile of the seconds of an answer; null where it is not known."""


class MeasuredRun(Record):
    """One comparison or audit whose result an assessment uses."""

    on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """The day, as YYYY-MM-DD."""
    what: Words
    """What was measured, in a phrase."""
    metric: Name = ""
    """The metric that decided; empty where no arms were compared."""
    verdict: Words = ""
    """What to ship, as a sentence; empty where no arms were compared."""
    judge: Words = ""
    """What the judge's calibration found; empty where there was none."""
    arms: tuple[MeasuredArm, ...] = Field(default=(), max_length=50)
    """The arms, the best first."""
    facts: dict[str, MeasuredFact] = Field(default_factory=dict, max_length=50)
    """Answers that it measured, by fact."""


def check_runs(value: Any, *, place: str) -> tuple[MeasuredRun, ...]:
    """Check the runs of an answers file; files from elsewhere are hostile until then."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MAX_RUNS:
        raise AdvisorError(
            f"'measured' is not a list of at most {MAX_RUNS} runs",
            place=place,
            remedy="Leave it as `advisor evaluate --write-answers` wrote it, or remove it.",
        )
    try:
        return tuple(MeasuredRun.model_validate(one) for one in value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AdvisorError(
            f"{where or 'a run'}: {first['msg'].lower()}",
            place=place,
            remedy="Leave it as `advisor evaluate --write-answers` wrote it, or remove it.",
        ) from error
