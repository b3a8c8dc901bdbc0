"""Static embeddings: a vector for each token, the mean for a text; exact search, no network, no torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.errors import AdvisorError, missing_extra
from advisor.evaluate.retrieve.searching import best, found_frame

Vectors = NDArray[np.float32]
Encoder = Callable[[Sequence[str]], Vectors]
"""Turns texts into unit vectors, shape (texts, dimensions)."""
QUERIES_AT_A_TIME = 64
WEIGHTS, TOKENIZER = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"


class Static:
    """Finds passages whose mean vector points where the query's does; all passages are compared."""

    def __init__(self, passages: pl.DataFrame, encode: Encoder) -> None:
        self.ids = passages["passage_id"]
        self._encode = encode
        self._vectors = encode(passages["text"].to_list())

    def search(self, queries: Sequence[str], k: int) -> pl.DataFrame:
        """Find the best passages of each query: query, rank, passage_id, score (cosine)."""
        hits = []
        for start in range(0, len(queries), QUERIES_AT_A_TIME):
            scores = self._encode(queries[start : start + QUERIES_AT_A_TIME]) @ self._vectors.T
            hits += [(at, row[at]) for row in scores for at in [best(row, k)]]
        return found_frame(self.ids, hits)


@lru_cache(maxsize=2)
def encoder(model: str | None = None) -> Encoder:
    """Load a static embedding model: a folder that model2vec saved, or the one that comes as the package wordllama.

    Raises:
        AdvisorError: A package is not installed, or the folder holds no such model.
    """
    try:
        from model2vec import StaticModel  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise missing_extra("model2vec", "retrieve", purpose="A static embedding model") from error
    loaded = _packaged(StaticModel) if model is None else _from_folder(StaticModel, Path(model))

    def encode(texts: Sequence[str]) -> Vectors:
        vectors = np.asarray(
            loaded.encode(list(texts), max_length=None, use_multiprocessing=False), np.float32
        ).reshape(len(texts), -1)
        return np.asarray(
            vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32
        )

    return encode


def _packaged(kind: Any) -> Any:
    # The weights lie in the package's wheel; importing it would bring a client that downloads.
    spec = find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise missing_extra("wordllama", "retrieve", purpose="The packaged embedding model")
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    home = Path(spec.origin).parent
    weights = load_file(home / WEIGHTS)["embedding.weight"].astype(np.float32)
    return kind(weights, Tokenizer.from_file(str(home / TOKENIZER)), normalize=True)


def _from_folder(kind: Any, folder: Path) -> Any:
    # A name that is not a folder would be looked for on a hub.
    if not folder.is_dir():
        raise AdvisorError(
            "there is no such folder", place=str(folder), remedy="Name a folder that model2vec saved."
        )
    try:
        return kind.from_pretrained(folder)
    except Exception as error:
        raise AdvisorError(
            f"the embedding model cannot be read ({error})",
            place=str(folder),
            remedy="Name a folder that model2vec saved.",
        ) from error
