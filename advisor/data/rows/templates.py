"""Render rows as the trainer will, and say which tokens carry loss before and after cutting to the maximum length."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from advisor.data.rows.conversation import Conversation, Message
from advisor.data.rows.gguf_header import header_of
from advisor.data.rows.template_engine import compiled, marked
from advisor.errors import AdvisorError, did_you_mean

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{% if message.role == 'assistant' %}{% generation %}"
    "{{ message.content }}<|im_end|>{% endgeneration %}\n{% else %}{{ message.content }}<|im_end|>\n{% endif %}{% endfor %}"
)
LLAMA_3 = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>\n\n"
    "{% if message.role == 'assistant' %}{% generation %}{{ message.content }}<|eot_id|>{% endgeneration %}"
    "{% else %}{{ message.content }}<|eot_id|>{% endif %}{% endfor %}"
)
BUILT_IN = {"chatml": CHATML, "llama-3": LLAMA_3}
# ChatML spends <|im_start|>, role, line feed, <|im_end|> and line feed on each message.
TOKENS_PER_MESSAGE = 5
_SPECIAL = re.compile(
    r"(<\|[^|<>\s]{1,40}\|>|<(?:start|end)_of_turn>|</?s>|<bos>|<eos>|\[/?INST\]|<</?SYS>>)"
)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Token counts of one row under a template and a maximum length."""

    total: int
    trainable: int
    kept: int
    """Trainable tokens that are left after the cut."""
    failed: str = ""
    """Why the template refused the row."""


@dataclass(frozen=True)
class Template:
    """A chat template with its tokenizer."""

    name: str
    source: str | None
    assumed: tuple[str, ...]
    special: dict[str, str]
    tokenizer_file: Path | None = None

    def lengths(self, rows: Sequence[Conversation], limit: int) -> list[Lengths]:
        """Count total, trainable and kept tokens of each row when it is cut to ``limit`` tokens."""
        if self.source is None:
            return _plain_lengths(rows, limit)
        return [self._rendered_lengths(row, limit) for row in rows]

    def render(self, row: Conversation) -> str:
        """Render a row as training text.

        Raises:
            jinja2.TemplateError: The template refuses the row.
        """
        text: str = compiled(self.source or CHATML).render(
            messages=[_as_dict(one) for one in row.messages],
            tools=row.tools,
            add_generation_prompt=False,
            **self.special,
        )
        return text

    def _rendered_lengths(self, row: Conversation, limit: int) -> Lengths:
        try:
            text = self.render(row)
        except Exception as error:  # noqa: BLE001 - templates raise whatever their author liked, also RecursionError
            return Lengths(0, 0, 0, failed=str(error)[:200] or type(error).__name__)
        plain, spans = marked(text)
        spans = spans or _found(plain, row.messages)
        count = _counter(self.tokenizer_file)
        edges = [0, *(edge for span in spans for edge in span), len(plain)]
        pieces = [plain[start:end] for start, end in pairwise(edges)]
        sizes = count(pieces)
        trainable = kept = position = 0
        for index, size in enumerate(sizes):
            if index % 2:
                trainable += size
                kept += max(0, min(position + size, limit) - position)
            position += size
        return Lengths(position, trainable, kept)


@lru_cache(maxsize=4)
def load_template(model: str | None) -> Template:
    """Load the template of ``--model``: a folder, a GGUF file, ``chatml`` or ``llama-3``; None assumes ChatML."""
    if model is None:
        return Template(
            "ChatML with o200k tokens",
            None,
            ("No --model given: lengths are those of ChatML with o200k tokens.",),
            {},
        )
    if model in BUILT_IN:
        note = f"The {model} template is a built-in stand-in with o200k tokens; give the model's own folder for exact lengths."
        return Template(model, BUILT_IN[model], (note,), {"bos_token": "<s>", "eos_token": "</s>"})
    path = Path(model)
    if path.is_file():
        return _from_gguf(path)
    if path.is_dir():
        return _from_folder(path)
    raise AdvisorError(
        f"there is no model folder or GGUF file '{model}'",
        place="--model",
        remedy=did_you_mean(model, BUILT_IN),
    )


def _from_gguf(path: Path) -> Template:
    header = header_of(path)
    source = header.get("tokenizer.chat_template")
    if not isinstance(source, str):
        raise AdvisorError(
            "the GGUF file holds no chat template (a base model?)",
            place=str(path),
            remedy="Give the instruct model, or --model chatml.",
        )
    tokens = header.get("tokenizer.ggml.tokens") or []
    special = {}
    for key, name in (("bos_token", "bos"), ("eos_token", "eos")):
        number = header.get(f"tokenizer.ggml.{name}_token_id")
        special[key] = tokens[number] if isinstance(number, int) and number < len(tokens) else ""
    return Template(
        path.name, source, ("Tokens of the GGUF model are counted with o200k, an estimate.",), special
    )


def _from_folder(folder: Path) -> Template:
    config = _json(folder / "tokenizer_config.json")
    file = folder / "chat_template.jinja"
    source = file.read_text(encoding="utf-8") if file.is_file() else config.get("chat_template")
    if isinstance(source, list):
        source = next((one.get("template") for one in source if one.get("name") == "default"), None)
    if not isinstance(source, str):
        raise AdvisorError(
            "the folder holds no chat template",
            place=str(folder),
            remedy="It needs chat_template.jinja, or 'chat_template' in tokenizer_config.json.",
        )
    special = {
        key: _token_text(config.get(key)) for key in ("bos_token", "eos_token", "pad_token", "unk_token")
    }
    tokenizer = folder / "tokenizer.json"
    exact = tokenizer.is_file() and _has_tokenizers()
    assumed = (
        ()
        if exact
        else (
            "The model's tokenizer is not readable here (tokenizer.json and the package 'tokenizers'): o200k tokens are used instead.",
        )
    )
    return Template(folder.name, source, assumed, special, tokenizer if exact else None)


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AdvisorError(
            f"the file is not JSON ({error})", place=str(path), remedy="Fetch the tokenizer again."
        ) from error
    return value if isinstance(value, dict) else {}


def _token_text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else ""


def _has_tokenizers() -> bool:
    from importlib.util import find_spec

    return find_spec("tokenizers") is not None


def _as_dict(message: Message) -> dict[str, Any]:
    value: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        value["tool_calls"] = list(message.tool_calls)
    return value


def _found(text: str, messages: Sequence[Message]) -> list[tuple[int, int]]:
    # Templates without generation marks: the assistant's words are looked up in the order they were spoken.
    spans, position = [], 0
    for message in messages:
        words = message.content.strip()
        at = text.find(words, position) if words else -1
        if at >= 0:
            position = at + len(words)
            if message.role == "assistant":
                spans.append((at, position))
    return spans


@lru_cache(maxsize=4)
def _counter(tokenizer_file: Path | None) -> Callable[[Sequence[str]], list[int]]:
    if tokenizer_file is None:
        return _o200k
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
    except Exception as error:
        raise AdvisorError(
            f"the tokenizer cannot be read ({error})",
            place=str(tokenizer_file),
            remedy="Fetch the tokenizer again.",
        ) from error
    return lambda texts: [
        len(one.ids) for one in tokenizer.encode_batch(list(texts), add_special_tokens=False)
    ]


def _o200k(texts: Sequence[str]) -> list[int]:
    from advisor.data.rows.word_tokens import count_by_words

    # Special tokens of another model are one token each; o200k would spell them out.
    parts = [_SPECIAL.split(text) for text in texts]
    counts = iter(count_by_words(piece for split in parts for piece in split[::2]))
    return [sum(next(counts) for _ in split[::2]) + len(split) // 2 for split in parts]


@lru_cache(maxsize=256)
def _system_tokens(text: str) -> int:
    from advisor.data.rows.word_tokens import count_by_words

    return count_by_words([text])[0]


def _plain_lengths(rows: Sequence[Conversation], limit: int) -> list[Lengths]:
    from advisor.data.rows.word_tokens import count_by_words

    counts = iter(count_by_words(one.content for row in rows for one in row.messages if one.role != "system"))
    return [_plain_length(row, counts, limit) for row in rows]


def _plain_length(row: Conversation, counts: Any, limit: int) -> Lengths:
    position = trainable = kept = 0
    for message in row.messages:
        # System prompts repeat from row to row, so each is counted once.
        size = _system_tokens(message.content) if message.role == "system" else next(counts)
        position += 3
        if message.role == "assistant" and message.weight != 0 and message.content.strip():
            trainable += size + 1
            kept += max(0, min(position + size + 1, limit) - position)
        position += size + TOKENS_PER_MESSAGE - 3
    return Lengths(position, trainable, kept)
