"""An error has three parts, and none of them is as long as the file it is about."""

from __future__ import annotations

from advisor.errors import MAX_PART, AdvisorError


def test_what_is_wrong_with_a_long_file_is_told_in_few_words():
    long = "k" * 1_000_000
    error = AdvisorError(f"there is no key '{long}'", place=long, remedy=long)

    assert all(len(part) == MAX_PART for part in error.as_dict().values())
    assert error.problem.startswith("there is no key 'k")
