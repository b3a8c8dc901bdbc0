"""What happens between steps: progress lines, marks on whole checkpoints, and obeying a request to stop."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from advisor.train.trainer.progress import Phase, ProgressLine, ProgressWriter
from advisor.train.trainer.run_files import CANCEL_FILE, COMPLETE_FILE


class ProgressCallback(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """Writes what the trainer logs as progress records."""

    def __init__(self, writer: ProgressWriter, clock: Callable[[], float] = time.time) -> None:
        self._writer = writer
        self._clock = clock
        self._began_at = self._logged_at = clock()
        self._began_step = 0
        self._tokens = self._tokens_before = 0

    def on_train_begin(
        self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any
    ) -> None:
        """Note where this process begins; a resumed run does not begin at step 0."""
        self._began_at = self._logged_at = self._clock()
        self._began_step = state.global_step
        # the trainer counts tokens from zero again when it resumes; its log remembers
        self._tokens_before = int(max((log.get("num_tokens", 0) for log in state.log_history), default=0))
        self._record("resumed" if state.global_step else "started", state)

    def on_log(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Turn one log into one record."""
        logs = logs or {}
        if "loss" in logs:
            self._record(
                "step", state, loss=logs["loss"], learning_rate=logs.get("learning_rate"), **self._pace(logs)
            )
        elif "eval_loss" in logs:
            self._record("eval", state, eval_loss=logs["eval_loss"])
            self._logged_at = self._clock()  # time spent evaluating is not training pace

    def on_save(
        self, args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any
    ) -> None:
        """Mark the checkpoint as whole: a kill while it was being written leaves it without the mark."""
        if state.is_world_process_zero:
            folder = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
            (folder / COMPLETE_FILE).touch()
            self._record("checkpoint", state, message=folder.name)

    def _pace(self, logs: dict[str, float]) -> dict[str, Any]:
        now = self._clock()
        tokens = int(logs.get("num_tokens", 0))
        elapsed, read = now - self._logged_at, tokens - self._tokens
        self._logged_at, self._tokens = now, tokens
        return {
            "tokens": self._tokens_before + tokens,
            "tokens_per_second": round(read / elapsed, 1) if elapsed > 0 else None,
        }

    def _record(self, kind: Phase, state: TrainerState, **values: Any) -> None:
        done = state.global_step - self._began_step
        left = (
            (self._clock() - self._began_at) / done * (state.max_steps - state.global_step) if done else None
        )
        self._writer.write(
            ProgressLine(
                at=self._clock(),
                kind=kind,
                step=state.global_step,
                max_steps=state.max_steps,
                epoch=None if state.epoch is None else round(state.epoch, 4),
                memory_gib=peak_memory_gib(),
                seconds_left=None if left is None else round(left, 1),
                **values,
            )
        )


class StopAsked(Exception):  # noqa: N818  # a request, not a failure
    """Leaves an evaluation, which the trainer's own flag cannot."""


class StopWhenAsked(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """Stops after the current micro-batch once the file `cancel` lies in the run folder."""

    def __init__(self, run: Path) -> None:
        self._flag = run / CANCEL_FILE

    def on_step_begin(
        self, _args: TrainingArguments, _state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Look before a step."""
        self._look(control)

    def on_substep_end(
        self, _args: TrainingArguments, _state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Look between micro-batches."""
        self._look(control)

    def on_step_end(
        self, _args: TrainingArguments, _state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Look after a step."""
        self._look(control)

    def on_prediction_step(
        self, _args: TrainingArguments, _state: TrainerState, _control: TrainerControl, **_: Any
    ) -> None:
        """Look between the batches of an evaluation."""
        if self._flag.exists():
            raise StopAsked

    def _look(self, control: TrainerControl) -> None:
        if self._flag.exists():
            control.should_training_stop = True


def peak_memory_gib() -> float:
    """Peak memory so far: of the GPU where one is used, else of this process."""
    import torch

    if torch.cuda.is_available():
        return round(float(torch.cuda.max_memory_allocated()) / 2**30, 3)
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30, 3)
