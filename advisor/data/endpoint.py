"""Ask an OpenAI-compatible chat endpoint for JSON: paced, retried where the server says later, never more than a few at once."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Self

from advisor.errors import AdvisorError, missing_extra

ATTEMPTS = 6
_LATER = {408, 409, 425, 429, 500, 502, 503, 504}
LONGEST_WAIT_SECONDS = 60.0


class Reply(NamedTuple):
    """What the model said and what it used."""

    text: str
    tokens_in: int
    tokens_out: int


class Endpoint:
    """One chat endpoint; used as an async context manager."""

    def __init__(
        self, base_url: str, model: str, *, key_variable: str, requests_per_minute: int, concurrency: int
    ) -> None:
        self.url = base_url.rstrip("/") + "/chat/completions"
        self.model = model
        self._key = os.environ.get(key_variable, "")
        self._gap = 60.0 / requests_per_minute
        self._next = 0.0
        self._pace = asyncio.Lock()
        self._places = asyncio.Semaphore(concurrency)
        self._client: Any = None

    async def __aenter__(self) -> Self:
        try:
            import httpx2
        except ImportError as error:
            raise missing_extra("httpx2", "data", purpose="Asking a model") from error
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        self._client = httpx2.AsyncClient(timeout=120, headers=headers)
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._client.aclose()

    async def ask(self, messages: list[dict[str, str]], schema: dict[str, Any], *, seed: int) -> Reply:
        """Ask once, waiting and retrying as the server demands.

        Raises:
            AdvisorError: The server refuses, or does not recover within six attempts.
        """
        body = {
            "model": self.model,
            "messages": messages,
            "seed": seed,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "variations", "strict": True, "schema": schema},
            },
        }
        async with self._places:
            for attempt in range(ATTEMPTS):
                await self._wait_for_turn()
                response = await self._post(body)
                if response is not None and response.status_code < 300:
                    return _reply(response, self.url)
                if response is not None and response.status_code not in _LATER:
                    raise self._refused(response)
                if attempt + 1 < ATTEMPTS:
                    await asyncio.sleep(_delay(response, attempt))
        what = f"answered {response.status_code}" if response is not None else "did not answer"
        raise AdvisorError(
            f"the endpoint {what} {ATTEMPTS} times",
            place=self.url,
            remedy="Run the same command again later: finished rows are kept.",
        )

    async def _post(self, body: dict[str, Any]) -> Any:
        import httpx2

        try:
            return await self._client.post(self.url, json=body)
        except httpx2.TransportError:
            return None

    async def _wait_for_turn(self) -> None:
        async with self._pace:
            now = asyncio.get_running_loop().time()
            wait = max(0.0, self._next - now)
            self._next = max(now, self._next) + self._gap
        await asyncio.sleep(wait)

    def _refused(self, response: Any) -> AdvisorError:
        remedy = (
            "Set the key's environment variable (--key-from)."
            if response.status_code in {401, 403}
            else "Check --base-url and --model."
        )
        return AdvisorError(
            f"the endpoint refused with {response.status_code}: {response.text[:200]}",
            place=self.url,
            remedy=remedy,
        )


async def in_order_of_arrival(work: list[Callable[[], Awaitable[None]]]) -> None:
    """Run all jobs together; the first failure stops the rest."""
    async with asyncio.TaskGroup() as group:
        for job in work:
            group.create_task(_awaited(job))


async def _awaited(job: Callable[[], Awaitable[None]]) -> None:
    await job()


def _delay(response: Any, attempt: int) -> float:
    after = response.headers.get("retry-after") if response is not None else None
    try:
        return (
            min(float(after), LONGEST_WAIT_SECONDS) if after else min(0.5 * 2**attempt, LONGEST_WAIT_SECONDS)
        )
    except ValueError:
        return float(min(0.5 * 2**attempt, LONGEST_WAIT_SECONDS))


def _reply(response: Any, url: str) -> Reply:
    try:
        value = response.json()
        usage = value.get("usage") or {}
        return Reply(
            value["choices"][0]["message"]["content"] or "",
            int(usage.get("prompt_tokens", 0)),
            int(usage.get("completion_tokens", 0)),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise AdvisorError(
            "the answer is not a chat completion",
            place=url,
            remedy="Check that --base-url ends in /v1 of an OpenAI-compatible server.",
        ) from error
