"""Files of a plan before its bundle is written: rows are kept on disk under the hash of their bytes, texts in the plan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from advisor.errors import AdvisorError
from advisor.train.records import PlannedFile, TrainingSpec
from advisor.train.row_shapes import Carries, encode, in_shape
from advisor.train.training_rows import TrainingRows, scratch

Part = Literal["all", "train", "eval"]
# By the hash of the rows: where they are, and what their source was like when it was read.
_STAGED: dict[str, tuple[Path, tuple[int, int]]] = {}


def stage_text(path: str, text: str) -> PlannedFile:
    """Plan a text file; a path that ends in `.sh` is made executable."""
    content = text.encode()
    return PlannedFile(
        path=path,
        text=text,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        executable=path.endswith(".sh"),
    )


def stage_rows(  # noqa: PLR0913 - keyword-only beyond the first three
    path: str, rows: TrainingRows, spec: TrainingSpec, *, shape: str, part: Part, carries: Carries
) -> PlannedFile:
    """Write one side of the rows in a backend's shape to the stage, and plan the file with its hash."""
    staged = scratch() / "rows"
    digest = hashlib.sha256()
    with staged.open("wb") as stream:
        for line in _lines(rows, spec, shape=shape, part=part, carries=carries):
            digest.update(line)
            stream.write(line)
    _STAGED[digest.hexdigest()] = staged, rows.stamp
    source = rows.path.expanduser().absolute()
    return PlannedFile(
        path=path,
        copy_of=source,
        shape=shape,
        part=part,
        eval_share=spec.eval_share if part != "all" else 0,
        seed=spec.seed,
        system_prompt=spec.system_prompt,
        sha256=digest.hexdigest(),
        size_bytes=staged.stat().st_size,
    )


def _lines(
    rows: TrainingRows, spec: TrainingSpec, *, shape: str, part: Part, carries: Carries
) -> Iterator[bytes]:
    leave_bad = spec.objective == "sft"
    for index, row in enumerate(rows.conversations()):
        if part != "all" and bool(rows.held_out[index]) != (part == "eval"):
            continue
        if leave_bad and rows.bad[index]:
            continue
        yield from map(encode, in_shape(row, shape, carries, spec.system_prompt))


def staged_path(file: PlannedFile) -> Path:
    """Return where the rows of a planned file are.

    Raises:
        AdvisorError: They were planned by another process, or the data has changed since.
    """
    assert file.copy_of is not None
    found, stamp = _STAGED.get(file.sha256, (None, None))
    if found is None or not found.exists() or stamp != stamp_of(file.copy_of):
        raise AdvisorError(
            "the data changed after planning", place=str(file.copy_of), remedy="Make the plan again."
        )
    return found


def stamp_of(path: Path) -> tuple[int, int]:
    """Return what tells that a file has changed, without opening it."""
    try:
        known = path.stat()
    except OSError:
        return (0, 0)
    return (known.st_mtime_ns, known.st_size)
