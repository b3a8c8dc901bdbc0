"""The table of scorers, one file each; rows in, numbers between 0 and 1 out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from advisor.errors import AdvisorError, did_you_mean
from advisor.evaluate.scorers import (
    citation,
    contains,
    exact,
    json_fields,
    json_schema,
    label,
    length,
    macro_f1,
    normalised_match,
    number,
    python_function,
    refusal,
    register,
    token_f1,
)
from advisor.evaluate.scorers.contract import Argument, Row, Scorer

SCORERS = {
    one.SCORER.id: one.SCORER
    for one in (
        exact, normalised_match, label, macro_f1, json_schema, json_fields, number, token_f1, contains, citation, refusal,
        length, register, python_function,
    )
}  # fmt: skip


class Chosen(NamedTuple):
    """A scorer with its argument."""

    scorer: Scorer
    argument: Argument = None

    @property
    def name(self) -> str:
        """The metric's name: the scorer's, and for a function of the user's that function's."""
        return (
            (self.argument or "").rpartition(":")[2] or self.scorer.id
            if self.scorer.id == "python"
            else self.scorer.id
        )


def chosen(text: str) -> Chosen:
    """Read ``NAME`` or ``NAME:ARGUMENT``."""
    name, _, argument = text.partition(":")
    if name not in SCORERS:
        raise AdvisorError(
            f"there is no scorer '{name}'", place="--scorer", remedy=did_you_mean(name, SCORERS)
        )
    scorer = SCORERS[name]
    if argument and not scorer.argument:
        raise AdvisorError(
            f"the scorer '{name}' takes nothing after its name", place="--scorer", remedy=f"Write {name}."
        )
    return Chosen(scorer, argument or None)


def fitting(references: Sequence[tuple[str, ...]]) -> tuple[list[Chosen], str]:
    """Choose scorers by what the references look like, and say why."""
    from advisor.evaluate.scorers.wording import normalised, parsed

    firsts = [one[0] for one in references if one]
    kinds = {normalised(one) for one in firsts}
    if all(_is(parsed, one) for one in firsts):
        return [chosen("json-fields")], "the references are JSON objects"
    if len(firsts) >= 10 and len(kinds) <= max(2, len(firsts) // 5) and max(map(len, kinds)) <= 60:
        return [chosen("label"), chosen("macro-f1")], f"the references are {len(kinds)} labels"
    if all(len(one.split()) <= 5 for one in firsts):
        return [chosen("normalised"), chosen("contains")], "the references are a few words each"
    return [
        chosen("token-f1"),
        chosen("length"),
    ], "the references are texts; a judge or people see more than words do"


def _is(parse: object, text: str) -> bool:
    try:
        return text.lstrip().startswith("{") and bool(parse(text) is not None)  # type: ignore[operator]
    except ValueError:
        return False


__all__ = ["SCORERS", "Argument", "Chosen", "Row", "Scorer", "chosen", "fitting"]
