"""One run on the disk: what was asked for, the rows, the journal, the arms' answers and the result; not tied to a process."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
import platformdirs
from filelock import FileLock, Timeout
from pydantic import ValidationError

from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.records import PACE, Answer, ArmSpec, BakeoffOptions, BakeoffPlan
from advisor.evaluate.bakeoff.rows import HELD_OUT, TRAIN, Rows, read_data, read_kept, write_data
from advisor.evaluate.journal import Journal
from advisor.evaluate.records import Evaluation
from advisor.files import PRIVATE_FOLDER, replacing, scratch_folder, write_text

OPTIONS, PLAN, JOURNAL, RESULT, CANCEL, LOCK, PROGRESS = (
    "options.json", "plan.json", "journal.jsonl", "result.json", "cancel", "run.lock", "progress.json",
)  # fmt: skip

LOOKING_SECONDS = 2.0
BLINK_SECONDS = 0.05
"""How long another process may hold the lock only to look."""


def bakeoffs_folder() -> Path:
    """Return the folder of runs without an answers file: `ADVISOR_BAKEOFFS`, or one in the user's data folder."""
    chosen = os.environ.get("ADVISOR_BAKEOFFS")
    return Path(chosen) if chosen else platformdirs.user_data_path("advisor") / "bakeoffs"


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def train(self) -> Path:
        """The training rows."""
        return self.path / "data" / TRAIN

    @property
    def held_out(self) -> Path:
        """The held-out rows."""
        return self.path / "data" / HELD_OUT

    @property
    def ended(self) -> bool:
        """Whether the run has its result."""
        return (self.path / RESULT).exists()

    @property
    def running(self) -> bool:
        """Whether a process is at it."""
        lock = FileLock(self.path / LOCK)
        try:
            with lock.acquire(timeout=BLINK_SECONDS, poll_interval=BLINK_SECONDS / 5):
                return False
        except Timeout:
            return True

    def options(self) -> BakeoffOptions:
        """Read what was asked for."""
        place = self.path / OPTIONS
        try:
            return BakeoffOptions.model_validate_json(place.read_bytes())
        except FileNotFoundError:
            raise AdvisorError(
                "this is not a bake-off folder", place=str(self.path), remedy=f"One holds a file {OPTIONS}."
            ) from None
        except ValidationError as error:
            raise AdvisorError(
                f"the options cannot be read ({error.error_count()} errors)",
                place=str(place),
                remedy="Another version wrote them; start the run again in another folder.",
            ) from None

    def rows(self) -> Rows:
        """Read both sides of the data."""
        return read_kept(self.path / "data")

    def journal(self) -> Journal:
        """Open the journal."""
        return Journal(self.path / JOURNAL)

    def arm_file(self, name: str) -> Path:
        """Return the path of an arm's answers."""
        return self.path / "arms" / f"{re.sub(r'[^A-Za-z0-9._-]', '-', name)}.jsonl"

    def write_arm(self, name: str, answers: Sequence[Answer]) -> Path:
        """Keep an arm's answers, whole or not at all."""
        path = self.arm_file(name)
        with replacing(path, binary=True) as stream:
            stream.writelines(orjson.dumps(one.model_dump(mode="json")) + b"\n" for one in answers)
        return path

    def plan(self) -> BakeoffPlan | None:
        """Read the plan, where one was made."""
        place = self.path / PLAN
        return BakeoffPlan.model_validate_json(place.read_bytes()) if place.exists() else None

    def result(self) -> Evaluation:
        """Read the result."""
        return Evaluation.model_validate_json((self.path / RESULT).read_bytes())

    def write(self, name: str, content: str) -> None:
        """Write one of the run's files."""
        write_text(self.path / name, content + "\n")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock the run against every other process."""
        try:
            # Whoever looks whether a process is at the run holds the lock for a moment.
            with FileLock(self.path / LOCK).acquire(timeout=LOOKING_SECONDS):
                (self.path / CANCEL).unlink(missing_ok=True)
                yield
        except Timeout:
            raise AdvisorError(
                "another process is at this run",
                place=str(self.path),
                remedy="Wait for it, or cancel it there.",
            ) from None

    def cancel(self) -> None:
        """Ask the process at the run to stop after the calls under way."""
        (self.path / CANCEL).touch()


def open_run(options: BakeoffOptions, place: Path | None) -> RunFolder:
    """Make the folder of a run, or find it: the same options and rows are the same run.

    Args:
        options: What is asked.
        place: The folder itself; under the assessment's, or the user's data folder, where null.

    Raises:
        AdvisorError: The rows cannot be read, or ``place`` holds another run.
    """
    with scratch_folder("bakeoff") as scratch:
        rows, raw = read_data(options, scratch)
    wanted = options.model_dump_json(indent=2)
    folder = RunFolder(place or _home(options) / _id(options, rows))
    if (folder.path / OPTIONS).exists():
        _check_same(folder, options, rows)
        # Another limit or another pace is the same run.
        folder.write(OPTIONS, wanted)
        return folder
    folder.path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    write_data(raw, folder.path / "data")
    folder.write(OPTIONS, wanted)
    return folder


def _check_same(folder: RunFolder, options: BakeoffOptions, rows: Rows) -> None:
    before, now = (one.model_dump(exclude=set(PACE)) for one in (folder.options(), options))
    if before != now or folder.rows().sha256 != rows.sha256:
        raise AdvisorError(
            "the folder holds a run with other options or rows",
            place=str(folder.path),
            remedy="Name another folder with -o, or none.",
        )


def _home(options: BakeoffOptions) -> Path:
    if options.answers is None:
        return bakeoffs_folder()
    return options.answers.absolute().with_suffix("").with_name(f"{options.answers.stem}.bakeoffs")


def _id(options: BakeoffOptions, rows: Rows) -> str:
    # Options that a later version adds leave the ids of earlier runs as they are.
    content = options.model_dump_json(exclude=set(PACE), exclude_defaults=True) + rows.sha256
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def arms_of(options: BakeoffOptions) -> tuple[ArmSpec, ...]:
    """Return the arms of a run, refusing two of one name."""
    names = [one.name for one in options.arms]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise AdvisorError(f"two arms are called '{twice}'", place="--arm", remedy="Name every arm once.")
    return options.arms
