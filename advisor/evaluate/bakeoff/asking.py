"""Ask one arm's questions: what the journal knows is not asked again, and every answer is kept the moment it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, NamedTuple

from advisor.cost.tokens import count_tokens
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.calling import Caller, Unanswered
from advisor.evaluate.bakeoff.models import Answering
from advisor.evaluate.bakeoff.money import Price
from advisor.evaluate.bakeoff.records import Answer, Ask, BakeoffOptions, Cancelled, Example
from advisor.evaluate.bakeoff.spreading import Asks, Calling
from advisor.evaluate.journal import Journal, call_hash
from advisor.pacing import calls_per_minute

GIVEN_UP_AFTER = 5
"""Questions in a row that a service does not answer, each asked six times, before the run stops."""


class Paper(NamedTuple):
    """Where answers are kept, what they may cost, and who wants to know."""

    journal: Journal
    options: BakeoffOptions
    price: Price | None
    data_sha256: str
    stop: Event
    tell: Callable[[int, int], None]
    """Is told how many of how many questions are answered."""
    calling: Calling = Caller
    """What puts the questions to the service."""


def ask_all(
    asks: Sequence[tuple[Example, Ask]], who: Answering, paper: Paper
) -> tuple[list[Answer], set[str]]:
    """Return an answer for every question, in their order, and the parameters that the service refused.

    Raises:
        AdvisorError: The service refuses, does not recover, or the money is used up.
        Cancelled: Somebody asked to stop; calls under way were waited for.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        future = thread.submit(asyncio.run, _asked(asks, who, paper))
        try:
            return future.result()
        except KeyboardInterrupt:
            paper.stop.set()
            raise


def sent(ask: Ask, who: Answering, options: BakeoffOptions) -> dict[str, Any]:
    """Return the request for a question."""
    return {
        "model": who.receiver.model, "messages": list(ask.turns), "max_tokens": options.max_tokens,
        "temperature": options.temperature, "seed": options.seed,
    }  # fmt: skip


def call_of(ask: Ask, who: Answering, options: BakeoffOptions) -> str:
    """Return the hash under which the journal keeps the answer."""
    return call_hash(who.identity, sent(ask, who, options))


async def _asked(
    asks: Sequence[tuple[Example, Ask]], who: Answering, paper: Paper
) -> tuple[list[Answer], set[str]]:
    work = _Work(asks, who, paper)
    per_minute = calls_per_minute(who.receiver.local, paper.options.requests_per_minute)
    async with paper.calling(who.receiver, per_minute) as caller:
        places = asyncio.Semaphore(paper.options.concurrency)
        wanted = {call_of(ask, who, paper.options): ask for _, ask in asks}
        open_calls = [(call, ask) for call, ask in wanted.items() if call not in paper.journal.known]
        paper.tell(work.done, work.total)
        await asyncio.gather(*(work.one(call, ask, caller, places) for call, ask in open_calls))
    if work.problem is not None:
        raise work.problem
    if paper.stop.is_set():
        raise Cancelled
    return [work.answer(example, ask) for example, ask in asks], caller.left_out


class _Work:
    """What the questions of one arm share while they are under way."""

    def __init__(self, asks: Sequence[tuple[Example, Ask]], who: Answering, paper: Paper) -> None:
        calls = {call_of(ask, who, paper.options) for _, ask in asks}
        self.total, self.done = len(calls), len(calls & paper.journal.known.keys())
        self.who, self.paper = who, paper
        self.problem: AdvisorError | None = None
        self.unanswered: dict[str, str] = {}
        self._silent, self._reserved = 0, 0.0

    async def one(self, call: str, ask: Ask, caller: Asks, places: asyncio.Semaphore) -> None:
        """Ask one question, unless the run is to stop."""
        async with places:
            if self.problem is not None or self.paper.stop.is_set() or not self._affordable(ask):
                return
            reserved = self._worst(ask)
            self._reserved += reserved
            try:
                told = await caller.ask(sent(ask, self.who, self.paper.options))
            except Unanswered as error:
                self._unanswered(call, str(error))
                return
            except AdvisorError as error:
                self.problem = self.problem or error
                return
            finally:
                self._reserved -= reserved
        self._silent = 0
        self.paper.journal.add(call, {**told, "usd": self._usd(told)})
        self.done += 1
        self.paper.tell(self.done, self.total)

    def _unanswered(self, call: str, because: str) -> None:
        self.unanswered[call] = because
        self._silent += 1
        if self._silent >= GIVEN_UP_AFTER:
            self.problem = self.problem or AdvisorError(
                f"{because}, {self._silent} questions in a row",
                place=self.who.receiver.base_url,
                remedy="Run the same command again later: what was answered is kept and not asked again.",
            )

    def _worst(self, ask: Ask) -> float:
        if self.paper.price is None:
            return 0.0
        tokens = sum(count_tokens([turn["content"] for turn in ask.turns])) + 8 * len(ask.turns)
        return self.paper.price(tokens, self.paper.options.max_tokens, 0)

    def _affordable(self, ask: Ask) -> bool:
        most = self.paper.options.max_usd
        if most is None or self.paper.price is None:
            return True
        spent = self.paper.journal.spent_usd() + self._reserved
        if spent + self._worst(ask) <= most:
            return True
        self.problem = self.problem or AdvisorError(
            f"the next question could pass {most:g} USD; {self.paper.journal.spent_usd():.4f} are spent",
            place="--max-usd",
            remedy="Raise it and run the same command again: what was answered is kept.",
        )
        return False

    def _usd(self, told: dict[str, Any]) -> float | None:
        used = (told.get("tokens_in"), told.get("tokens_out"))
        if self.paper.price is None or None in used:
            return None
        return self.paper.price(int(used[0] or 0), int(used[1] or 0), int(told.get("tokens_cached") or 0))

    def answer(self, example: Example, ask: Ask) -> Answer:
        """Return the answer to one row; a question that the service never answered is a failed row."""
        call = call_of(ask, self.who, self.paper.options)
        told = self.paper.journal.known.get(call)
        if told is None:
            told = {"answer": None, "error": self.unanswered.get(call, "not asked")}
        return Answer(
            id=example.id, **told, model=self.who.label, adapter=self.who.adapter, seed=self.paper.options.seed,
            system_prompt=next((turn["content"] for turn in ask.turns if turn["role"] == "system"), None),
            data_sha256=self.paper.data_sha256, passages=ask.passages,
        )  # fmt: skip
