"""Token counts: exact without a network, and labelled where they are not exact."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.cost import count_file, count_tokens, text_tokens, workload_facts
from advisor.cost import tokens as tokens_module
from advisor.cost.token_estimates import estimate_by_script
from advisor.cost.tokens import FILES, PIECE, VOCABULARY, encoding, model_encoding, pieces
from advisor.errors import AdvisorError


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_vocabularies_are_the_ones_that_tiktoken_pins(name):
    import tiktoken_ext.openai_public as pins

    file, sha256 = FILES[name]
    assert hashlib.sha256((VOCABULARY / file).read_bytes()).hexdigest() == sha256
    assert sha256 in Path(pins.__file__).read_text(encoding="utf-8")


def test_nothing_is_asked_of_the_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    encoding.cache_clear()
    import tiktoken.registry

    tiktoken.registry.ENCODINGS.clear()
    assert count_tokens(["Hello world"]) == [2]
    assert count_tokens(["Hello world"], encoding="cl100k_base") == [2]


def test_a_damaged_vocabulary_is_reported_and_not_deleted(monkeypatch, tmp_path):
    file, _ = FILES["cl100k_base"]
    (tmp_path / file).write_bytes(b"IQ== 0\n")
    monkeypatch.setattr(tokens_module, "VOCABULARY", tmp_path)
    encoding.cache_clear()
    with pytest.raises(AdvisorError, match="damaged"):
        count_tokens(["x"], encoding="cl100k_base")
    assert (tmp_path / file).exists()
    counted = text_tokens("some words", "gpt-4", load_catalog())
    assert not counted.exact
    assert "estimated by script" in counted.how
    encoding.cache_clear()


def test_special_tokens_count_as_the_text_they_are_written_in():
    assert count_tokens(["<|endoftext|>"])[0] > 1


def test_a_million_blanks_do_not_bring_it_down():
    assert 0 < count_tokens([" " * 1_200_000])[0] < 100_000


@pytest.mark.parametrize(
    "unit", ["The quick brown fox; x += 1\n", "日本語の文章です。", "naïve café — 42,000 €\t", "a" * 50 + " "]
)
def test_long_texts_count_as_if_they_were_encoded_whole(unit):
    text = unit * (2 * PIECE // len(unit) + 10)
    whole = len(encoding("o200k_base").encode_ordinary(text))
    # Without a blank before a letter there is no safe place to cut; then a token may be lost per piece.
    slack = 0 if " " in unit else len(text) // PIECE + 1
    assert abs(count_tokens([text])[0] - whole) <= slack
    assert "".join(pieces(text)) == text


def test_a_file_counts_like_its_text(tmp_path):
    text = "Some words, and more of them.\nÜber alles: 12 €.\n" * 30_000
    path = tmp_path / "long.txt"
    path.write_text(text, encoding="utf-8")
    assert count_file(path) == count_tokens([text])[0]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-4o-mini", ("o200k_base", True)),
        ("openai:gpt-4.1", ("o200k_base", True)),
        ("ft:gpt-4.1-mini-2025-04-14:org", ("o200k_base", True)),
        ("ft:gpt-3.5-turbo-0125:org", ("cl100k_base", True)),
        ("gpt-4", ("cl100k_base", True)),
        ("gpt-4-turbo", ("cl100k_base", True)),
        ("text-embedding-3-small", ("cl100k_base", True)),
        ("groq:openai/gpt-oss-20b", ("o200k_base", True)),
        ("gpt-6-luna", ("o200k_base", False)),
        ("claude-haiku-5-5", None),
        ("gemini-3.8-flash", None),
    ],
)
def test_every_model_gets_its_own_encoding(model, expected):
    assert model_encoding(model) == expected


def test_a_count_says_how_it_was_made():
    assert text_tokens("Hello world", "gpt-4o", load_catalog()).model_dump() == {
        "tokens": 2,
        "exact": True,
        "how": "with o200k_base",
    }
    assert "assumed" in text_tokens("Hello world", "gpt-6-luna", load_catalog()).how
    claude = text_tokens("Hello world " * 100, "claude-sonnet-5-5", load_catalog())
    assert not claude.exact
    assert "estimated" in claude.how
    assert claude.tokens > text_tokens("Hello world " * 100, "gpt-4o", load_catalog()).tokens


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (
            "The invoice is due within thirty days of receipt, unless both parties agree otherwise. " * 5,
            0.7,
            1.4,
        ),
        ("请在收到发票后三十天内付款，除非双方另有约定。" * 5, 0.6, 1.6),
        ("Пожалуйста, оплатите счёт в течение тридцати дней после получения. " * 5, 0.6, 1.6),
        ("يرجى دفع الفاتورة خلال ثلاثين يومًا من استلامها. " * 5, 0.5, 1.7),
    ],
)
def test_the_estimate_by_script_is_in_the_right_region(text, low, high):
    assert low < estimate_by_script(text, load_catalog()) / count_tokens([text])[0] < high


def test_pasted_texts_fill_the_token_facts():
    facts = workload_facts(
        load_catalog(),
        model="gpt-4o",
        instructions="Answer in one word.",
        examples=["Q: red A: rot", "Q: blue A: blau"],
    )
    assert set(facts) == {"instruction_tokens", "few_shot_examples", "tokens_per_example"}
    assert facts["few_shot_examples"] == 2
    assert facts["instruction_tokens"] == count_tokens(["Answer in one word."])[0]


def test_a_tokenizer_file_counts_exactly_and_a_bad_one_is_refused(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"one": 0, "two": 1, "?": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    assert text_tokens("one two three", "some-open-model", load_catalog(), tokenizer_file=path).tokens == 3
    path.write_text("{}")
    with pytest.raises(AdvisorError, match="not a tokenizer file"):
        text_tokens("one", "some-open-model", load_catalog(), tokenizer_file=path)
