"""A proof in a thread of its own: how far it is, a way to stop it, and what it showed."""

from __future__ import annotations

from threading import Thread
from typing import Literal

from advisor.diagnose.proof.asking import StoppedError
from advisor.diagnose.proof.bench import Bench
from advisor.diagnose.proof.proving import Planned, prove
from advisor.diagnose.records import Diagnosis
from advisor.errors import AdvisorError

RunState = Literal["planned", "running", "done", "stopped", "failed"]


class ProofRun:
    """One proof; it is read from other threads while it runs."""

    def __init__(self, diagnosis: Diagnosis, bench: Bench, planned: Planned) -> None:
        self.diagnosis, self.bench, self.planned = diagnosis, bench, planned
        self.state: RunState = "planned"
        self.result: Diagnosis | None = None
        """The diagnosis with what the interventions showed; None until it is done."""
        self.problem: AdvisorError | None = None
        """Why it failed; None where it did not."""

    @property
    def answered(self) -> int:
        """Questions that were answered so far."""
        return self.bench.tuned.meter.answered

    def start(self) -> None:
        """Begin, or begin again after a stop or a failure: answers that are known are not asked for again."""
        if self.state in ("running", "done"):
            return
        self.state, self.problem = "running", None
        self.bench.tuned.meter.stopping.clear()
        Thread(target=self._run, name="proof", daemon=True).start()

    def stop(self) -> None:
        """Put no further question."""
        self.bench.tuned.meter.stopping.set()

    def _run(self) -> None:
        try:
            self.result = prove(self.diagnosis, self.bench, self.planned)
            self.state = "done"
        except StoppedError:
            self.state = "stopped"
        except AdvisorError as error:
            self.problem, self.state = error, "failed"
        except Exception as error:  # a thread has nobody who would see it
            self.problem = AdvisorError(
                f"the test broke off ({type(error).__name__})",
                place="proof",
                remedy="Run it from the shell: advisor diagnose --model URL.",
            )
            self.state = "failed"
            raise
