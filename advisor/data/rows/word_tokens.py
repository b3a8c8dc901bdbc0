"""Token counts of many texts: each distinct word is encoded once, and the counts of a text's words add up to its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.cost.tokens import count_tokens, encoding

# A word with its marks is seldom longer; what is longer is not kept.
LONGEST_WORD, MOST_WORDS = 20, 1 << 16


class _Known(dict[str, int]):
    """Token counts of words that follow ``before``: learned on demand, forgotten when there are too many."""

    def __init__(self, before: str) -> None:
        super().__init__()
        self.before = before

    def __missing__(self, word: str) -> int:
        if len(word) > LONGEST_WORD:
            return count_tokens([self.before + word])[0]
        if len(self) >= MOST_WORDS:
            self.clear()
        self[word] = count = len(encoding("o200k_base").encode_ordinary(self.before + word))
        return count


_FIRST, _LATER = _Known(""), _Known(" ")


def count_by_words(texts: Iterable[str]) -> list[int]:
    """Count the o200k tokens of each text exactly, as `count_tokens` does, several times as fast on plain prose."""
    return [_count(text) for text in texts]


# The encoding splits a text into parts before it merges bytes. A single blank between two other characters begins a
# part, and so does the first character of a line unless it is a blank or a slash: cut there, each piece is encoded as
# it is within the whole.


def _count(text: str) -> int:
    if _has_single_blanks(text):
        return _count_words(text)
    return sum(map(_count_block, _blocks(text)))


def _has_single_blanks(text: str) -> bool:
    """Return whether all white space in a text is single blanks between other characters."""
    # A printable text has no white space but blanks; the other test makes a list of all words.
    if text.isprintable():
        return "  " not in text and text[:1] != " " and text[-1:] != " "
    return " ".join(text.split()) == text


def _blocks(text: str) -> Iterator[str]:
    """Cut a text at the line breaks where no token can cross; each block keeps its line breaks."""
    block, *lines = text.split("\n")
    for line in lines:
        if not line or line[0].isspace() or line[0] == "/":
            block += "\n" + line
        else:
            yield block + "\n"
            block = line
    yield block


def _count_block(block: str) -> int:
    plain = block.rstrip("\r\n")
    return _count_words(block) if _has_single_blanks(plain) else count_tokens([block])[0]


def _count_words(text: str) -> int:
    first, *others = text.split(" ")
    return sum(map(_LATER.__getitem__, others), _FIRST[first])
