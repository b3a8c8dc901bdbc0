"""Who puts the questions to a service: this process, or workers of Ray; journal, money and order stay with this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from itertools import count
from typing import Any, Protocol, Self

from advisor.errors import AdvisorError, did_you_mean, missing_extra
from advisor.evaluate.bakeoff.calling import Caller, Unanswered
from advisor.evaluate.bakeoff.records import BakeoffOptions
from advisor.net import Endpoint, is_local


class Asks(Protocol):
    """Puts questions to one service."""

    left_out: set[str]
    """Parameters that this service turned out to refuse."""

    async def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Ask once and return text, usage and times, or the error of a failed row; raises as `Caller.ask` does."""
        ...


SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_raylet_start_wait_time_s": "300",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "300",
}  # fmt: skip
"""No report to Ray's makers, and patience on a busy machine."""
STARTS = 3
"""On a busy machine Ray gives up on itself now and then; the next start is fresh."""
Calling = Callable[[Endpoint, float], AbstractAsyncContextManager[Asks]]
"""A service and the calls a minute that it may get in, what asks it out."""


@contextmanager
def calling(options: BakeoffOptions) -> Iterator[Calling]:
    """Yield what asks services for a run, for as long as the run lasts.

    Raises:
        AdvisorError: There is no such executor, Ray is not installed, or its workers could not reach the service.
    """
    if options.executor == "local":
        yield Caller
        return
    remote = options.executor.startswith("ray://")
    if options.executor != "ray" and not remote:
        raise AdvisorError(
            f"there is no executor '{options.executor}'",
            place="--executor",
            remedy=did_you_mean(options.executor, ["local", "ray"]),
        )
    if remote and (options.base_url is None or is_local(options.base_url)):
        raise AdvisorError(
            "workers on other machines cannot reach a service on this one",
            place="--executor",
            remedy="Name an address that they reach with --base-url, or use --executor ray.",
        )
    with _workers(options, remote) as workers:
        yield lambda receiver, pace: _Spread(receiver, pace, workers)


@contextmanager
def _workers(options: BakeoffOptions, remote: bool) -> Iterator[list[Any]]:
    try:
        import ray
    except ImportError as error:
        raise missing_extra("ray", "ray", purpose="Spreading questions over workers") from error
    started = not ray.is_initialized()
    if started:
        # Questions wait for a service and take little of a processor.
        _started(ray, {"address": options.executor} if remote else {"num_cpus": options.workers})
    try:
        kind = ray.remote(num_cpus=0 if remote else 1)(_Worker)
        yield [kind.remote() for _ in range(options.workers)]
    finally:
        if started:
            ray.shutdown()


def _started(ray: Any, size: dict[str, Any]) -> None:
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    for attempt in range(1, STARTS + 1):
        try:
            ray.init(include_dashboard=False, log_to_driver=False, **size)
        except Exception as error:
            ray.shutdown()
            if attempt == STARTS:
                raise AdvisorError(
                    f"Ray does not start ({str(error).splitlines()[0][:200]})",
                    place="--executor",
                    remedy="Run the same command again, or without --executor: what was answered is kept.",
                ) from error
        else:
            return


class _Worker:
    """A process of Ray; keeps its connection to each service."""

    def __init__(self) -> None:
        self._callers: dict[tuple[Endpoint, float], Caller] = {}

    async def ask(self, receiver: Endpoint, pace: float, asked: dict[str, Any]) -> tuple[str, Any, list[str]]:
        """Ask once; errors travel as words, as their classes may not."""
        caller = self._callers.get((receiver, pace))
        if caller is None:
            caller = await Caller(receiver, pace).__aenter__()
            self._callers[receiver, pace] = caller
        try:
            return "told", await caller.ask(asked), sorted(caller.left_out)
        except Unanswered as error:
            return "unanswered", str(error), sorted(caller.left_out)
        except AdvisorError as error:
            return "refused", error.as_dict(), sorted(caller.left_out)


class _Spread:
    """Hands one question after another to the workers in turn."""

    def __init__(self, receiver: Endpoint, pace: float, workers: list[Any]) -> None:
        self.left_out: set[str] = set()
        self._receiver, self._workers, self._turn = receiver, workers, count()
        self._pace = max(1.0, pace / len(workers))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Workers keep their connections for the next arm."""

    async def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Ask once through the next worker."""
        worker = self._workers[next(self._turn) % len(self._workers)]
        how, told, left_out = await worker.ask.remote(self._receiver, self._pace, asked)
        self.left_out |= set(left_out)
        if how == "unanswered":
            raise Unanswered(told)
        if how == "refused":
            raise AdvisorError(told["problem"], place=told["place"], remedy=told["remedy"])
        return dict(told)
