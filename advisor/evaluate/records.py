"""What a comparison holds; printed as JSON, drawn by the app and composed into reports."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from advisor.catalog import Record


class Score(Record):
    """A mean with its interval; scores lie in 0 to 1, differences of them in -1 to 1."""

    value: float
    """Mean over all rows; a failed row scores 0."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""


class ArmResult(Record):
    """What one arm achieved."""

    n: int
    """Rows asked, failed ones included."""
    failed: int
    """Rows without an answer: an error, an empty answer, or a row that is missing from the file."""
    scores: dict[str, Score]
    """Scores by metric."""
    usd_per_1k: float | None
    """USD for a thousand answers; null where the file does not say."""
    seconds_p50: float | None
    """Median seconds of an answer; null where the file does not say."""
    seconds_p95: float | None
    """95th percentile of the seconds of an answer."""
    tokens_in: float | None
    """Mean input tokens; null where the file does not say."""
    tokens_out: float | None
    """Mean output tokens; null where the file does not say."""


class Difference(Record):
    """How two arms differ on the same rows; ``a`` is the one with the higher score."""

    a: str
    """Name of one arm."""
    b: str
    """Name of the other arm."""
    metric: str
    """Metric of the scores."""
    n: int
    """Rows that both arms were asked."""
    difference: float
    """Mean score of ``a`` less that of ``b``."""
    low: float
    """Lower end of the interval of the difference."""
    high: float
    """Upper end of the interval of the difference."""
    p: float
    """Exact two-sided p of "the arms are alike"."""
    p_holm: float
    """The same, adjusted for all pairs compared."""
    method: str
    """How interval and p were computed."""


class Verdict(Record):
    """What to ship, and why; or what is missing to tell."""

    ship: str | None
    """The cheapest arm that is shown to be not worse than the best by more than the margin; null where none is."""
    because: str
    """The verdict as a sentence."""
    cannot_tell: bool
    """Whether the rows do not show which arm to ship."""
    rows_needed: int | None
    """About how many more rows would tell, with 80% probability; null where nothing is open, or no number would."""
    metric: str
    """The metric that decided."""
    margin: float
    """How much worse an arm may be and still count as good enough, 0 to 1."""


class DifferingRow(Record):
    """A row on which the arms do not score alike."""

    example: str
    """Id of the row."""
    reference: str | None
    """The reference answer; null if there is none."""
    scores: dict[str, float]
    """Score by arm, in the metric's unit."""
    answers: dict[str, str | None]
    """Answer by arm; null where the arm failed."""


class ApartRow(Record):
    """A held-out row that training or the documents give away; counted apart."""

    example: str
    """Id of the row."""
    because: str
    """What gives it away."""
    where: str
    """The training row or document."""


class Measured(Record):
    """A fact that was measured, under its name in an answers file."""

    value: Any
    """The measured value, in the fact's unit."""
    by: str
    """What measured it, in words."""
    on: str
    """The day, as YYYY-MM-DD."""


class Learning(Record):
    """What more training rows are worth, along the logarithm of their number."""

    per_doubling: Score
    """Gain in score for twice as many training rows."""
    next_hundred: Score
    """Gain for a hundred rows more than the largest run had; an extrapolation."""
    trained_on: int
    """Training rows of the largest run."""
    because: str
    """The same as a sentence."""


Fault = Literal[
    "constant", "position", "length", "family", "noise", "unreadable", "disagrees with people", "unknown"
]


class Calibration(Record):
    """What is known about a judge."""

    judge: str
    """Name of the judge's model."""
    accepted: bool
    """Whether its word may count."""
    because: str
    """The verdict as a sentence, faults by name."""
    faults: tuple[Fault, ...]
    """Faults found in the judge; empty if none was."""
    pairs: int
    """Pairs judged, each in both orders; for grades of single answers, rows with a right and a wrong answer."""
    readable: float
    """Share of its answers that could be read."""
    same_in_both_orders: float | None
    """Share of pairs (for grades, of known answers) for which it says the same in either order."""
    known: Score | None
    """Score on pairs of answers whose better one is known: 1 right, ½ a tie, 0 wrong."""
    position: Score | None
    """Share of first less share of second answers preferred; for grades, what the wanted answer gains by coming first."""
    length: Score | None
    """How much more often the longer answer is preferred than it is better; for grades, what empty words add to a wrong answer."""
    family: Score | None
    """How much more often an answer of its own family is preferred than it is better, -1 to 1."""
    people: Score | None
    """Agreement with people, Gwet's AC1; null where nobody rated."""


class Evaluation(Record):
    """The comparison of some arms on the same rows."""

    as_of: str
    """The day of the comparison."""
    rows: int
    """Number of held-out rows."""
    groups: int | None
    """Clusters among the rows; null where rows are independent."""
    arms: dict[str, ArmResult]
    """Results by arm."""
    differences: list[Difference]
    """All pairs on all metrics."""
    verdict: Verdict
    """Which arm to ship, and why."""
    measured: dict[str, Measured] = Field(default_factory=dict)
    """Measured facts by their name in an answers file."""
    apart: list[ApartRow] = Field(default_factory=list)
    """Rows that are given away."""
    without_apart: dict[str, ArmResult] | None = None
    """Results on the rows that nothing gives away; null where there are none apart."""
    verdict_without_apart: Verdict | None = None
    """Verdict on the rows that nothing gives away."""
    learning: Learning | None = None
    """What more training rows are worth; null where no sizes were named."""
    judge: Calibration | None = None
    """What is known about the judge that graded by a rubric; null where none was asked."""
    differing: list[DifferingRow] = Field(default_factory=list)
    """Rows on which the arms do not score alike, those that differ most first."""
    notes: list[str] = Field(default_factory=list)
    """What was assumed, left out or counted in a particular way."""
