"""One shape for every mistake a person can mend: the problem, the place, the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

MAX_PART: Final = 2_000
"""Characters of one part of an error."""


class AdvisorError(Exception):
    """A mistake that the user can mend; shown without a traceback.

    Args:
        problem: What is wrong, as a sentence without the final stop.
        place: Where: ``file:line``, a fact, an option, an address.
        remedy: What to do about it, as a sentence.
    """

    def __init__(self, problem: str, *, place: str, remedy: str) -> None:
        self.problem, self.place, self.remedy = (_short(part) for part in (problem, place, remedy))
        super().__init__(self.problem, self.place, self.remedy)

    def __reduce__(self) -> tuple[Any, ...]:
        # Workers hand their errors over whole; by itself an exception would forget the names of its parts.
        return partial(AdvisorError, place=self.place, remedy=self.remedy), (self.problem,)

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}. {self.remedy}"

    def as_dict(self) -> dict[str, str]:
        """Return the three parts for ``--json``."""
        return {"problem": self.problem, "place": self.place, "remedy": self.remedy}


def _short(text: str) -> str:
    # What is wrong with a file may be as long as the file; the beginning is enough to find it.
    return text if len(text) <= MAX_PART else text[: MAX_PART - 1] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the closest known word, or list a few of them, as a remedy sentence."""
    words = sorted(known)
    close = difflib.get_close_matches(word[:100], words, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    shown = ", ".join(words[:12]) + (", …" if len(words) > 12 else "")
    return f"Known: {shown}."


def missing_extra(package: str, extra: str, *, purpose: str) -> AdvisorError:
    """Return which ``pip install`` brings an optional dependency.

    Args:
        package: The module that could not be imported.
        extra: The extra of this project that installs it.
        purpose: What it is needed for, as a noun phrase.
    """
    return AdvisorError(
        f"{purpose} needs the package '{package}', which is not installed",
        place=f"extra '{extra}'",
        remedy=f"Install it with: pip install 'llm-adaptation-advisor[{extra}]'.",
    )
