"""Find the checkpoint to resume from: the last one that was written whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from advisor.train.trainer.run_files import CHECKPOINTS, COMPLETE_FILE


def whole_checkpoints(run: Path) -> list[Path]:
    """List the whole checkpoints of `run`, oldest first."""
    found = (run / CHECKPOINTS).glob("checkpoint-*")
    return sorted((path for path in found if (path / COMPLETE_FILE).exists()), key=step_of)


def step_of(checkpoint: Path) -> int:
    """Return the step at which `checkpoint` was written."""
    return int(checkpoint.name.rpartition("-")[2])


def last_checkpoint(run: Path) -> Path | None:
    """Remove checkpoints that a kill left half-written and give the last whole one."""
    whole = whole_checkpoints(run)
    if os.environ.get("RANK", "0") != "0":
        return whole[-1] if whole else None  # the first worker clears up for all
    for path in (run / CHECKPOINTS).glob("checkpoint-*"):
        if path not in whole:
            shutil.rmtree(path)
    return whole[-1] if whole else None
