"""Documents in, passages that answer a question out: reading, cutting, indexes, and how good the retrieval is."""

from __future__ import annotations

from advisor.evaluate.retrieve.documents import Documents, read_documents
from advisor.evaluate.retrieve.fusion import fit_weight, fused
from advisor.evaluate.retrieve.indexes import KINDS, IndexOptions, build_index
from advisor.evaluate.retrieve.occurring import holding, word_for_word
from advisor.evaluate.retrieve.passages import CutOptions, cut
from advisor.evaluate.retrieve.quality import score_retrieval
from advisor.evaluate.retrieve.readers import Limits
from advisor.evaluate.retrieve.searching import Index
from advisor.evaluate.retrieve.store import has_corpus, open_store, store_passages

__all__ = [
    "KINDS",
    "CutOptions",
    "Documents",
    "Index",
    "IndexOptions",
    "Limits",
    "build_index",
    "cut",
    "fit_weight",
    "fused",
    "has_corpus",
    "holding",
    "open_store",
    "read_documents",
    "score_retrieval",
    "store_passages",
    "word_for_word",
]
