"""`python -m advisor.train.trainer.ray_run RUN`: the trainer as one of several workers of Ray Train."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from advisor.train.trainer.__main__ import carry_out_alone
from advisor.train.trainer.settings import read_settings

ATTEMPTS_TO_START = 4


def train_on_workers(run: Path) -> None:
    """Start the workers on a cluster and wait for them; a worker's failure is raised here."""
    # the token that Ray writes into the home folder by default protects a port that only this machine can reach
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault(
        "RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S", "300"
    )  # importing torch twice takes its time
    import ray
    import torch
    from ray.train import RunConfig, ScalingConfig
    from ray.train.torch import TorchConfig, TorchTrainer

    workers = read_settings(run).workers
    on_gpu = torch.cuda.is_available()
    address = os.environ.get("RAY_ADDRESS")
    here: dict[str, Any] = {} if address else {"num_cpus": workers + 1, "include_dashboard": False}
    _start(lambda: ray.init(address=address or "local", log_to_driver=True, **here), ray.shutdown)
    try:
        TorchTrainer(
            _work,
            train_loop_config={"run": str(run.absolute())},
            scaling_config=ScalingConfig(num_workers=workers, use_gpu=on_gpu),
            torch_config=TorchConfig(backend="nccl" if on_gpu else "gloo"),
            run_config=RunConfig(name="ray", storage_path=str(run.absolute())),
        ).fit()
    finally:
        ray.shutdown()


def _start(start: Callable[[], object], clear: Callable[[], object]) -> None:
    # Ray gives its own processes half a minute, which a busy machine can exceed
    for attempt in range(1, ATTEMPTS_TO_START + 1):
        try:
            start()
        except Exception:
            clear()
            if attempt == ATTEMPTS_TO_START:
                raise
        else:
            return


def _work(config: dict[str, Any]) -> None:
    from advisor.train.trainer.run import train

    train(Path(config["run"]))


if __name__ == "__main__":
    sys.exit(carry_out_alone(sys.argv[1:], train_on_workers))
