"""A judge behind an OpenAI-compatible address: asked about the arms, paced and retried as the server demands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import polars as pl

from advisor.catalog import Record
from advisor.errors import AdvisorError
from advisor.evaluate.answers.rows import objects
from advisor.evaluate.journal import Journal, call_hash
from advisor.evaluate.judging.arms import Judge, Judged, judge_arms
from advisor.evaluate.judging.asking import RUBRIC, SCHEMA
from advisor.evaluate.judging.grades import GRADE_SCHEMA, Messages, Say
from advisor.evaluate.results import Frames
from advisor.net import Asking, endpoint, finish

CHOICES = ("a", "b", "tie")


class JudgeOptions(Record):
    """Which model judges, where it is served, and by what."""

    model: str
    """The judge, as its service names it."""
    base_url: str
    """OpenAI-compatible address, with ``/v1``."""
    key_variable: str = "OPENAI_API_KEY"
    """Environment variable with the key; needed only where the service wants one."""
    rubric: str = RUBRIC
    """What makes an answer better, as a sentence."""
    concurrency: int = 4
    """Questions under way at once."""
    requests_per_minute: int | None = None
    """Limit on calls per minute; null is 300, and no limit for a service on this machine."""
    seed: int = 20
    """Seed sent with each question."""
    journal: Path | None = None
    """File that keeps every answer the moment it is there; questions that it answers are not asked again."""


def ask_judge(
    frames: Frames, arms: Sequence[str], options: JudgeOptions, ratings: pl.DataFrame | None = None
) -> Judged:
    """Calibrate the judge, then compare the first arm with each other one.

    Raises:
        AdvisorError: The service refuses or does not recover.
    """
    return finish(_asked(frames, arms, options, ratings))


async def _asked(
    frames: Frames, arms: Sequence[str], options: JudgeOptions, ratings: pl.DataFrame | None
) -> Judged:
    async with _Judge(options, SCHEMA, "judgement") as judge:
        return await judge_arms(frames, arms, Judge(options.model, judge.ask, options.rubric), ratings)


def served_say(options: JudgeOptions) -> Say:
    """Return what puts questions about single answers to a served judge; one that its journal answers is not asked again.

    Calling it raises AdvisorError where the service refuses or does not recover.
    """

    async def asked(questions: Sequence[Messages]) -> list[str]:
        # The same answer of two arms is one question.
        distinct = {call_hash("", {"messages": one}): one for one in questions}
        async with _Judge(options, GRADE_SCHEMA, "grade") as judge:
            told = await asyncio.gather(*(judge.ask(one) for one in distinct.values()))
        by = dict(zip(distinct, told, strict=True))
        return [by[call_hash("", {"messages": one})] for one in questions]

    return lambda questions: finish(asked(questions))


class _Judge:
    """A served judge with its journal, while it is asked."""

    def __init__(self, options: JudgeOptions, schema: Mapping[str, Any], name: str) -> None:
        self._options, self._schema, self._name = options, schema, name
        receiver = endpoint(
            options.base_url, options.model, place="--base-url", key_variable=options.key_variable
        )
        self._paced = Asking(
            receiver, requests_per_minute=options.requests_per_minute, concurrency=options.concurrency
        )
        self._journal = None if options.journal is None else Journal(options.journal)

    async def __aenter__(self) -> Self:
        await self._paced.__aenter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._paced.__aexit__(*exception)

    async def ask(self, messages: Messages) -> str:
        """Return the judge's text, from the journal where it was given before."""
        options, journal = self._options, self._journal
        asked = {
            "messages": messages,
            "model": options.model,
            "seed": options.seed,
            "schema": dict(self._schema),
        }
        call = call_hash(options.base_url, asked)
        if journal is not None and call in journal.known:
            return str(journal.known[call]["text"])
        told = await self._paced.ask(messages, self._schema, name=self._name, seed=options.seed)
        if journal is not None:
            journal.add(call, {"text": told.text, "tokens_in": told.tokens_in, "tokens_out": told.tokens_out})
        return told.text


def read_ratings(path: Path) -> pl.DataFrame:
    """Read what people said: example, a, b, choice (``a``, ``b`` or ``tie``), as the Evaluate page writes it.

    Raises:
        AdvisorError: A row lacks a field or has another choice.
    """
    names = ("example", "a", "b", "choice")
    rows = []
    for place, row in objects(path):
        lacking = [name for name in names if not row.get(name) and row.get(name) != 0]
        if lacking or row["choice"] not in CHOICES:
            raise AdvisorError(
                f"the row has no {lacking[0]}" if lacking else f"'{row['choice']}' is not a choice",
                place=place,
                remedy="A rating has example, a, b (two arms) and choice: a, b or tie.",
            )
        rows.append({name: str(row[name]) for name in names})
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
