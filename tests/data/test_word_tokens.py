"""Counting by words gives what the tokenizer gives for the whole text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from advisor.cost.tokens import count_tokens
from advisor.data.rows import word_tokens
from advisor.data.rows.word_tokens import count_by_words

PARTS = [
    *" \n\r\t/.,'’abA1é漢字ß\u0301\x1c\x85\xa0\u2003\u200b-_(\"",
    "don't",
    " I'LL",
    "\r\n",
    "\n\n",
    "  ",
    "12345",
    "\n/",
    "مرحبا",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join) | st.text(max_size=20))
@example("One line.\n\nAnother, with  two blanks\n  and an indent\n/path \ud800")
def test_a_text_has_as_many_tokens_as_its_words_together(text: str) -> None:
    assert count_by_words([text]) == count_tokens([text])


def test_a_full_table_is_emptied_and_the_counts_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(f"word{number}" for number in range(50))
    monkeypatch.setattr(word_tokens, "MOST_WORDS", 7)
    word_tokens._LATER.clear()
    assert count_by_words([text, text]) == count_tokens([text, text])
    assert 0 < len(word_tokens._LATER) <= 7
