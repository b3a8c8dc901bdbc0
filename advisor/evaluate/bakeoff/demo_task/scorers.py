"""How the demonstration's answers are scored beside the exact match: the house form, and the fact in it."""

from __future__ import annotations

import re

FORM = re.compile(r"Handbook HB-\d\d says: [^\n]+\.")


def house_form(answer: str, _reference: str) -> bool:
    """Return whether an answer is one line in the form that the instruction asks for."""
    return bool(FORM.fullmatch(answer.strip()))


def right_fact(answer: str, reference: str) -> bool:
    """Return whether the wanted value occurs in an answer, whatever its form."""
    value = reference.partition("says: ")[2].rstrip(".").casefold()
    return bool(re.search(rf"(?<![\w]){re.escape(value)}(?![\w])", answer.casefold()))
