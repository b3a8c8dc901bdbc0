"""What the training tests share: a tiny random model, support rows in a house style, plans made by hand."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from advisor.train.jobs import JobStore
from advisor.train.records import EvaluationPlan, PlannedFile, Span, TrainingPlan, TrainingSpec

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


@contextmanager
def running_app(app: Any) -> Iterator[str]:
    """Serve `app` from a thread until the block ends, and give its address."""
    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)  # a request that comes before the server is up waits
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_keep_alive=120))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def running() -> Callable[[Any], AbstractContextManager[str]]:
    """Serve an application for the length of a with block."""
    return running_app


MakePlan = Callable[..., tuple[TrainingPlan, Path]]


class Ticking:
    """A clock that advances one second at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "jobs", Ticking())


@pytest.fixture
def make_plan(tmp_path: Path, support_rows: list[dict[str, object]]) -> MakePlan:
    """Make a plan and its bundle for a backend; keywords override fields of the spec."""

    def make(backend: str = "trl", **changes: Any) -> tuple[TrainingPlan, Path]:
        bundle = tmp_path / f"bundle-{backend}"
        (bundle / "data").mkdir(parents=True, exist_ok=True)
        files = []
        for name, rows in (("train", support_rows[:40]), ("eval", support_rows[40:])):
            path = bundle / "data" / f"{name}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            content = path.read_bytes()
            files.append(
                PlannedFile(
                    path=f"data/{name}.jsonl",
                    copy_of=path,
                    sha256=hashlib.sha256(content).hexdigest(),
                    size_bytes=len(content),
                )
            )
        values: dict[str, Any] = {
            "backend": backend,
            "base_model": "gpt-4o-mini-2024-07-18",
            "train_path": bundle / "data" / "train.jsonl",
            "as_of": date(2026, 11, 22),
        }
        return _plan(TrainingSpec.model_validate(values | changes), tuple(files)), bundle

    return make


def _plan(spec: TrainingSpec, files: tuple[PlannedFile, ...]) -> TrainingPlan:
    some = {unit: Span(low=1, expected=2, high=3, unit=unit) for unit in ("tokens", "usd", "seconds")}
    return TrainingPlan(
        spec=spec,
        backend=spec.backend,
        files=files,
        config="",
        config_path="",
        commands=(),
        requirements=(),
        train_rows=40,
        train_tokens=some["tokens"],
        cost=some["usd"],
        duration=some["seconds"],
        memory=None,
        recipients=(),
        evaluation=EvaluationPlan(held_out_rows=8, arms=(), measures=(), accept_when="better"),
    )
