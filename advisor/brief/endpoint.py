"""Which endpoint reads briefs, and who that is; the key comes from the environment or the system's keyring."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from advisor.errors import AdvisorError

KEYRING_SERVICE: Final = "llm-adaptation-advisor"
_URL: Final = "ADVISOR_LLM_BASE_URL"
_MODEL: Final = "ADVISOR_LLM_MODEL"
_KEY: Final = "ADVISOR_LLM_API_KEY"


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint; its key is never printed."""

    base_url: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The machine that receives the brief."""
        return urlsplit(self.base_url).netloc

    @property
    def local(self) -> bool:
        """Whether that machine is this one."""
        return is_loopback(urlsplit(self.base_url))

    def notice(self, characters: int, *, second_opinion: bool = False) -> str:
        """Tell who receives the brief, and how often, before anything is sent."""
        where = "on this machine" if self.local else "over the network"
        told = (
            f"The whole text ({characters:,} characters) will be sent to {self.host} {where}, "
            f"to the model {self.model}. It proposes answers; you accept or reject each of them."
        )
        if not second_opinion:
            return told
        return f"{told} The text is sent a second time for the model's own verdict, without your answers."


def is_configured(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether briefs can be read at all."""
    return bool(environment.get(_URL) and environment.get(_MODEL))


def endpoint_from(environment: Mapping[str, str] = os.environ) -> Endpoint:
    """Read the endpoint from the environment; the key also from the keyring, by the endpoint's host."""
    for name in (_URL, _MODEL):
        if not environment.get(name):
            raise AdvisorError(
                "no endpoint is configured to read briefs",
                place=name,
                remedy=f"Set {_URL} and {_MODEL}; nothing else needs them.",
            )
    parts = _checked_url(environment[_URL])
    key = _checked_key(environment.get(_KEY, "") or _from_keyring(parts.netloc))
    if key and parts.scheme == "http" and not is_loopback(parts):
        raise AdvisorError(
            "the key would travel unencrypted", place=_URL, remedy="Use https, or remove the key."
        )
    return Endpoint(base_url=parts.geturl().rstrip("/"), model=environment[_MODEL][:200], key=key)


def _checked_url(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    # Neither the address nor a part of it is repeated: people paste keys into the wrong variable.
    if not good or parts.username is not None or parts.query or parts.fragment:
        raise AdvisorError(
            "this is not a plain http(s) address",
            place=_URL,
            remedy="Write it as https://host/v1, without user, password and parameters.",
        )
    return parts


def is_loopback(parts: SplitResult) -> bool:
    """Whether an address stays on this machine."""
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked_key(key: str) -> str:
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise AdvisorError(
            "the key holds characters that no key has", place=_KEY, remedy="Copy it again, whole."
        )
    return key


def _from_keyring(host: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING_SERVICE, host) or ""
    except (KeyringError, OSError, RuntimeError):
        # A machine without a keyring is the usual case on servers: then there is no key there.
        return ""
