"""Run one function over many chunks in order: here, in local processes, or on a Ray cluster."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from typing import Any, Protocol, TypeVar

from advisor.errors import AdvisorError, did_you_mean, missing_extra

Item = TypeVar("Item")
Result = TypeVar("Result")


class Executor(Protocol):
    """Maps a picklable function over items and gives the results in the items' order."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Map with a bounded number of items under way, so that memory stays flat."""
        ...


class Here:
    """Runs in this process; right for small files."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Map one item after another."""
        return map(work, items)


class Processes:
    """Runs in local worker processes, the default for files that are worth the start-up."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Map over a pool of processes."""
        # Forking a process that runs Polars' threads can hang; forkserver starts from a clean one.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["advisor.data.worker_start"])
        with ProcessPoolExecutor(self.workers, context, initializer=_one_thread) as pool:
            yield from _windowed(
                lambda item: pool.submit(work, item), lambda future: future.result(), items, self.workers * 2
            )


class Ray:
    """Runs the same function as Ray tasks: on the cluster at ``address``, or on a local one."""

    def __init__(self, workers: int, *, address: str | None = None) -> None:
        self.workers = workers
        self.address = address

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Map over Ray workers."""
        ray = _ray()
        started = not ray.is_initialized()
        if started:
            size = {} if self.address else {"num_cpus": self.workers}
            ray.init(address=self.address, include_dashboard=False, log_to_driver=False, **size)
        try:
            # Ray takes plain functions only, so the work travels beside each item, stored once.
            remote, shared = ray.remote(_apply), ray.put(work)
            yield from _windowed(partial(remote.remote, shared), ray.get, items, self.workers * 2)
        finally:
            if started:
                ray.shutdown()


def executor_named(name: str, workers: int) -> Executor:
    """Make the executor ``local``, ``processes``, ``ray`` or ``ray://address``."""
    if name == "local" or (workers <= 1 and name == "processes"):
        return Here()
    if name == "processes":
        return Processes(workers)
    if name == "ray":
        return Ray(workers)
    if name.startswith("ray://"):
        return Ray(workers, address=name)
    raise AdvisorError(
        f"there is no executor '{name}'",
        place="--executor",
        remedy=did_you_mean(name, ["local", "processes", "ray"]),
    )


def _one_thread() -> None:
    # Runs before a worker loads Polars: workers that each start a thread per core only get in one another's way.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")


def _apply(work: Callable[[Any], Any], item: Any) -> Any:
    return work(item)


def _windowed(
    submit: Callable[[Any], Any], fetch: Callable[[Any], Any], items: Iterable[Any], width: int
) -> Iterator[Any]:
    source = iter(items)
    waiting = deque(submit(item) for item in islice(source, width))
    while waiting:
        done = fetch(waiting.popleft())
        for item in islice(source, 1):
            waiting.append(submit(item))
        yield done


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise missing_extra("ray", "ray", purpose="Running an audit on a cluster") from error
    return ray
