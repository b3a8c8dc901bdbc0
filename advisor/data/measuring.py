"""Measure one chunk: the columns every check shares, then each check's own; runs wherever the executor puts it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.data.batch import Batch, batch_of, hashes_of
from advisor.data.records import AuditOptions
from advisor.data.rows.conversation import Conversation
from advisor.data.rows.formats import SHAPES
from advisor.data.rows.sources import Chunk
from advisor.data.rows.templates import load_template
from advisor.data.same_conversation import conversation_columns
from advisor.data.similar import bands_of
from advisor.data.words import Ragged

SHARED = frozenset(
    {
        "answer_chars",
        "answer_hash",
        "answer_set",
        "answer_words",
        "context_hash",
        "id_hash",
        "kept",
        "media",
        "messages",
        "numbers_hash",
        "prefix.hash",
        "prefix.row",
        "prompt_chars",
        "prompt_hash",
        "prompt_set",
        "prompt_words",
        "refused",
        "row",
        "shape",
        "start_hash",
        "system_chars",
        "system_hash",
        "tokens",
        "trainable",
        "turns_hash",
    }
)
"""Columns that every check may read, beside the bands of likeness."""


@dataclass(frozen=True)
class Measurements:
    """What one chunk gave."""

    columns: dict[str, NDArray[Any] | Ragged]
    names: dict[str, dict[int, str]]
    broken: int


@dataclass(frozen=True)
class Measure:
    """A picklable function from chunk to measurements."""

    options: AuditOptions
    measures: tuple[Callable[[Batch], Mapping[str, NDArray[Any] | Ragged]], ...] = ()
    """What each check measures of a batch beside the shared columns."""
    tokens: bool = True

    def __call__(self, chunk: Chunk) -> Measurements:
        """Parse and measure a chunk."""
        with _without_collections():
            return self._measured(chunk)

    def _measured(self, chunk: Chunk) -> Measurements:
        batch = batch_of(chunk, self.options)
        columns = shared(batch, tokens=self.tokens)
        for measure in self.measures:
            columns.update(measure(batch))
        columns.update(_faults(batch))
        batch.names["broken"] = dict(batch.broken)
        return Measurements(columns, batch.names, len(batch.broken))


@contextmanager
def _without_collections() -> Iterator[None]:
    """Spare Python's search for circles while a chunk is parsed: its many small objects have none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def shared(batch: Batch, *, tokens: bool = True) -> dict[str, NDArray[Any] | Ragged]:
    """Measure what several checks need: hashes, words, lengths, tokens."""
    answer_hash = hashes_of(batch.targets)
    turns_hash, context_hash = hashes_of(batch.turns), hashes_of(batch.contexts)
    columns: dict[str, NDArray[Any] | Ragged] = {
        "row": batch.rows,
        "shape": np.array([SHAPES.index(one.shape) for one in batch.conversations], np.uint8),
        "turns_hash": turns_hash,
        "context_hash": context_hash,
        "answer_hash": answer_hash,
        "prompt_hash": hashes_of(batch.prompts),
        "system_hash": batch.name("system", batch.systems),
        "prompt_words": batch.prompt_words,
        "answer_words": batch.answer_words,
        # Half of the judging asks which words a row has, not where; sorting them out here is done by all workers.
        "prompt_set": batch.prompt_set,
        "answer_set": batch.answer_set,
        "numbers_hash": _numbers(batch),
        **bands_of(batch.pair_words),
        **conversation_columns(batch),
        "prompt_chars": _lengths(batch.prompts),
        "answer_chars": _lengths(batch.answers),
        "system_chars": _lengths(batch.systems),
        "messages": _sizes(batch.conversations),
        "media": batch.media,
    }
    if tokens:
        columns.update(_token_columns(batch))
    return columns


def _faults(batch: Batch) -> dict[str, NDArray[np.uint32]]:
    """List the rows that could not be read, and for each problem of a format the rows that have it."""
    rows: dict[str, list[int]] = {}
    for row, _reason in batch.broken:
        rows.setdefault("broken", []).append(row)
    for one in batch.conversations:
        for problem in dict.fromkeys(one.problems):
            rows.setdefault(f"problem:{problem}", []).append(one.row)
        for mark in dict.fromkeys(one.lenient):
            rows.setdefault(f"lenient:{mark}", []).append(one.row)
    return {name: np.array(listed, np.uint32) for name, listed in rows.items()}


def _token_columns(batch: Batch) -> dict[str, NDArray[Any]]:
    template = load_template(batch.options.model)
    lengths = template.lengths(batch.conversations, batch.options.token_limit)
    batch.names.setdefault("template-failures", {}).update(
        {int(row): one.failed for row, one in zip(batch.rows, lengths, strict=True) if one.failed}
    )
    return {
        "tokens": np.array([one.total for one in lengths], np.uint32),
        "trainable": np.array([one.trainable for one in lengths], np.uint32),
        "kept": np.array([one.kept for one in lengths], np.uint32),
        "refused": np.array([bool(one.failed) for one in lengths], np.uint8),
    }


def _numbers(batch: Batch) -> NDArray[np.uint64]:
    # Two rows that differ in their numbers are two facts, however alike their words.
    plain = all(map(str.isascii, batch.turns))
    found = batch.turns_series.str.extract_all("[0-9]+" if plain else r"\d+").list.join(" ")
    return found.hash(seed=13).to_numpy().astype(np.uint64)


def _lengths(texts: Sequence[str]) -> NDArray[np.uint32]:
    return np.fromiter((len(text.strip()) for text in texts), np.uint32, len(texts))


def _sizes(conversations: Sequence[Conversation]) -> NDArray[np.uint16]:
    return np.fromiter(
        (min(len(one.messages), 65535) for one in conversations), np.uint16, len(conversations)
    )
