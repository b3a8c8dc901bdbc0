"""Some parsed rows with everything the checks look at, each part made once and only when a check asks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.data import words
from advisor.data.characters import CLASSES, SCRIPTS, class_and_script, histogram, script_table
from advisor.data.records import AuditOptions
from advisor.data.rows.conversation import Conversation
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.rendered import rendered_turns
from advisor.data.rows.sources import Broken, Chunk, parse
from advisor.data.word_use import distinct_words


class Batch:
    """Parsed rows; attributes with words and counts are computed on first use."""

    def __init__(
        self,
        conversations: Sequence[Conversation],
        broken: Sequence[tuple[int, str]],
        options: AuditOptions,
        values: Sequence[object] = (),
    ) -> None:
        self.conversations = conversations
        self.values = values
        self.broken = broken
        self.options = options
        self.rows = np.fromiter((one.row for one in conversations), np.uint32, len(conversations))
        # Texts behind hashes that findings have to name: system prompts, labels, metadata values.
        self.names: dict[str, dict[int, str]] = {}

    def __len__(self) -> int:
        return len(self.conversations)

    @cached_property
    def prompts(self) -> list[str]:
        """Return the last user turn of each row."""
        return [one.prompt for one in self.conversations]

    @cached_property
    def answers(self) -> list[str]:
        """Return the last assistant turn of each row."""
        return [one.answer for one in self.conversations]

    @cached_property
    def targets(self) -> list[str]:
        """Return all assistant turns of each row as one text."""
        return [one.assistant_text for one in self.conversations]

    @cached_property
    def systems(self) -> list[str]:
        """Return the system prompt of each row."""
        return [one.system for one in self.conversations]

    @cached_property
    def contexts(self) -> list[str]:
        """Return everything before the last assistant turn of each row."""
        return [one.context for one in self.conversations]

    @cached_property
    def turns(self) -> list[str]:
        """Return all turns but the system prompt of each row as one text."""
        return [
            "\n".join(turn.content for turn in one.messages if turn.role not in {"system", "developer"})
            for one in self.conversations
        ]

    @cached_property
    def turns_series(self) -> pl.Series:
        """Return `turns` as a Polars column, for regular expressions in one pass."""
        return pl.Series("turns", [_clean(text) for text in self.turns], dtype=pl.String)

    @cached_property
    def targets_series(self) -> pl.Series:
        """Return `targets` as a Polars column."""
        return pl.Series("targets", [_clean(text) for text in self.targets], dtype=pl.String)

    @cached_property
    def targets_lower(self) -> pl.Series:
        """Return `targets` in lower case with plain apostrophes, for lists of phrases."""
        return self.targets_series.str.to_lowercase().str.replace_all("’", "'", literal=True)

    @cached_property
    def media(self) -> NDArray[np.bool_]:
        """Mark rows with images, audio or video."""
        return np.fromiter((one.has_media for one in self.conversations), bool, len(self))

    @cached_property
    def learned(self) -> list[str]:
        """Return what each row teaches: its last assistant turn, or the whole of a row of plain text."""
        return [
            answer or (one.messages[0].content if one.shape == "text" and one.messages else "")
            for one, answer in zip(self.conversations, self.answers, strict=True)
        ]

    @cached_property
    def prompt_words(self) -> words.Ragged:
        """Return the word hashes of `prompts`."""
        return words.word_hashes(self._said[0])

    @cached_property
    def answer_words(self) -> words.Ragged:
        """Return the word hashes of `answers`."""
        return words.word_hashes(self._said[1])

    @cached_property
    def prompt_set(self) -> words.Ragged:
        """Return the distinct word hashes of each prompt."""
        return distinct_words(self.prompt_words)

    @cached_property
    def answer_set(self) -> words.Ragged:
        """Return the distinct word hashes of each answer."""
        return distinct_words(self.answer_words)

    @cached_property
    def _said(self) -> tuple[list[str], list[str]]:
        """Return prompts and answers; of text that a template has rendered, those between its marks."""
        prompts, answers = self.prompts, self.answers
        for index, one in enumerate(self.conversations):
            if one.shape == "text" and (turns := rendered_turns(prompts[index])):
                if prompts is self.prompts:
                    prompts, answers = list(prompts), list(answers)
                prompts[index], answers[index] = turns
        return prompts, answers

    @cached_property
    def pair_words(self) -> words.Ragged:
        """Return the word hashes of prompt and answer together."""
        return words.concat(self.prompt_words, self.answer_words)

    @cached_property
    def answer_classes(self) -> NDArray[np.int64]:
        """Count characters of each class in each answer: rows x `CLASSES`."""
        return self._answer_counts[0]

    @cached_property
    def answer_scripts(self) -> NDArray[np.int64]:
        """Count characters of each script in each answer: rows x `SCRIPTS`."""
        return self._answer_counts[1]

    @cached_property
    def _answer_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        # One pass over the characters for both: a code point's class and script are one number.
        table, kinds = class_and_script()
        counts = histogram(self.answers, table, len(kinds))
        of_class, of_script = (np.zeros((len(self), len(names)), np.int64) for names in (CLASSES, SCRIPTS))
        for at, (one, script) in enumerate(kinds):
            of_class[:, one] += counts[:, at]
            of_script[:, script] += counts[:, at]
        return of_class, of_script

    @cached_property
    def prompt_scripts(self) -> NDArray[np.int64]:
        """Count characters of each script in each prompt: rows x `SCRIPTS`."""
        return histogram(self.prompts, script_table(), len(SCRIPTS))

    def name(self, kind: str, texts: Iterable[str]) -> NDArray[np.uint64]:
        """Hash texts to 64 bits and keep the text of each hash (cut to 300 characters)."""
        given = list(texts)
        distinct = list(dict.fromkeys(given))
        hashes = pl.Series(distinct, dtype=pl.String).hash(seed=7).to_numpy().astype(np.uint64)
        self.names.setdefault(kind, {}).update(
            {value: text[:300] for value, text in zip(hashes.tolist(), distinct, strict=True)}
        )
        places = {text: at for at, text in enumerate(distinct)}
        return hashes[np.fromiter(map(places.__getitem__, given), np.int64, len(given))]


def batch_of(chunk: Chunk, options: AuditOptions) -> Batch:
    """Parse a chunk into a batch."""
    conversations, broken, values = [], [], []
    for row, value in parse(chunk):
        if isinstance(value, Broken):
            broken.append((row, value.reason))
        else:
            conversations.append(to_conversation(row, value))
            values.append(value)
    return Batch(conversations, broken, options, values)


def hashes_of(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Hash each text to 64 bits, case, punctuation and white space aside; 0 for an empty one."""
    others = [index for index, text in enumerate(texts) if not text.isascii()]
    plain = _plain_ascii([text if text.isascii() else "" for text in texts] if others else texts)
    if others:
        series = pl.Series([_clean(texts[index]) for index in others], dtype=pl.String)
        spaced = series.str.to_lowercase().str.replace_all(r"[\s\p{P}]+", " ").str.strip_chars()
        for index, text in zip(others, spaced.to_list(), strict=True):
            plain[index] = text
    # Punctuation alone ("?", "...") must not make every such text equal to the empty one.
    kept = (
        plain if all(plain) else [one or _clean(text).strip() for one, text in zip(plain, texts, strict=True)]
    )
    hashes = pl.Series(kept, dtype=pl.String).hash(seed=11).to_numpy().astype(np.uint64)
    hashes[[index for index, one in enumerate(kept) if not one]] = 0
    return hashes


def _plain_ascii(texts: Sequence[str]) -> list[str]:
    """Do for ASCII what the regular expression in `hashes_of` does, for all texts at once and many times as fast."""
    joined = "\0".join(texts)
    if joined.count("\0") >= len(texts) > 1:
        # A text holds the separator itself.
        return [one for text in texts for one in _plain_ascii([text])]
    spaced = _single_blanks(joined.encode().translate(_SPACED)).decode()
    return [one.strip(" ") for one in (spaced.split("\0") if len(texts) > 1 else [spaced][: len(texts)])]


def _single_blanks(text: bytes) -> bytes:
    # Blanks are too frequent to look for two of them with a search for text.
    codes = np.frombuffer(text, np.uint8)
    blank = codes == ord(" ")
    again = np.flatnonzero(blank[1:] & blank[:-1])
    return np.delete(codes, again).tobytes() if len(again) else text


# Lower case, and a space for white space and punctuation (Unicode's class P, so "+" and "$" stay).
_SPACED = bytes(
    32
    if chr(code) in "\t\n\x0b\x0c\r" or unicodedata.category(chr(code))[0] in "PZ"
    else ord(chr(code).lower())
    for code in range(128)
) + bytes(range(128, 256))


def _clean(text: str) -> str:
    # A lone surrogate cannot be UTF-8; Polars would refuse the whole column for it.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
