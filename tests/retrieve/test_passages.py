"""Documents are cut into passages of bounded size whose places are true and which lose nothing."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from advisor.cost.tokens import count_tokens
from advisor.errors import AdvisorError
from advisor.evaluate.retrieve import CutOptions, cut

pytest.importorskip("semantic_text_splitter", reason="the extra retrieve is not installed")


def texts(**documents: str) -> pl.DataFrame:
    return pl.DataFrame({"document": list(documents), "text": list(documents.values())})


WORDS = st.lists(
    st.sampled_from(["harbour", "seats", "17", "# Plans", "\n\n", "\n", "- one", "漢字", "é", "."]),
    max_size=200,
)


@settings(max_examples=60, deadline=None)
@given(words=WORDS, tokens=st.integers(16, 64), overlap=st.integers(0, 15))
def test_passages_are_bounded_stand_where_they_say_and_hold_every_word(
    words: list[str], tokens: int, overlap: int
) -> None:
    text = "begin " + " ".join(words)
    found = cut(texts(a=text), CutOptions(tokens=tokens, overlap=overlap))
    covered = [False] * len(text)
    for passage_id, document, start, part in found.iter_rows():
        assert passage_id.startswith(f"{document}#")
        assert text[start : start + len(part)] == part
        covered[start : start + len(part)] = [True] * len(part)
    assert max(count_tokens(found["text"].to_list())) <= tokens
    assert all(one or character.isspace() for one, character in zip(covered, text, strict=True))
    assert found["passage_id"].is_unique().all()


def test_markdown_is_cut_at_its_headings() -> None:
    section = "The plan has seats for everyone on board. " * 4
    text = "\n\n".join(f"# Plan {name}\n\n{section}" for name in "abc")
    found = cut(texts(**{"plans.md": text}), CutOptions(tokens=64, overlap=0))
    assert [part.startswith("# Plan") for part in found["text"]] == [True] * 3


def test_a_run_without_spaces_is_cut_in_time_that_does_not_grow_with_its_square() -> None:
    found = cut(texts(a="x" * 1_000_000 + " end"), CutOptions(tokens=512))
    assert sum(len(part) for part in found["text"]) >= 1_000_000


def test_documents_without_text_and_overlaps_without_room_are_refused() -> None:
    with pytest.raises(AdvisorError, match="no passage"):
        cut(texts(a=" \n "))
    with pytest.raises(ValidationError, match="smaller than the passage"):
        CutOptions(tokens=32, overlap=32)
