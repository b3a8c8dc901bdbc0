"""Calls of services that have an API of their own: JSON over https, errors in our words, no repeats by itself."""

from __future__ import annotations

from typing import Any

import httpx2

from advisor.net import without_key
from advisor.train.backends.services import ServiceError

LONGEST_MESSAGE = 500


class JsonClient:
    """One account at one address."""

    def __init__(self, base_url: str, key: str, *, timeout: float = 60) -> None:
        self._key = key
        self._client = httpx2.Client(
            base_url=base_url,
            timeout=timeout,
            headers={"Authorization": f"Bearer {key}"},
            follow_redirects=False,
        )

    def call(
        self, method: str, path: str, *, ordering: bool = False, body: Any = None, **options: Any
    ) -> dict[str, Any]:
        """Ask, and give the JSON object that was answered.

        Args:
            method: GET, POST or PUT.
            path: Below the base address.
            ordering: Whether a lost answer may stand for an order that was taken.
            body: Sent as JSON.
            options: For the request: `params`, `files`, `data`.
        """
        answer = self.send(
            method, path, ordering=ordering, **({"json": body} if body is not None else {}), **options
        )
        try:
            parsed = answer.json() if answer.content else {}
        except ValueError:
            raise ServiceError("the service's answer is not JSON", again=True, done=ordering) from None
        if not isinstance(parsed, dict):
            raise ServiceError("the service's answer is not a JSON object", again=True, done=ordering)
        return parsed

    def send(self, method: str, path: str, *, ordering: bool = False, **options: Any) -> httpx2.Response:
        """Ask, and give the answer unless it is an error; a redirection is given as it is."""
        try:
            answer = self._client.request(method, path, **options)
        except httpx2.HTTPError as error:
            text = without_key(f"{type(error).__name__}: {error}", self._key)
            raise ServiceError(text, again=True, done=ordering) from None
        if answer.status_code >= 400:
            raise self._refusal(answer, ordering=ordering)
        return answer

    def put_elsewhere(self, url: str, content: bytes) -> None:
        """Send a file to the store that the service named, without our key."""
        try:
            answer = httpx2.put(url, content=content, timeout=600)
        except httpx2.HTTPError as error:
            raise ServiceError(f"{type(error).__name__}: {error}", again=True) from None
        if answer.status_code >= 300:
            raise ServiceError(
                f"{answer.status_code}: the store refused the file", again=answer.status_code >= 500
            )

    def _refusal(self, answer: httpx2.Response, *, ordering: bool) -> ServiceError:
        status = answer.status_code
        message = without_key(f"{status}: {_words(answer)}"[:LONGEST_MESSAGE], self._key)
        if status in {401, 403}:
            message = f"the service does not accept the key, or this account may not do this ({message})"
        again = status in {408, 429} or status >= 500
        return ServiceError(
            message,
            again=again,
            done=ordering and status != 429 and again,
            after_seconds=_retry_after(answer),
        )


def _words(answer: httpx2.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return str(answer.text)
    error = body.get("error", body) if isinstance(body, dict) else body
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)


def _retry_after(answer: httpx2.Response) -> float | None:
    try:
        return max(0.0, float(answer.headers["retry-after"]))
    except (KeyError, ValueError):
        return None
