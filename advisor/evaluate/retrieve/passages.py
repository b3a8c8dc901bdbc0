"""Texts of documents in, overlapping passages of a bounded number of tokens out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import polars as pl
from pydantic import Field, model_validator

from advisor.catalog import Record
from advisor.errors import AdvisorError, missing_extra

PASSAGES = {"passage_id": pl.String, "document": pl.String, "start": pl.Int64, "text": pl.String}
MARKDOWN = (".md", ".markdown", ".docx")
TOKENIZER = "gpt-4o"
"""Tokens are those of o200k, whose vocabulary the splitter brings along."""
# A run without white space is cut here: no language writes such a word, and the tokenizer's time grows with its square.
LONGEST_RUN = 2_000
_RUN = re.compile(rf"\S{{{LONGEST_RUN}}}(?=\S)")


class CutOptions(Record):
    """How long passages are."""

    tokens: int = Field(default=256, ge=16, le=8192)
    """Most tokens of a passage."""
    overlap: int = Field(default=32, ge=0)
    """Tokens that a passage may share with the one before it, where it begins at a boundary of sentences or lines."""

    @model_validator(mode="after")
    def _smaller(self) -> CutOptions:
        if self.overlap >= self.tokens:
            raise ValueError("the overlap must be smaller than the passage")
        return self


def cut(texts: pl.DataFrame, options: CutOptions | None = None) -> pl.DataFrame:
    """Cut documents into passages along headings, paragraphs and sentences.

    Args:
        texts: The columns document and text, as in `Documents.texts`.
        options: Sizes in tokens.

    Returns:
        passage_id (``document#number``, from 1), document, start (characters into the document), text.

    Raises:
        AdvisorError: The documents hold no text.
    """
    told = options or CutOptions()
    splitters = [_splitter(told, markdown=markdown) for markdown in (False, True)]
    rows = [
        {"passage_id": f"{name}#{number}", "document": name, "start": start, "text": text}
        for name, whole in texts.select("document", "text").iter_rows()
        for number, (start, text) in enumerate(_cut(whole, splitters[name.lower().endswith(MARKDOWN)]), 1)
    ]
    if not rows:
        raise AdvisorError(
            "there is no passage", place="documents", remedy="Name documents that hold some text."
        )
    return pl.DataFrame(rows, schema=PASSAGES)


def _splitter(options: CutOptions, *, markdown: bool) -> Any:
    try:
        from semantic_text_splitter import MarkdownSplitter, TextSplitter
    except ImportError as error:
        raise missing_extra("semantic_text_splitter", "retrieve", purpose="Cutting documents") from error
    kind = MarkdownSplitter if markdown else TextSplitter
    return kind.from_tiktoken_model(TOKENIZER, options.tokens, overlap=options.overlap)


def _cut(text: str, splitter: Any) -> Iterator[tuple[int, str]]:
    at = 0
    for end in [*(found.end() for found in _RUN.finditer(text)), len(text)]:
        yield from ((at + start, piece) for start, piece in splitter.chunk_indices(text[at:end]))
        at = end
