"""The answer's number is the reference's, within a tolerance."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.errors import AdvisorError
from advisor.evaluate.scorers.contract import Argument, Row, Scorer
from advisor.evaluate.scorers.wording import numbers


def near(rows: Sequence[Row], argument: Argument) -> list[float]:
    """Score 1 where the last number of the answer is within the tolerance of a reference's last number."""
    allowed = _tolerance(argument)
    return [max((_near(row.answer, one, allowed) for one in row.references), default=0.0) for row in rows]


def _near(answer: str, reference: str, allowed: float) -> float:
    given, wanted = numbers(answer), numbers(reference)
    if not given or not wanted:
        return 0.0
    return float(
        abs(given[-1] - wanted[-1]) <= max(allowed * abs(wanted[-1]), 1e-9 * max(1, abs(wanted[-1])))
    )


def _tolerance(argument: Argument) -> float:
    try:
        value = float((argument or "0").removesuffix("%")) / (100 if (argument or "").endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise AdvisorError(
            f"'{argument}' is not a tolerance",
            place="number",
            remedy="Write a share such as number:0.01 or number:1%.",
        )
    return value


SCORER = Scorer(
    id="number",
    title="Number within a tolerance",
    measures="1 where the last number in the answer is the reference's within the given share of it (0 by default), else 0.",
    score=near,
    argument="SHARE",
    example_argument="1%",
    right=(
        Row("The total is 1,234.50 EUR", ("1234.5",)),
        Row("about 1.001,00", ("1000",)),
        Row("−3", ("-3",)),
    ),
    wrong=(Row("1200", ("1234.5",)), Row("twelve", ("12",)), Row("3", ("-3",))),
)
