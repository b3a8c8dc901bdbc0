"""Held-out rows that training gives away (a near copy) or documents give away (the answer word for word)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from advisor.data import words
from advisor.data.rows.formats import to_conversation
from advisor.data.similar import Words, compare
from advisor.errors import AdvisorError
from advisor.evaluate.answers.rows import objects
from advisor.evaluate.records import ApartRow
from advisor.evaluate.scorers.wording import normalised, numbers

ROWS_AT_A_TIME = 2_000
SHARED = 0.4
"""Least share of a held-out row's word pairs that a training row must hold to be compared word by word."""
SHORTEST_WORDS = 4
"""An answer of fewer words occurs in every document; nothing follows from it."""
LARGEST_DOCUMENT_BYTES = 64 << 20
TEXTS = (".md", ".markdown", ".txt", ".rst", ".html", ".htm", ".jsonl", ".json", ".csv")


def near_copies(wanted: pl.DataFrame, train: Path) -> list[ApartRow]:
    """Return held-out rows of which a training row is an edited copy; the same template with other values is none."""
    held = [
        (row["example"], row["input"] or "", (row["references"] or [""])[0])
        for row in wanted.iter_rows(named=True)
    ]
    index = _Index([f"{asked} {answer}" for _, asked, answer in held])
    parts = [_words(asked, answer) for _, asked, answer in held]
    found: dict[str, ApartRow] = {}
    for batch in _batches(train):
        for at, row in index.alike([f"{asked} {answer}" for _, asked, answer in batch]):
            place, asked, answer = batch[row]
            likeness, relation = compare(parts[at], _words(asked, answer))
            if relation in {"same", "edited"}:
                told = (
                    "a training row is the same"
                    if likeness == 1
                    else f"a training row is a near copy ({likeness:.0%} of word pairs shared)"
                )
                found.setdefault(held[at][0], ApartRow(example=held[at][0], because=told, where=place))
    return list(found.values())


def word_for_word(wanted: pl.DataFrame, documents: Path) -> list[ApartRow]:
    """Return held-out rows whose wanted answer occurs in a document word for word."""
    answers = {
        row["example"]: f" {answer} "
        for row in wanted.iter_rows(named=True)
        if len((answer := normalised((row["references"] or [""])[0])).split()) >= SHORTEST_WORDS
    }
    found: dict[str, ApartRow] = {}
    for path in _documents(documents):
        text = f" {normalised(path.read_text(encoding='utf-8', errors='replace'))} "
        for example, answer in answers.items():
            if example not in found and answer in text:
                told = "its answer occurs word for word in a document"
                found[example] = ApartRow(example=example, because=told, where=str(path))
    return list(found.values())


class _Index:
    """Word pairs of the held-out rows, to find training rows that share many."""

    def __init__(self, texts: Sequence[str]) -> None:
        grams = words.shingles(words.word_hashes(texts), 2)
        pairs = np.unique(np.stack([grams.values.astype(np.int64), grams.owners]), axis=1)
        self.keys, self.owners = pairs[0].astype(np.uint32), pairs[1]
        self.sizes = np.bincount(self.owners, minlength=len(texts))

    def alike(self, texts: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Pair held-out rows with those of the texts that share enough word pairs."""
        grams = words.shingles(words.word_hashes(texts), 2)
        hits = np.flatnonzero(words.member(grams.values, np.unique(self.keys)))
        low, high = (np.searchsorted(self.keys, grams.values[hits], side=side) for side in ("left", "right"))
        counts: dict[tuple[int, int], set[int]] = {}
        for hit, first, last in zip(hits.tolist(), low.tolist(), high.tolist(), strict=True):
            for owner in self.owners[first:last].tolist():
                counts.setdefault((owner, int(grams.owners[hit])), set()).add(int(grams.values[hit]))
        return (pair for pair, shared in counts.items() if len(shared) >= SHARED * self.sizes[pair[0]])


def _words(asked: str, answer: str) -> Words:
    hashes = words.word_hashes([asked, answer])
    return Words(hashes[0].tolist(), hashes[1].tolist(), hash(tuple(numbers(f"{asked} {answer}"))))


def _batches(train: Path) -> Iterator[list[tuple[str, str, str]]]:
    batch: list[tuple[str, str, str]] = []
    for number, (place, row) in enumerate(objects(train), 1):
        one = to_conversation(number, dict(row))
        batch.append((place, one.prompt, one.answer))
        if len(batch) == ROWS_AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


def _documents(path: Path) -> Iterable[Path]:
    if not path.exists():
        raise AdvisorError("there is no such file or folder", place=str(path), remedy="Check the path.")
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    readable = [
        one for one in files if one.suffix.lower() in TEXTS and one.stat().st_size <= LARGEST_DOCUMENT_BYTES
    ]
    if not readable:
        raise AdvisorError(
            "there is no text to read",
            place=str(path),
            remedy=f"Name a folder with files of these kinds: {', '.join(TEXTS)}.",
        )
    return readable


def apart_rows(wanted: pl.DataFrame, train: Path | None, documents: Path | None) -> list[ApartRow]:
    """Return every held-out row that training or documents give away, once."""
    every: Mapping[str, ApartRow] = {
        one.example: one
        for one in [
            *(word_for_word(wanted, documents) if documents else []),
            *(near_copies(wanted, train) if train else []),
        ]
    }
    return [every[example] for example in wanted["example"] if example in every]
