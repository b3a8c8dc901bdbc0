"""Agents over standard streams: how long a call takes, and whether interviews end as in the app; run: python benchmarks/agents.py."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from datetime import date
from typing import Any

from mcp import Client, StdioServerParameters

from advisor.catalog import Catalog, load_catalog
from advisor.doors.ui import deciding
from advisor.doors.ui.address import Work
from advisor.net import finish
from advisor.scenario import answers_of, check_answers, complete

DAY = date(2026, 11, 26)
SERVER = StdioServerParameters(
    command=sys.executable, args=["-m", "advisor", "mcp", "--as-of", DAY.isoformat()]
)


def drawn(catalog: Catalog, count: int) -> list[dict[str, Any]]:
    """Draw people from the priors."""
    frame = complete({}, catalog, as_of=DAY, count=count, seed=77)
    return [answers_of(row, catalog) for row in frame.iter_rows(named=True)]


def plain(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in answers.items()}


async def interview(
    client: Client, person: dict[str, Any]
) -> tuple[int, dict[str, Any], dict[str, Any], list[str]]:
    """Answer from ``person`` what is asked; return the calls, where it ended, and what was said and not."""
    known: dict[str, Any] = {}
    skipped: list[str] = []
    calls = 0
    while True:
        said = {"answers": plain(known), "cannot_say": skipped}
        turn = (await client.call_tool("interview", said)).structured_content
        calls += 1
        if turn["next_question"] is None:
            return calls, turn, known, skipped
        fact = turn["next_question"]["fact"]
        if fact in person:
            known[fact] = person[fact]
        else:
            skipped.append(fact)


async def timed(client: Client, people: list[dict[str, Any]], **more: Any) -> list[float]:
    """Return the milliseconds of one decision of each person."""
    taken = []
    for person in people:
        start = time.perf_counter()
        result = await client.call_tool("decide", {"answers": plain(person), **more})
        taken.append((time.perf_counter() - start) * 1000)
        assert not result.is_error, result.content[0].text
    return taken


def same_as_app(ended: dict[str, Any], known: dict[str, Any], skipped: list[str], catalog: Catalog) -> bool:
    work = Work(answers=check_answers(known, catalog), unsure=tuple(skipped))
    found = deciding.recommendation(work, catalog)
    return (ended["recommended"], ended["verdict"], ended["probabilities"]) == (
        found.recommended,
        found.verdict,
        found.probabilities,
    )


def told(name: str, taken: list[float]) -> None:
    p95 = statistics.quantiles(taken, n=20)[18]
    print(f"{name}: median {statistics.median(taken):.1f} ms, p95 {p95:.1f} ms, {len(taken)} calls")


async def run(count: int, catalog: Catalog) -> None:
    people = drawn(catalog, count)
    started = time.perf_counter()
    async with Client(SERVER) as client:
        await client.call_tool("decide", {"answers": {}})
        print(f"start, handshake and first decision: {time.perf_counter() - started:.1f} s")
        told("decide over stdio, whole answers", await timed(client, people))
        told("decide over stdio with each limit listed", await timed(client, people[:30], with_limits=True))
        ends = [await interview(client, person) for person in people]
    calls = [calls for calls, *_ in ends]
    same = sum(same_as_app(*end, catalog) for _, *end in ends)
    print(
        f"interviews: {same} of {len(ends)} end as the app does; calls: median {statistics.median(calls):.0f}, most {max(calls)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    people = parser.parse_args().people
    deciding.today = lambda: DAY
    finish(run(people, load_catalog()))


if __name__ == "__main__":
    main()
