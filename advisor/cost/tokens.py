"""Texts in, token counts out: exact for OpenAI's encodings without a network, else labelled as an estimate."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.catalog import Catalog
from advisor.catalog.records import Record
from advisor.errors import AdvisorError, did_you_mean, missing_extra

if TYPE_CHECKING:
    import tiktoken

VOCABULARY = Path(__file__).parent / "vocabulary"
FILES = {
    # Names are the sha1 under which tiktoken caches a file; the sha256 are tiktoken's own pins.
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
PIECE = 400_000
"""Longest text handed to tiktoken at once; it panics on a million blanks in a row."""
OLD = re.compile(r"^(gpt-3\.5|gpt-35|gpt-4(-|$)|text-embedding-3|text-embedding-ada-002)")
NEW = re.compile(r"^(gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|gpt-oss|chatgpt-4o|o1|o3|o4|codex-mini)(\b|-|$)")
LATER = re.compile(r"^(gpt-|o\d)")
_loading = threading.Lock()


class TokenCount(Record):
    """A number of tokens, and whether it is exact."""

    tokens: int
    """Number of tokens."""
    exact: bool
    """Whether this model's own tokenizer counted them."""
    how: str
    """How they were counted, for people."""


@lru_cache(maxsize=4)
def encoding(name: str) -> tiktoken.Encoding:
    """Load an encoding from the vocabulary that is shipped here; never from the network."""
    if name not in FILES:
        raise AdvisorError(
            f"there is no encoding '{name}' here", place="encoding", remedy=did_you_mean(name, FILES)
        )
    import tiktoken

    _verify(name)
    with _loading:
        # tiktoken reads the folder from the environment only, and only while it loads.
        before = os.environ.get("TIKTOKEN_CACHE_DIR")
        os.environ["TIKTOKEN_CACHE_DIR"] = str(VOCABULARY)
        try:
            return tiktoken.get_encoding(name)
        finally:
            if before is None:
                del os.environ["TIKTOKEN_CACHE_DIR"]
            else:
                os.environ["TIKTOKEN_CACHE_DIR"] = before


def _verify(name: str) -> None:
    # tiktoken deletes a file that does not match and asks the network; so look before it does.
    file, sha256 = FILES[name]
    path = VOCABULARY / file
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
    if found != sha256:
        raise AdvisorError(
            f"the vocabulary of {name} is damaged or missing",
            place=str(path),
            remedy="Install the package again; token counts are estimates until then.",
        )


def count_tokens(texts: Iterable[str], *, encoding: str = "o200k_base") -> list[int]:
    """Count the tokens of each text exactly; special tokens count as the plain text they are written in.

    Args:
        texts: Any strings; long ones are cut where no token can cross.
        encoding: ``o200k_base`` or ``cl100k_base``.
    """
    encode = _encoding(encoding).encode_ordinary
    return [len(encode(text)) if len(text) <= PIECE else _count_long(text, encode) for text in texts]


_encoding = encoding


def _count_long(text: str, encode: Any) -> int:
    return sum(len(encode(piece)) for piece in pieces(text))


def pieces(text: str) -> Iterator[str]:
    """Cut a long text into pieces of bounded length that tokenize as the whole does."""
    start = 0
    while len(text) - start > PIECE:
        cut = _safe_cut(text, start + PIECE // 2, start + PIECE)
        yield text[start:cut]
        start = cut
    yield text[start:]


def _safe_cut(text: str, low: int, high: int) -> int:
    # Both encodings split words before tokenizing: a blank after a non-blank, before a letter, starts a new word.
    cut = text.rfind(" ", low, high)
    while cut > low:
        if (
            not text[cut - 1].isspace()
            and text[cut + 1 : cut + 2].isascii()
            and text[cut + 1 : cut + 2].isalpha()
        ):
            return cut
        cut = text.rfind(" ", low, cut)
    return high


def count_file(path: Path, *, encoding: str = "o200k_base") -> int:
    """Count the tokens of a UTF-8 file in bounded memory."""
    encode = _encoding(encoding).encode_ordinary
    total, rest = 0, ""
    with path.open(encoding="utf-8", newline="") as stream:
        while chunk := stream.read(PIECE):
            *whole, rest = pieces(rest + chunk)
            total += sum(len(encode(piece)) for piece in whole)
    return total + sum(len(encode(piece)) for piece in pieces(rest))


def model_encoding(model: str) -> tuple[str, bool] | None:
    """Return the encoding of a model and whether that is known (else assumed); None: not an OpenAI tokenizer."""
    from advisor.cost.offers import plain_name

    name = plain_name(model)
    if NEW.match(name):
        return "o200k_base", True
    if OLD.match(name):
        return "cl100k_base", True
    # A newer model of the same vendor is more likely to keep the newest encoding than to go back.
    return ("o200k_base", False) if LATER.match(name) else None


def text_tokens(text: str, model: str, catalog: Catalog, *, tokenizer_file: Path | None = None) -> TokenCount:
    """Count ``text`` for ``model``: its own tokenizer where there is one, else an estimate that says so.

    Args:
        text: What to count.
        model: A model's name, with or without its provider.
        catalog: Holds the characters per token of each script, and the factors of other vendors.
        tokenizer_file: A ``tokenizer.json`` of Hugging Face, for open models.
    """
    if tokenizer_file is not None:
        return TokenCount(
            tokens=_count_with(tokenizer_file, text), exact=True, how=f"with {tokenizer_file.name}"
        )
    known = model_encoding(model)
    try:
        tokens = count_tokens([text], encoding=known[0] if known else "o200k_base")[0]
    except AdvisorError as error:
        from advisor.cost.token_estimates import estimate_by_script

        return TokenCount(
            tokens=estimate_by_script(text, catalog), exact=False, how=f"estimated by script: {error.problem}"
        )
    if known:
        how = f"with {known[0]}" + ("" if known[1] else ", assumed for this model")
        return TokenCount(tokens=tokens, exact=known[1], how=how)
    return _scaled(tokens, model, catalog)


def _scaled(tokens: int, model: str, catalog: Catalog) -> TokenCount:
    from advisor.cost.token_estimates import vendor_factor

    factor = vendor_factor(model, catalog)
    return TokenCount(
        tokens=round(tokens * factor),
        exact=False,
        how=f"estimated: o200k_base × {factor:g}, this model's tokenizer is not here",
    )


def _count_with(path: Path, text: str) -> int:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise missing_extra(
            "tokenizers", "tokenizers", purpose="Counting with a Hugging Face tokenizer file"
        ) from error
    if not path.is_file():
        raise AdvisorError(
            "there is no such tokenizer file",
            place=str(path),
            remedy="Give a tokenizer.json as Hugging Face writes it.",
        )
    try:
        return len(Tokenizer.from_file(str(path)).encode(text, add_special_tokens=False).ids)
    except Exception as error:  # the library raises bare Exception for any file it cannot read
        raise AdvisorError(
            "this is not a tokenizer file",
            place=str(path),
            remedy="Give a tokenizer.json as Hugging Face writes it.",
        ) from error


def workload_facts(  # noqa: PLR0913 - keyword-only beyond the first
    catalog: Catalog,
    *,
    model: str,
    instructions: str = "",
    examples: Iterable[str] = (),
    query: str = "",
    answer: str = "",
) -> Mapping[str, int]:
    """Fill the workload's token facts from pasted texts; what is empty is left out."""
    shots = list(examples)
    single = {"instruction_tokens": instructions, "query_tokens": query, "output_tokens": answer}
    facts = {name: text_tokens(text, model, catalog).tokens for name, text in single.items() if text}
    if shots:
        counts = [text_tokens(shot, model, catalog).tokens for shot in shots]
        facts |= {"few_shot_examples": len(shots), "tokens_per_example": -(-sum(counts) // len(counts))}
    return facts
