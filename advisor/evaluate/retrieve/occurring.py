"""Texts and answers in, where an answer occurs word for word out: the passage by hand, and rows that documents give away."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from advisor.data.rows.plain_words import normalised

SHORTEST_WORDS = 4
"""An answer of fewer words occurs in every document; nothing follows from it."""


def occurrences(texts: Sequence[str], answers: Sequence[str]) -> pl.DataFrame:
    """Find every answer in every text, by its words in their order; case, width and punctuation aside.

    Args:
        texts: What to look in.
        answers: What to look for; one without a word is found nowhere.

    Returns:
        text and answer (positions, from 0), in their order.
    """
    wanted = [f" {one} " if (one := normalised(answer)) else "" for answer in answers]
    patterns = sorted({one for one in wanted if one})
    looked = pl.DataFrame({"text": [f" {normalised(text)} " for text in texts]}, schema={"text": pl.String})
    found = pl.col("text").str.extract_many(pl.lit(pl.Series(patterns).implode()), overlapping=True)
    hits = looked.with_row_index("at").select("at", found.list.unique().alias("answer")).explode("answer")
    places = pl.DataFrame({"answer": wanted}).with_row_index("number")
    joined = hits.drop_nulls("answer").join(places, on="answer", how="inner")
    return joined.select(text="at", answer="number").cast(pl.Int64).sort("text", "answer")


def holding(passages: pl.DataFrame, answers: Sequence[Sequence[str]]) -> pl.DataFrame:
    """Return the passages that hold an answer word for word: the right passage by hand, and what retrieval should find.

    Args:
        passages: The columns passage_id, document and text.
        answers: For each question, answers any of which will do.

    Returns:
        query (position of the question), passage_id, document; no row where no passage holds an answer.
    """
    flat = pl.DataFrame(
        {"query": range(len(answers)), "answer": [list(one) for one in answers]},
        schema={"query": pl.Int64, "answer": pl.List(pl.String)},
    )
    flat = flat.explode("answer").drop_nulls("answer").with_row_index("number").cast({"number": pl.Int64})
    hits = occurrences(passages["text"].to_list(), flat["answer"].to_list())
    named = passages.select("passage_id", "document").with_row_index("text").cast({"text": pl.Int64})
    joined = hits.join(flat, left_on="answer", right_on="number").join(named, on="text")
    return joined.sort("query", "text").select("query", "passage_id", "document").unique(maintain_order=True)


def word_for_word(texts: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Return held-out rows whose answer of four words or more is in a document word for word.

    Args:
        texts: The columns document, place and text, as in `Documents.texts`.
        wanted: The columns example and references (a list).

    Returns:
        example, document, place; a row once, with the first document that gives it away.
    """
    long = [
        [one for one in references or [] if len(normalised(one).split()) >= SHORTEST_WORDS]
        for references in wanted["references"].to_list()
    ]
    found = holding(texts.with_columns(pl.col("document").alias("passage_id")), long)
    first = found.unique("query", keep="first", maintain_order=True)
    examples = wanted.select("example").with_row_index("query").cast({"query": pl.Int64})
    places = texts.select("document", "place").unique("document", keep="first")
    return (
        first.join(examples, on="query")
        .join(places, on="document")
        .sort("query")
        .select("example", "document", "place")
    )
