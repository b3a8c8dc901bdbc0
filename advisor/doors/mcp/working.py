"""Long work for a call: it reports how far it is, and it ends when the call is cancelled."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import anyio
from anyio import to_process, to_thread
from mcp.server.mcpserver import Context

Result = TypeVar("Result")
Report = Callable[[], tuple[float, str]]

SECONDS_BETWEEN: Final = 0.5
"""Between two reports of progress."""


class _StoppedError(Exception):
    """The call was cancelled; raised in the worker to end it."""


async def counted(context: Context, work: Callable[[Callable[[int], None]], Result]) -> Result:
    """Run work that counts its rows in a thread; a cancelled call ends it at its next count."""
    stop, rows = threading.Event(), [0]

    def progress(done: int) -> None:
        rows[0] = done
        if stop.is_set():
            raise _StoppedError

    try:
        return await _watched(
            context,
            lambda: (rows[0], f"{rows[0]:,} rows read"),
            lambda: to_thread.run_sync(work, progress, abandon_on_cancel=True),
        )
    finally:
        stop.set()


async def apart(context: Context, work: Callable[..., Result], *arguments: Any) -> Result:
    """Run work that does not count in a process of its own; a cancelled call kills it."""
    started = anyio.current_time()

    def report() -> tuple[float, str]:
        seconds = anyio.current_time() - started
        return seconds, f"{seconds:.0f} seconds so far"

    return await _watched(context, report, lambda: to_process.run_sync(work, *arguments, cancellable=True))


async def _watched(context: Context, report: Report, work: Callable[[], Awaitable[Result]]) -> Result:
    async with _reporting(context, report):
        try:
            result, failure = await work(), None
        except Exception as error:  # noqa: BLE001 - raised again below: a task group would wrap it in a group
            result, failure = None, error
    if failure is not None:
        raise failure
    return result  # type: ignore[return-value]


@asynccontextmanager
async def _reporting(context: Context, report: Report) -> AsyncIterator[None]:
    async def beat() -> None:
        last = 0.0
        while True:
            await anyio.sleep(SECONDS_BETWEEN)
            value, words = report()
            if value > last:  # the protocol wants progress to rise
                last = value
                await context.report_progress(value, None, words)

    async with anyio.create_task_group() as group:
        group.start_soon(beat)
        yield
        group.cancel_scope.cancel()
