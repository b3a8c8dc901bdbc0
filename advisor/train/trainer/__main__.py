"""`python -m advisor.train.trainer RUN`: train one run folder; alone in it, whoever else tries."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from advisor.errors import AdvisorError
from advisor.files import write_text
from advisor.train.trainer.run_files import FAILURE_FILE
from advisor.train.trainer.run_lock import RunLock


def carry_out_alone(arguments: list[str], work: Callable[[Path], object]) -> int:
    """Do `work` on the run folder that is the first argument; exit 0 also if another process is already at it.

    The second argument, where there is one, is the descriptor of the lock that the launching process took.
    """
    run = Path(arguments[0])
    inherited = int(arguments[1]) if len(arguments) > 1 else None
    with RunLock(run, inherited=inherited) as lock:
        if not lock.held or lock.ended:
            return 0
        return _done(run, work)


def _done(run: Path, work: Callable[[Path], object]) -> int:
    try:
        work(run)
    except AdvisorError as error:
        _record_failure(run, error.as_dict())
        sys.stderr.write(f"{error}\n")
        return 1
    except Exception as error:  # noqa: BLE001  # the reason must outlive the process, whatever it is
        traceback.print_exc()
        failure = {"problem": f"{type(error).__name__}: {error}", "place": str(run), "remedy": "See log.txt."}
        _record_failure(run, failure)
        return 1
    return 0


def _train(run: Path) -> object:
    from advisor.train.trainer.run import train

    return train(run)


def _record_failure(run: Path, failure: dict[str, str]) -> None:
    write_text(run / FAILURE_FILE, json.dumps(failure, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(carry_out_alone(sys.argv[1:], _train))
