"""Shortcuts of the measuring return what the plain way returns, whatever the text."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.data.batch import Batch, hashes_of
from advisor.data.characters import SCRIPTS, class_and_script, histogram, script_table
from advisor.data.checks import escaped_text, mixed_script, placeholder, stray_space, template_tokens
from advisor.data.columns import Columns
from advisor.data.records import AuditOptions
from advisor.data.rows.conversation import Conversation, Message
from advisor.data.words import Ragged, word_hashes

# Pieces of which the patterns are made, so that generated texts often hold one or nearly one.
PIECES = st.sampled_from(
    [
        *("a", "Word", "x" * 199, "y" * 230, "don't", "'", "''", " ", "  ", "\n", "\n\n\n\n", "\t", "\0", "\x0b", "7", "1234", ".", "?", "-", "+", "$"),
        *("{{name}}", "{order_id}", "${X}", "%(a)s", "<insert it>", "[Your Name]", "[DATE]", "TODO:", "LoRem ipsum", "XXX"),
        *("&amp;", "\\u00e9", "\\n", "<br>", "%20", "a%20b", "### Response:", "Assistant: ", "</user>", "<|im_end|>", "#", "<"),
        *("é", "о", "ab\u0430", "μm", "\u0130", "ſ", "漢字", "ไทย", "😀", "\u200b", "\u00a0", "\u3000", "\x85"),
    ]
)  # fmt: skip
TEXTS = st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=6)


def batch(texts):
    rows = [
        Conversation(at, "chat", [Message("user", text[::-1]), Message("assistant", text)])
        for at, text in enumerate(texts, 1)
    ]
    return Batch(rows, [], AuditOptions())


@pytest.mark.parametrize(
    ("check", "column", "of"),
    [
        (escaped_text, "escaped-text", "turns_series"),
        (mixed_script, "mixed-script", "turns_series"),
        (placeholder, "placeholder", "targets_series"),
        (stray_space, "stray-space", "targets_series"),
    ],
)
@settings(max_examples=300, deadline=None)
@given(texts=TEXTS)
def test_a_pattern_is_found_wherever_it_is(check, column, of, texts):
    made = batch(texts)

    plain = getattr(made, of).str.contains(check.PATTERN).to_list()

    assert check.measure(made)[column].tolist() == plain


@settings(max_examples=300, deadline=None)
@given(texts=TEXTS)
def test_marks_of_speakers_are_found_wherever_they_are(texts):
    made = batch(texts)
    sure = made.turns_series.str.contains(template_tokens.SURE).to_numpy()
    likely = made.turns_series.str.contains(template_tokens.LIKELY).to_numpy()

    assert template_tokens.measure(made)["template-tokens"].tolist() == np.where(sure, 2, likely).tolist()


@settings(max_examples=300, deadline=None)
@given(texts=TEXTS)
def test_a_text_has_the_hash_of_its_plain_form(texts):
    spaced = (
        pl.Series(texts, dtype=pl.String)
        .str.to_lowercase()
        .str.replace_all(r"[\s\p{P}]+", " ")
        .str.strip_chars()
    )
    kept = [one or text.strip() for one, text in zip(spaced.to_list(), texts, strict=True)]
    wanted = [
        int(number) if one else 0 for one, number in zip(kept, pl.Series(kept).hash(seed=11), strict=True)
    ]

    assert hashes_of(texts).tolist() == wanted


@settings(max_examples=300, deadline=None)
@given(texts=TEXTS)
def test_words_of_plain_text_are_hashed_as_among_other_scripts(texts):
    plain = [text for text in texts if text.isascii()]
    # One text beyond ASCII takes the whole batch the longer way.
    alone, among = word_hashes(plain), word_hashes([*plain, "é"])

    assert alone.starts.tolist() == among.starts.tolist()[: len(plain) + 1]
    assert alone.values.tolist() == among.values.tolist()[: len(alone.values)]


@settings(max_examples=300, deadline=None)
@given(texts=TEXTS)
def test_characters_are_counted_one_by_one(texts):
    kinds_of, kinds = class_and_script()
    for table, width in ((kinds_of, len(kinds)), (script_table(), len(SCRIPTS))):
        for some in (texts, [text for text in texts if text.isascii()]):
            wanted = np.zeros((len(some), width), np.int64)
            for at, text in enumerate(some):
                for letter in text:
                    wanted[at, table[min(ord(letter), len(table) - 1)]] += 1

            assert histogram(some, table, width).tolist() == wanted.tolist()


@settings(max_examples=100, deadline=None)
@given(texts=TEXTS)
def test_a_name_is_kept_behind_its_hash(texts):
    made = batch(texts)

    hashes = made.name("system", iter(texts))

    assert hashes.tolist() == pl.Series(texts, dtype=pl.String).hash(seed=7).to_list()
    assert [made.names["system"][one] for one in hashes.tolist()] == [text[:300] for text in texts]


def test_columns_are_read_whole_while_some_of_them_wait_to_be_written(tmp_path):
    columns = Columns(tmp_path / "columns")
    for at in range(3):
        part = np.array([at, at + 10], np.uint32)
        columns.append({"one": part, "many": Ragged(part, np.array([0, 1, 2], np.int64))})
        assert columns.read("one").tolist() == [value for n in range(at + 1) for value in (n, n + 10)]
        assert columns.ragged("many").rows(0, 2 * at + 2).values.tolist() == columns.read("one").tolist()
    columns.drop("one")

    assert columns.names("") == ["many.counts", "many.values"]
    assert len(columns.read("one")) == 0
