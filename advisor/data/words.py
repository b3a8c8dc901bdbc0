"""Words of many texts at once as 32-bit hashes, for any script: duplicates, leaks and style are measured on them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]
_TABLE_SIZE = 0x20000
# Scripts written without spaces: each character counts as a word of its own.
_ALONE = (
    (0x0E00, 0x0E7F),
    (0x0E80, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
)
_WORD, _SINGLE, _JOINER = 1, 2, 3
_POSITIONS = 64
# A batch with a longer word (a key, a hash) is hashed all at once.
_LONGEST_BY_LETTER = 200


@dataclass(frozen=True, slots=True)
class Ragged:
    """Values of many rows, one after another; row ``i`` is ``values[starts[i]:starts[i + 1]]``."""

    values: U32
    starts: I64

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> U32:
        return self.values[self.starts[index] : self.starts[index + 1]]

    def __iter__(self) -> Iterator[U32]:
        return (self[index] for index in range(len(self)))

    @property
    def counts(self) -> I64:
        """Return the number of values in each row."""
        return np.diff(self.starts)

    @property
    def owners(self) -> I64:
        """Return the row index of each value."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.counts)


def codepoints(texts: Sequence[str]) -> tuple[U32, I64]:
    """Lay the code points of all texts in one array, a line feed after each. Return it with the start of each text."""
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts)) + 1
    joined = "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return codes, np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


def word_hashes(texts: Sequence[str]) -> Ragged:
    """Hash each word of each text, case folded; a Han, kana or Thai character is a word."""
    codes, offsets, kinds = _lowered(texts)
    if codes.dtype == np.uint8:
        return _ascii_hashes(codes.astype(np.uint8, copy=False), offsets, _joined(kinds) != 0)
    kinds = _joined(kinds)
    where = np.flatnonzero(kinds)
    if not len(where):
        return Ragged(np.empty(0, np.uint32), np.zeros(len(texts) + 1, np.int64))
    kept = kinds[where]
    begins = np.ones(len(where), bool)
    begins[1:] = (np.diff(where) > 1) | (kept[1:] != kept[:-1]) | (kept[1:] == _SINGLE)
    firsts = np.flatnonzero(begins)
    hashes = _hash_runs(codes[where].astype(np.uint32, copy=False), firsts)
    starts = np.searchsorted(where[firsts], offsets).astype(np.int64)
    return Ragged(hashes, starts)


def _joined(kinds: U8) -> U8:
    """Count an apostrophe between two letters to their word, and leave out any other."""
    inner = np.flatnonzero(kinds == _JOINER)
    if len(inner):
        kinds = kinds.copy()
        joins = (kinds[inner - 1] == _WORD) & (kinds[np.minimum(inner + 1, len(kinds) - 1)] == _WORD)
        kinds[inner] = np.where(joins & (inner > 0), _WORD, 0)
    return kinds


def _ascii_hashes(codes: U8, offsets: I64, in_word: NDArray[np.bool_]) -> Ragged:
    """Hash as `_hash_runs` does: in ASCII each run of letters is one word, and the first letters of all go first."""
    # The line feed that ends every text closes the last word, so beginnings and ends take turns.
    edges = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1
    edges = np.concatenate(([0], edges)) if in_word[0] else edges
    firsts, lengths = edges[::2], edges[1::2] - edges[::2]
    starts = np.searchsorted(firsts, offsets).astype(np.int64)
    longest = int(lengths.max(initial=0))
    if longest > _LONGEST_BY_LETTER:
        where = np.flatnonzero(in_word)
        hashes = _hash_runs(codes[where].astype(np.uint32), np.searchsorted(where, firsts))
        return Ragged(hashes, starts)
    # The longest words first: those that have a letter at some place are then always the first ones.
    order = np.argsort(-lengths.astype(np.int16), kind="stable")
    at, sums = firsts[order], np.zeros(len(firsts), np.uint32)
    for place, words in enumerate(np.searchsorted(-lengths[order], -np.arange(longest))):
        sums[:words] += _letters_at(place).take(codes.take(at[:words]))
        at[:words] += 1
    hashes = np.empty_like(sums)
    hashes[order] = _scramble(sums)
    return Ragged(hashes, starts)


@cache
def _letters_at(place: int) -> U32:
    """Return what each byte adds to the hash of a word at a place in it."""
    with np.errstate(over="ignore"):
        codes = _mixed(np.arange(256, dtype=np.uint32))
        return np.asarray(codes * _powers()[place % _POSITIONS])


def _lowered(texts: Sequence[str]) -> tuple[U8 | U32, I64, U8]:
    """Lay the characters of all texts in lower case in one array: codes, where each text begins, kinds of character."""
    joined = "\n".join(texts) + "\n"
    if not joined.isascii():
        codes, offsets = codepoints([text.lower() for text in texts])
        return codes, offsets, _word_table()[np.minimum(codes, _TABLE_SIZE - 1)]
    # A byte a character instead of four, and a look-up that the interpreter does for all of them at once.
    plain = joined.encode("ascii").lower()
    kinds = np.frombuffer(plain.translate(_ascii_table()), np.uint8)
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts)) + 1
    return np.frombuffer(plain, np.uint8), np.concatenate(([0], np.cumsum(lengths))), kinds


@cache
def _ascii_table() -> bytes:
    return _word_table()[:128].tobytes() + bytes(128)


def hash_words(words: Sequence[str]) -> U32:
    """Return the sorted distinct hashes of single words."""
    return np.unique(word_hashes(list(words)).values)


def shingles(words: Ragged, size: int) -> Ragged:
    """Hash each run of ``size`` words within a row; a row that is shorter gives its whole content once."""
    counts = words.counts
    wanted = np.where(counts == 0, 0, np.maximum(counts - size + 1, 1))
    starts = np.concatenate(([0], np.cumsum(wanted))).astype(np.int64)
    base = np.repeat(words.starts[:-1] - starts[:-1], wanted) + np.arange(starts[-1])
    ends = np.repeat(words.starts[1:], wanted)
    mixed = np.zeros(len(base), np.uint32)
    for step in range(size):
        at = np.minimum(base + step, len(words.values) - 1)
        part = np.where(base + step < ends, words.values[at], np.uint32(0))
        mixed = (mixed * np.uint32(0x9E3779B1)) ^ (part + np.uint32(0x85EBCA6B) + (mixed >> np.uint32(15)))
    return Ragged(_scramble(mixed), starts)


def concat(left: Ragged, right: Ragged) -> Ragged:
    """Join two ragged arrays row by row."""
    starts = left.starts + right.starts
    values = np.empty(len(left.values) + len(right.values), np.uint32)
    from_left = np.arange(len(left.values)) + np.repeat(right.starts[:-1], left.counts)
    from_right = np.arange(len(right.values)) + np.repeat(left.starts[1:], right.counts)
    values[from_left], values[from_right] = left.values, right.values
    return Ragged(values, starts)


def member(values: NDArray[np.uint32], table: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return for each value whether the sorted table holds it."""
    held, _ = found_in(values, table)
    flags = np.zeros(len(values), bool)
    flags[held] = True
    return flags


def found_in(values: NDArray[np.uint32], table: NDArray[np.uint32]) -> tuple[I64, I64]:
    """Return the positions of the values that the sorted table holds, and the index of each in the table."""
    if not len(table):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    # Most words are in no table: sixteen bits of the hash rule out nearly all of them before the search.
    seen = np.zeros(1 << 16, bool)
    seen[table & np.uint32(0xFFFF)] = True
    likely = np.flatnonzero(seen[values & np.uint32(0xFFFF)])
    at = np.minimum(np.searchsorted(table, values[likely]), len(table) - 1)
    held = table[at] == values[likely]
    return likely[held], at[held]


def within(values: NDArray[Any], pool: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each value whether the pool holds it; far quicker than numpy's own on millions of sorted keys."""
    if not len(pool):
        return np.zeros(len(values), bool)
    ranked = np.sort(pool)
    at = np.minimum(np.searchsorted(ranked, values), len(ranked) - 1)
    return np.asarray(ranked[at] == values)


def count_per_row(flags: NDArray[np.bool_], ragged: Ragged) -> I64:
    """Count the set flags of each row."""
    total = np.concatenate(([0], np.cumsum(flags, dtype=np.int64)))
    return np.asarray(total[ragged.starts[1:]] - total[ragged.starts[:-1]])


def _hash_runs(codes: U32, firsts: I64) -> U32:
    begins = firsts.astype(np.int32)
    position = np.arange(len(codes), dtype=np.int32) - np.repeat(
        begins, np.diff(begins, append=np.int32(len(codes)))
    )
    powers = _powers()[position & np.int32(_POSITIONS - 1)]
    with np.errstate(over="ignore"):
        mixed = _mixed(codes)
        return _scramble(np.add.reduceat(mixed * powers, firsts, dtype=np.uint32))


def _mixed(codes: U32) -> U32:
    mixed = (codes + np.uint32(0x7F4A7C15)) * np.uint32(0x85EBCA6B)
    return np.asarray(mixed ^ (mixed >> np.uint32(13)))


def _scramble(values: U32) -> U32:
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x7FEB352D)
    values = (values ^ (values >> np.uint32(15))) * np.uint32(0x846CA68B)
    return np.asarray(values ^ (values >> np.uint32(16)))


@cache
def _powers() -> U32:
    rng = np.random.default_rng(20)
    return rng.integers(1, 2**32, _POSITIONS, dtype=np.uint32) | np.uint32(1)


@cache
def _word_table() -> U8:
    table = np.zeros(_TABLE_SIZE, np.uint8)
    categories = [unicodedata.category(chr(code))[0] for code in range(_TABLE_SIZE)]
    table[[code for code, letter in enumerate(categories) if letter in "LNM"]] = _WORD
    for low, high in _ALONE:
        span = table[low : high + 1]
        span[span == _WORD] = _SINGLE
    table[[ord("'"), ord("’")]] = _JOINER
    # Everything beyond the table (rare Han) shares its last cell.
    table[-1] = _SINGLE
    return table
