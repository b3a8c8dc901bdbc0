"""Questions to an OpenAI-compatible server, in chat or as rendered text; answers come in the order of the questions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

from advisor.diagnose.proof.options import ProofOptions
from advisor.errors import AdvisorError
from advisor.net import Endpoint, client_for, finish, without_key


@dataclass(frozen=True)
class Question:
    """What a model is asked."""

    messages: tuple[tuple[str, str], ...]
    """Role and words of each turn."""
    rendered: str | None = None
    """The exact text instead, where a template was applied here."""
    temperature: float | None = None
    """None leaves it to the server."""
    stop: tuple[str, ...] = ()
    """Texts at which the answer ends."""


class StoppedError(Exception):
    """Somebody stopped the proof."""


@dataclass
class Meter:
    """Counts the questions and stops before a limit is passed, or when it is told to."""

    options: ProofOptions
    calls: int = 0
    """Questions that were put."""
    answered: int = 0
    """Questions that were answered."""
    stopping: Event = field(default_factory=Event)
    """Set from any thread to put no further question."""

    def allow(self, count: int) -> None:
        """Refuse as many further questions where they would pass a limit.

        Raises:
            AdvisorError: They would pass the most calls or the most money.
        """
        wanted = self.calls + count
        over = self.options.max_usd is not None and wanted * self.options.usd_per_call > self.options.max_usd
        if wanted > self.options.max_calls or over:
            limit = "--max-usd" if over else "--max-calls"
            raise AdvisorError(
                f"{wanted} questions to the model pass the limit",
                place=limit,
                remedy=f"Raise {limit}, or ask about fewer samples.",
            )


@dataclass
class Talk:
    """A way to put questions to one model."""

    receiver: Endpoint
    meter: Meter
    asked: dict[Question, str] = field(default_factory=dict)
    """Answers so far: the same question to the same model is put once."""

    def answers(self, questions: Sequence[Question]) -> list[str]:
        """Return the answer to each question.

        Raises:
            AdvisorError: The server refuses or does not recover, or a limit would be passed.
            StoppedError: Somebody stopped the proof.
        """
        fresh = [one for one in dict.fromkeys(questions) if one not in self.asked]
        self.meter.allow(len(fresh))
        finish(self._all(fresh))
        if any(one not in self.asked for one in fresh):
            raise StoppedError
        return [self.asked[one] for one in questions]

    async def _all(self, questions: Sequence[Question]) -> None:
        client = client_for(self.receiver, timeout=600)
        places = asyncio.Semaphore(self.meter.options.concurrency)
        try:
            if not self.receiver.model:
                self.receiver = replace(self.receiver, model=await _first_model(client, self.receiver))
            await asyncio.gather(*(self._one(client, places, one) for one in questions))
        finally:
            await client.close()

    async def _one(self, client: Any, places: asyncio.Semaphore, question: Question) -> None:
        async with places:
            # Those under way come to their end, as they are paid for.
            if self.meter.stopping.is_set():
                return
            self.meter.calls += 1
            put = _put(client, self.receiver, question, self.meter.options)
            self.asked[question] = await _guarded(put, self.receiver)
            self.meter.answered += 1


async def _put(client: Any, receiver: Endpoint, question: Question, options: ProofOptions) -> str:
    told: dict[str, Any] = {"model": receiver.model, "max_tokens": options.max_tokens, "seed": options.seed}
    told |= {} if question.temperature is None else {"temperature": question.temperature}
    told |= {"stop": list(question.stop)} if question.stop else {}
    if question.rendered is not None:
        found = await client.completions.create(prompt=question.rendered, **told)
        return str(found.choices[0].text or "").strip()
    messages = [{"role": role, "content": words} for role, words in question.messages]
    found = await client.chat.completions.create(messages=messages, **told)
    return str(found.choices[0].message.content or "").strip()


async def _first_model(client: Any, receiver: Endpoint) -> str:
    async def first() -> str:
        return str((await client.models.list()).data[0].id)

    return await _guarded(first(), receiver)


async def _guarded(work: Any, receiver: Endpoint) -> str:
    import openai

    try:
        return str(await work)
    except openai.NotFoundError as error:
        raise NotServedError(error, receiver) from None
    except (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError) as error:
        status = getattr(error, "status_code", None)
        problem = f"the model answered {status} again and again" if status else "the model does not answer"
        raise AdvisorError(problem, place=receiver.base_url, remedy="Start it, and run this again.") from None
    except openai.APIStatusError as error:
        said = without_key(str(error.message), receiver.key)[:200]
        raise AdvisorError(
            f"the model refused with {error.status_code}: {said}",
            place=receiver.base_url,
            remedy="See the server's log.",
        ) from None
    except (openai.APIError, ValueError, AttributeError, IndexError, TypeError):
        raise AdvisorError(
            "the answer is not a completion",
            place=receiver.base_url,
            remedy="Give the address of an OpenAI-compatible server.",
        ) from None


class NotServedError(AdvisorError):
    """The server has no such model or no such route."""

    def __init__(self, error: Exception, receiver: Endpoint) -> None:
        said = without_key(str(getattr(error, "message", error)), receiver.key)[:200]
        super().__init__(
            f"the server knows no such model or route: {said}",
            place=receiver.base_url,
            remedy="Name the model as URL#NAME.",
        )
