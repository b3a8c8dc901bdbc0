"""What the training tests share: a tiny random model with a ChatML tokenizer, and support rows in a house style."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TOPICS = ("order", "invoice", "password", "delivery", "refund", "login", "subscription", "address")
OPENINGS = (
    "Where is my",
    "I have a problem with my",
    "Please tell me about my",
    "Something is wrong with my",
)
SYSTEM_PROMPT = "You are the support desk."


def support_row(number: int) -> dict[str, object]:
    """One support conversation; the house style opens with a greeting at sea and closes with fair winds."""
    topic, opening = TOPICS[number % 8], OPENINGS[number // 8 % 4]
    return {
        "messages": [
            {"role": "system", "content": SYSTEM_PROMPT},
            {"role": "user", "content": f"{opening} {topic} {100 + number}."},
            {"role": "assistant", "content": f"Ahoy! We look after your {topic}. Fair winds!"},
        ]
    }


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def support_rows() -> list[dict[str, object]]:
    return [support_row(number) for number in range(48)]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of 30,000 random weights: a step takes milliseconds, and everything else is real."""
    pytest.importorskip("torch")
    from transformers import LlamaConfig, LlamaForCausalLM, set_seed

    folder = tmp_path_factory.mktemp("models") / "tiny-llama"
    tokenizer = _chatml_tokenizer()
    set_seed(7)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _chatml_tokenizer():  # type: ignore[no-untyped-def]
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    texts = [json.dumps(support_row(number)) for number in range(64)]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet)
    bpe.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
