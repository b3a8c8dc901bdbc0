"""Passages in, an index out that finds the best of them for many questions at once."""

from __future__ import annotations

import polars as pl
from pydantic import Field

from advisor.catalog import Record
from advisor.errors import AdvisorError, did_you_mean
from advisor.evaluate.retrieve.bm25 import Bm25
from advisor.evaluate.retrieve.fusion import Fused
from advisor.evaluate.retrieve.searching import Index, check_passages
from advisor.evaluate.retrieve.static import Static, encoder

KINDS = ("bm25", "static", "fused")
"""What `build_index` builds."""


class IndexOptions(Record):
    """How an index is built."""

    model: str | None = None
    """Folder of a static embedding model as model2vec saves it; the one that comes as a package where null."""
    weight: float = Field(default=0.5, ge=0, le=1)
    """Share of the embeddings in a fusion; the rest is BM25's. `fit_weight` chooses it on questions."""


def build_index(passages: pl.DataFrame, kind: str = "fused", options: IndexOptions | None = None) -> Index:
    """Build an index over passages in memory.

    Args:
        passages: The columns passage_id and text; ids are unique.
        kind: ``bm25`` (shared words), ``static`` (embeddings) or ``fused`` (both, by weight).
        options: Model and weight.

    Raises:
        AdvisorError: There is no such kind, no passage, or an id occurs twice.
    """
    told = options or IndexOptions()
    check_passages(passages)
    match kind:
        case "bm25":
            return Bm25(passages)
        case "static":
            return Static(passages, encoder(told.model))
        case "fused":
            return Fused(Bm25(passages), Static(passages, encoder(told.model)), told.weight)
    raise AdvisorError(f"there is no index '{kind}'", place="index", remedy=did_you_mean(kind, KINDS))
