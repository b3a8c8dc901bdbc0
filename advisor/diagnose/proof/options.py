"""Which model is at hand, and how much may be asked of it."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from advisor.diagnose.records import Record
from advisor.errors import AdvisorError
from advisor.net import Endpoint, endpoint

KEY_VARIABLE: Final = "OPENAI_API_KEY"


class ProofOptions(Record):
    """How causes are tested."""

    model: str
    """OpenAI-compatible address of the tuned model as it is served; ``#NAME`` after it names one of several models."""
    base: str | None = None
    """The same for the model without tuning."""
    key_variable: str = KEY_VARIABLE
    """Environment variable with the key; needed only where the service wants one."""
    samples: int = Field(default=20, ge=5, le=400)
    """Production samples that are answered again."""
    max_calls: int = Field(default=400, ge=1)
    """Most questions put to models in all."""
    max_usd: float | None = Field(default=None, ge=0)
    """Most money; null for no limit."""
    usd_per_call: float = Field(default=0.0, ge=0)
    """What one question costs; 0 on a machine of one's own."""
    max_tokens: int = Field(default=200, ge=1)
    """Longest answer in tokens."""
    seed: int = 20
    """Seed sent with each question."""
    concurrency: int = Field(default=2, ge=1, le=64)
    """Questions under way at once."""


def receiver(text: str, option: str, key_variable: str) -> Endpoint:
    """Read ``URL`` or ``URL#NAME``; without a name the server's first model is meant.

    Raises:
        AdvisorError: It is not an address, or a key would travel unencrypted.
    """
    address, _, name = text.partition("#")
    found = endpoint(address, name, place=option, key_variable=key_variable)
    if not address.rstrip("/").endswith("/v1"):
        raise AdvisorError(
            "the address does not end in /v1",
            place=option,
            remedy="Write it as http://127.0.0.1:8000/v1#NAME.",
        )
    return found
