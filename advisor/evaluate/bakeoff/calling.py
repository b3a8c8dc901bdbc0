"""One question to a served model, timed as it streams; what a service does not know is left out and said."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Self

from advisor.errors import AdvisorError
from advisor.net import Endpoint, client_for, without_key
from advisor.pacing import Pace

FINAL = (400, 404, 409, 413, 422)
"""Answers that asking again does not change; the row has failed."""
LEFT_OUT = ("stream_options", "seed", "temperature")
"""Parameters that some services refuse; without them the question is the same."""


class Unanswered(Exception):  # noqa: N818 - it is no error of the program: the service did not recover
    """The service did not answer although it was asked again; the row may be asked another day."""


@dataclass
class Caller:
    """Paced, streamed questions to one endpoint; used as an async context manager."""

    receiver: Endpoint
    per_minute: float
    timeout: float = 600
    left_out: set[str] = field(default_factory=set)
    """Parameters that this service turned out to refuse."""
    _client: Any = None

    async def __aenter__(self) -> Self:
        self._client = client_for(self.receiver, timeout=self.timeout)
        self._pace = Pace(self.per_minute)
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._client.close()

    async def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Ask once, retrying as the service demands, and return text, usage and times, or the error of a failed row.

        Raises:
            AdvisorError: The service refuses key or model.
            Unanswered: It does not recover within six attempts.
        """
        import openai

        await self._pace.turn()
        try:
            return await self._streamed(asked)
        except openai.BadRequestError as error:
            refused = next((one for one in (*LEFT_OUT, "max_tokens") if one in str(error.message)), None)
            if refused is None or refused in self.left_out:
                return self._failed(error)
            self.left_out.add(refused)
            return await self.ask(asked)
        except openai.APIStatusError as error:
            if error.status_code in (401, 403) or (
                error.status_code == 404 and "model" in str(error.message)
            ):
                raise self._refusal(error) from None
            if error.status_code in FINAL:
                return self._failed(error)
            raise Unanswered(f"the service answered {error.status_code}") from None
        except (openai.APIError, ValueError) as error:
            raise Unanswered(f"the service did not answer ({type(error).__name__})") from None

    async def _streamed(self, asked: dict[str, Any]) -> dict[str, Any]:
        import openai

        headers = {} if self.receiver.key else {"Authorization": openai.Omit()}
        started, first, parts, usage, spoke = time.perf_counter(), None, [], None, False
        stream = await self._client.chat.completions.create(**self._sent(asked), extra_headers=headers)
        async for chunk in stream:
            spoke = True
            usage = getattr(chunk, "usage", None) or usage
            said = chunk.choices[0].delta.content if chunk.choices and chunk.choices[0].delta else None
            if said:
                first = first or time.perf_counter()
                parts.append(said)
        if not spoke:
            raise Unanswered("the answer is not a chat completion stream")
        ended = time.perf_counter()
        return _answer("".join(parts), usage) | {
            "seconds": round(ended - started, 4),
            "seconds_to_first": None if first is None else round(first - started, 4),
        }

    def _sent(self, asked: dict[str, Any]) -> dict[str, Any]:
        sent = {**asked, "stream": True, "stream_options": {"include_usage": True}}
        if "max_tokens" in self.left_out:
            sent["max_completion_tokens"] = sent.pop("max_tokens")
        return {name: value for name, value in sent.items() if name not in self.left_out}

    def _failed(self, error: Any) -> dict[str, Any]:
        said = without_key(str(error.message), self.receiver.key)[:300]
        return {"answer": None, "error": f"{error.status_code}: {said}"}

    def _refusal(self, error: Any) -> AdvisorError:
        said = without_key(str(error.message), self.receiver.key)[:200]
        return AdvisorError(
            f"the service refused with {error.status_code}: {said}",
            place=self.receiver.base_url,
            remedy="Set the key's environment variable (--key-from)."
            if error.status_code != 404
            else "Check --model and --base-url.",
        )


def _answer(text: str, usage: Any) -> dict[str, Any]:
    details = getattr(usage, "prompt_tokens_details", None)
    spoken = text.strip()
    return {
        "answer": text if spoken else None,
        "error": None if spoken else "empty answer",
        "tokens_in": getattr(usage, "prompt_tokens", None),
        "tokens_out": getattr(usage, "completion_tokens", None),
        "tokens_cached": getattr(details, "cached_tokens", None),
    }
