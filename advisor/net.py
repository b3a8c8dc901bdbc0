"""Addresses, keys and who receives what: the one place where something leaves this machine.

A key is read from the environment or the system's keyring, is never printed, and travels only over https or to this machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self, TypeVar
from urllib.parse import SplitResult, urlsplit

from advisor.errors import AdvisorError, missing_extra
from advisor.pacing import Pace, calls_per_minute

T = TypeVar("T")
KEYRING_SERVICE: Final = "llm-adaptation-advisor"
ATTEMPTS: Final = 6
LONGEST_WAIT_SECONDS: Final = 60.0


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end and return its result, also where the caller has a running event loop (a notebook, a page)."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine and nothing else."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_local(url: str) -> bool:
    """Return whether an address stays on this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def plain_address(text: str, place: str) -> SplitResult:
    """Read an http(s) address without user, password and parameters.

    Raises:
        AdvisorError: It is another kind of address. Neither it nor a part of it is repeated: people paste keys into
            the wrong variable.
    """
    try:
        parts = urlsplit(text.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or parts.username is not None or parts.query or parts.fragment:
        raise AdvisorError(
            "this is not a plain http(s) address",
            place=place,
            remedy="Write it as https://host/v1, without user, password and parameters.",
        )
    return parts


def check_address(url: str, place: str) -> str:
    """Return a base URL that a key may be sent to: https, or this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise AdvisorError(
            f"'{url}' would send the key and the data in the clear",
            place=place,
            remedy="Use an https address; http is for this machine only.",
        )
    return url.rstrip("/")


def stored_key(variable: str, *names: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the key that the environment variable or the keyring holds, empty where there is none.

    Args:
        variable: The environment variable; also the first name in the keyring.
        names: Further names in the keyring, such as the endpoint's host.
        environment: Where variables are read.

    Raises:
        AdvisorError: The key holds characters that no key has.
    """
    key = environment.get(variable, "").strip()
    key = key or next((found for name in (variable, *names) if (found := _from_keyring(name))), "")
    return checked_key(key, variable)


def checked_key(key: str, place: str) -> str:
    """Return a key without the blanks around it; refuse what no key looks like."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise AdvisorError(
            "the key holds characters that no key has", place=place, remedy="Copy it again, whole."
        )
    return key


def find_key(variable: str, service: str) -> str:
    """Return the key for a service that needs one."""
    key = stored_key(variable)
    if not key:
        raise AdvisorError(
            f"there is no key for {service}",
            place=variable,
            remedy=f"Set {variable}, or store it with: keyring set {KEYRING_SERVICE} {variable}",
        )
    return key


def without_key(text: str, key: str) -> str:
    """Take a key out of what a service answered."""
    return text.replace(key, "…") if key else text


def _from_keyring(name: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING_SERVICE, name) or ""
    except (KeyringError, OSError, RuntimeError):
        # A machine without a keyring is the usual case on servers: then there is no key there.
        return ""


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint and one of its models; the key is never printed."""

    base_url: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The machine that receives what is sent."""
        return urlsplit(self.base_url).netloc

    @property
    def local(self) -> bool:
        """Whether that machine is this one."""
        return is_local(self.base_url)

    def notice(self, characters: int, *, second_opinion: bool = False) -> str:
        """Return who receives the brief, and how often, for display before anything is sent."""
        where = "on this machine" if self.local else "over the network"
        told = (
            f"The whole text ({characters:,} characters) will be sent to {self.host} {where}, "
            f"to the model {self.model}. It proposes answers; you accept or reject each of them."
        )
        if not second_opinion:
            return told
        return f"{told} The text is sent a second time for the model's own verdict, without your answers."


def endpoint(
    base_url: str,
    model: str,
    *,
    place: str,
    key_variable: str,
    environment: Mapping[str, str] = os.environ,
) -> Endpoint:
    """Open no connection, but make sure that one may be opened.

    Raises:
        AdvisorError: The address is not plain http(s), or the key would travel unencrypted to another machine.
    """
    parts = plain_address(base_url, place)
    key = stored_key(key_variable, parts.netloc, environment=environment)
    if key and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise AdvisorError(
            "the key would travel unencrypted", place=place, remedy="Use https, or remove the key."
        )
    return Endpoint(parts.geturl().rstrip("/"), model[:200], key)


class Reply(NamedTuple):
    """What a model said and what it used."""

    text: str
    tokens_in: int
    tokens_out: int


class Asking:
    """Paced questions to one endpoint through the official client; used as an async context manager."""

    def __init__(self, receiver: Endpoint, *, requests_per_minute: int | None, concurrency: int) -> None:
        self.receiver = receiver
        self._pace = Pace(calls_per_minute(receiver.local, requests_per_minute))
        self._places = asyncio.Semaphore(concurrency)
        self._client: Any = None

    async def __aenter__(self) -> Self:
        self._client = client_for(self.receiver)
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._client.close()

    async def ask(
        self, messages: list[dict[str, str]], schema: Mapping[str, Any], *, name: str, seed: int
    ) -> Reply:
        """Ask once for JSON, waiting and retrying as the server demands.

        Raises:
            AdvisorError: The server refuses, or does not recover within six attempts.
        """
        asked = {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": dict(schema)}}
        async with self._places:
            await self._pace.turn()
            return _reply(await self._completion(messages, asked, seed), self.receiver.base_url)

    async def _completion(self, messages: list[dict[str, str]], asked: dict[str, Any], seed: int) -> Any:
        import openai

        place = self.receiver.base_url
        # An endpoint without a key gets none, also where the client finds one of its own.
        headers = {} if self.receiver.key else {"Authorization": openai.Omit()}
        try:
            return await self._client.chat.completions.create(
                model=self.receiver.model,
                messages=messages,
                response_format=asked,
                seed=seed,
                extra_headers=headers,
            )
        except (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError) as error:
            status = getattr(error, "status_code", None)
            what = f"answered {status}" if status else "did not answer"
            raise AdvisorError(
                f"the endpoint {what} {ATTEMPTS} times",
                place=place,
                remedy="Run the same command again later: finished rows are kept.",
            ) from None
        except openai.APIStatusError as error:
            said = without_key(str(error.message), self.receiver.key)[:200]
            raise AdvisorError(
                f"the endpoint refused with {error.status_code}: {said}",
                place=place,
                remedy="Set the key's environment variable (--key-from)."
                if error.status_code in {401, 403}
                else "Check --base-url and --model.",
            ) from None
        except (openai.APIError, ValueError):
            raise _no_completion(place) from None


def client_for(receiver: Endpoint, *, timeout: float = 120) -> Any:
    """Make the official client for an endpoint: it retries, and never goes through a proxy to this machine."""
    try:
        import openai
    except ImportError as error:
        raise missing_extra("openai", "hosted", purpose="Asking a model") from error
    http = openai.DefaultAsyncHttpxClient(trust_env=not receiver.local, follow_redirects=False)
    return openai.AsyncOpenAI(
        api_key=receiver.key or "none-needed-here",
        base_url=receiver.base_url,
        max_retries=ATTEMPTS - 1,
        timeout=timeout,
        http_client=http,
    )


def _reply(answer: Any, place: str) -> Reply:
    try:
        usage = answer.usage
        return Reply(
            answer.choices[0].message.content or "",
            int(usage.prompt_tokens if usage else 0),
            int(usage.completion_tokens if usage else 0),
        )
    except (AttributeError, IndexError, TypeError, ValueError):
        raise _no_completion(place) from None


def _no_completion(place: str) -> AdvisorError:
    return AdvisorError(
        "the answer is not a chat completion",
        place=place,
        remedy="Check that --base-url ends in /v1 of an OpenAI-compatible server.",
    )
