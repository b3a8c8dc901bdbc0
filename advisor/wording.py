"""Every text of the app and of its reports comes from wording.toml: another language is another file with the same keys."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("wording.toml")


class _Filling(Formatter):
    """Fills in ``{name}`` as ``str.format`` does, and ``{count:row|rows}`` with the word that goes with a number."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, more = format_spec.partition("|")
        if bar:
            return one if value == 1 else more
        return str(super().format_field(value, format_spec))


_FILLING: Final = _Filling()


def say(key: str, /, **values: Any) -> str:
    """Return the text at ``key``, "section.name", filled in with ``values``; ``{{`` in the file is one brace.

    Raises ``KeyError`` for a key, or a value, that is missing: the tests try every key that the code names.
    """
    return _FILLING.vformat(texts()[key], (), values)


@cache
def texts() -> dict[str, str]:
    """Return every text by its key, with the places still open."""
    sections = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, names in sections.items() for name, text in names.items()}


class Words:
    """The words for the ids of a closed set, each looked up when it is asked for."""

    def __init__(self, word: Callable[[str], str]) -> None:
        self._word = word

    def __getitem__(self, name: str) -> str:
        return self._word(name)

    def get(self, name: str, otherwise: str) -> str:
        """Return the word for ``name``, or ``otherwise`` where there is none."""
        try:
            return self._word(name)
        except KeyError:
            return otherwise
