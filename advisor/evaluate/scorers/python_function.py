"""A function of the user's own scores the answers."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError
from advisor.evaluate.scorers.contract import Argument, Row, Scorer


def by_function(rows: Sequence[Row], argument: Argument) -> list[float]:
    """Call ``function(answer, reference)`` for each row; a number between 0 and 1, or true and false."""
    function, place = _load(argument or "")
    return [_checked(function, row, place) for row in rows]


def _checked(function: Callable[[str, str], Any], row: Row, place: str) -> float:
    reference = row.references[0] if row.references else ""
    try:
        value = float(function(row.answer, reference))
    except Exception as error:
        raise AdvisorError(
            f"the function failed with {type(error).__name__}: {error}, on the answer '{row.answer[:80]}'",
            place=place,
            remedy="It takes an answer and a reference, both text, and returns a number between 0 and 1.",
        ) from error
    if not 0 <= value <= 1:
        raise AdvisorError(
            f"the function returned {value}", place=place, remedy="Return a number between 0 and 1."
        )
    return value


def _load(argument: str) -> tuple[Callable[[str, str], Any], str]:
    path, _, name = argument.rpartition(":")
    try:
        if not path:
            raise ValueError("no function is named")  # noqa: TRY301  one shape for all that can go wrong here
        spec = importlib.util.spec_from_file_location("advisor_own_scorer", Path(path))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return getattr(module, name), argument
    except Exception as error:
        raise AdvisorError(
            f"the scoring function cannot be loaded ({type(error).__name__}: {error})",
            place=argument or "python",
            remedy="Write python:FILE.py:FUNCTION.",
        ) from error


SCORER = Scorer(
    id="python",
    title="A function of your own",
    measures="What the function in your file returns for answer and reference; it runs with your rights, so name only a file of yours.",
    score=by_function,
    argument="FILE.py:FUNCTION",
    example_argument=f"{__file__}:example",
    right=(Row("abc", ("abc",)),),
    wrong=(Row("a", ("abc",)),),
    needs_reference=False,
)


def example(answer: str, reference: str) -> bool:
    """Return whether two texts have the same length; an example of a function of your own."""
    return len(answer) == len(reference)
