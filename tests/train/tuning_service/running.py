"""The service in a process of its own, for benchmarks that kill it."""

from __future__ import annotations

import json

from advisor.train.jobs import JobStore
from advisor.train.loopback import run_app
from tests.train.tuning_service import service_app


def main() -> None:
    """Serve the jobs of `ADVISOR_JOBS` on a free port, and print the address."""
    run_app(
        service_app(JobStore()),
        "127.0.0.1",
        0,
        on_ready=lambda url: print(  # noqa: T201  # the benchmark reads it
            json.dumps({"base_url": f"{url}/v1"}, indent=2), flush=True
        ),
    )
