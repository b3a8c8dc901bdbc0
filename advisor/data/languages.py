"""Which script and which language a text is in, by its characters and its commonest words."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from advisor.data.characters import SCRIPTS
from advisor.data.phrases import FUNCTION_WORDS
from advisor.data.words import Ragged, found_in, word_hashes

LANGUAGES = tuple(FUNCTION_WORDS)
UNKNOWN = 255
# Scripts that stand for a language where no function words decide.
_BY_SCRIPT = {
    "han": "zh",
    "kana": "ja",
    "hangul": "ko",
    "thai": "th",
    "hebrew": "he",
    "greek": "el",
    "cyrillic": "ru",
    "arabic": "ar",
    "indic": "hi",
}
ALL = LANGUAGES + tuple(name for name in dict.fromkeys(_BY_SCRIPT.values()) if name not in LANGUAGES)
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "id")


def languages_of(words: Ragged, scripts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return each text's language as an index into `ALL`, `UNKNOWN` where it is too short or unclear."""
    counts = _function_word_counts(words, exclusive=False)
    result = np.full(len(words), UNKNOWN, np.uint8)
    letters = scripts[:, 1:]
    total = letters.sum(axis=1)
    main = letters.argmax(axis=1) + 1
    kana = SCRIPTS.index("kana")
    # Japanese is mostly Han by count; a tenth of kana tells it from Chinese.
    main = np.where((scripts[:, kana] > 0.1 * total) & (total > 0), kana, main)
    enough = total >= 8
    for script, language in _BY_SCRIPT.items():
        result[enough & (main == SCRIPTS.index(script))] = ALL.index(language)
    latin = enough & (main == SCRIPTS.index("latin"))
    _decide(result, latin, counts, _LATIN, words.counts)
    for group in (("ru", "uk", "bg"), ("ar", "fa"), ("hi", "mr")):
        chosen = np.isin(result, [ALL.index(group[0])])
        if chosen.any():
            _decide(
                result,
                chosen,
                _function_word_counts(words, exclusive=True),
                group,
                words.counts,
                default=ALL.index(group[0]),
            )
    return result


def _decide(  # noqa: PLR0913 - keyword-only beyond the first five
    result: NDArray[np.uint8],
    rows: NDArray[np.bool_],
    counts: NDArray[np.int64],
    group: tuple[str, ...],
    sizes: NDArray[np.int64],
    *,
    default: int = UNKNOWN,
) -> None:
    if not rows.any():
        return
    columns = [LANGUAGES.index(one) for one in group]
    scores = counts[rows][:, columns]
    order = np.sort(scores, axis=1)
    best, second = order[:, -1], order[:, -2]
    # Three function words, an eighth of all words, and half as many again as the runner-up.
    clear = (best >= 3) & (best >= sizes[rows] / 8) & (best >= 1.5 * second)
    named = np.array([ALL.index(one) for one in group], np.uint8)[scores.argmax(axis=1)]
    result[rows] = np.where(clear, named, default)


def _function_word_counts(words: Ragged, *, exclusive: bool) -> NDArray[np.int64]:
    table, belongs = _table()
    if exclusive:
        # A language is told from its larger neighbour only by words the neighbour does not have.
        belongs = belongs & (belongs.sum(axis=1, keepdims=True) == 1)
    rows = len(words)
    held, which = found_in(words.values, table)
    owners = words.owners[held]
    counts = np.zeros((rows, len(LANGUAGES)), np.int64)
    for column in range(len(LANGUAGES)):
        counts[:, column] = np.bincount(owners[belongs[which, column]], minlength=rows)
    return counts


@cache
def _table() -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    hashes = {name: word_hashes(text.split()).values for name, text in FUNCTION_WORDS.items()}
    table = np.unique(np.concatenate(list(hashes.values())))
    belongs = np.stack([np.isin(table, values) for values in hashes.values()], axis=1)
    return table, belongs
