"""Read a bundle that may come from anywhere: nothing in it is followed, believed or sent before all of it was checked."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, NoReturn

import orjson
from pydantic import Field, ValidationError

from advisor.catalog.records import Record
from advisor.catalog.strict_json import parse_json
from advisor.catalog.strict_yaml import read_bounded_text
from advisor.errors import AdvisorError
from advisor.files import explained
from advisor.train.records import PlannedFile, TrainingPlan

MANIFEST: Final = "manifest.json"
PLAN: Final = "plan.json"
MAX_PLAN_BYTES: Final = 16_000_000
MAX_ROW_BYTES: Final = 16_000_000
_AGAIN: Final = "Make the plan again."


class ListedFile(Record):
    """A file as the manifest lists it."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Hash of the file's bytes."""
    size_bytes: Annotated[int, Field(ge=0)]
    """Size of the file, in bytes."""


class BundleManifest(Record):
    """What a bundle says that it holds."""

    plan_sha256: str
    """Hash of the plan."""
    backend: str = ""
    """Who would carry it out."""
    files: dict[str, ListedFile]
    """Every file but the manifest, by its path with forward slashes."""


def read_bundle(folder: Path) -> TrainingPlan:
    """Read the plan of a bundle.

    Raises:
        AdvisorError: A file was changed, is missing, was added, is a link or is outside; manifest and plan list
            different files; or a row of a data file is not a JSON object.
    """
    manifest = _manifest(folder)
    _same_names(set(_present(folder)), {*manifest.files, MANIFEST}, folder)
    for name, listed in sorted(manifest.files.items()):
        _unchanged(folder / name, listed)
    plan = _plan(folder, manifest)
    for file in plan.files:
        if file.copy_of is not None:
            for _ in rows_of(folder / file.path):
                pass
    return plan


def rows_of(path: Path) -> Iterator[bytes]:
    """Return the rows of a data file, each checked to be one JSON object of bounded length."""
    with path.open("rb") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(MAX_ROW_BYTES + 1), b""), 1):
            try:
                good = len(line) <= MAX_ROW_BYTES and isinstance(orjson.loads(line), dict)
            except ValueError:
                good = False
            if not good:
                _refuse("a row of the data is not a JSON object", f"{path}:{number}")
            yield line


def _refuse(problem: str, place: object, remedy: str = _AGAIN) -> NoReturn:
    raise AdvisorError(problem, place=str(place), remedy=remedy)


def _manifest(folder: Path) -> BundleManifest:
    path = folder / MANIFEST
    if not path.is_file() or path.is_symlink():
        _refuse("this is not a bundle", path, "Make one with: advisor plan.")
    value = parse_json(read_bounded_text(path), place=str(path)).value
    names = value.get("files") if isinstance(value, dict) else None
    for name in names if isinstance(names, dict) else ():
        check_inside(name)
    try:
        return BundleManifest.model_validate(value, strict=True)
    except ValidationError as error:
        raise AdvisorError(
            "this is not a bundle", place=str(path), remedy="Make one with: advisor plan."
        ) from error


def check_inside(name: str) -> None:
    """Refuse a path that is not plainly one below the bundle's folder, in its one spelling.

    Raises:
        AdvisorError: It is absolute, goes up, or could be written otherwise.
    """
    parts = PurePosixPath(name).parts
    if name != "/".join(parts) or not parts or ".." in parts or parts[0] == "/" or set(name) & {"\\", "\0"}:
        _refuse("a file of a bundle lies inside it", name or "a file without a name")


def _present(folder: Path) -> Iterator[str]:
    """Return the path of every file below ``folder``; links, devices and second names of a file are refused."""
    with explained(folder):
        for where, folders, files in os.walk(folder, onerror=_raise):
            for name in (*folders, *files):
                path = Path(where) / name
                found = path.lstat()
                if stat.S_ISDIR(found.st_mode):
                    continue
                if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                    _refuse("a bundle holds files only, no links", path, "Remove it, or make the plan again.")
                yield path.relative_to(folder).as_posix()


def _raise(error: OSError) -> NoReturn:
    raise error


def _same_names(present: set[str], listed: set[str], folder: Path) -> None:
    for name in sorted(listed - present):
        _refuse("a file of the bundle is missing", folder / name)
    for name in sorted(present - listed):
        _refuse("a file was added that is not listed", folder / name, "Remove it, or make the plan again.")


def _unchanged(path: Path, listed: ListedFile) -> None:
    with explained(path), path.open("rb") as stream:
        same = path.stat().st_size == listed.size_bytes
        if not same or hashlib.file_digest(stream, "sha256").hexdigest() != listed.sha256:
            _refuse("the file is not the one that was planned", path, "Undo the change, or plan again.")


def _plan(folder: Path, manifest: BundleManifest) -> TrainingPlan:
    path = folder / PLAN
    if PLAN not in manifest.files:
        _refuse("the manifest lists no plan", folder / MANIFEST)
    text = read_bounded_text(path, max_bytes=MAX_PLAN_BYTES)
    parse_json(text, place=str(path))
    try:
        plan = TrainingPlan.model_validate_json(text)
    except ValidationError as error:
        raise AdvisorError("the plan cannot be read", place=str(path), remedy=_AGAIN) from error
    listed = {name: (one.sha256, one.size_bytes) for name, one in manifest.files.items() if name != PLAN}
    planned = {file.path: (file.sha256, file.size_bytes) for file in plan.files}
    same = listed == planned and len(planned) == len(plan.files)
    if not same or plan.sha256 != manifest.plan_sha256 or not _one_backend(plan, manifest):
        _refuse("plan and manifest differ", path)
    return plan


def _one_backend(plan: TrainingPlan, manifest: BundleManifest) -> bool:
    return plan.backend == plan.spec.backend and manifest.backend in ("", plan.backend)


def data_files(plan: TrainingPlan, folder: Path) -> Iterator[tuple[PlannedFile, Path]]:
    """Return the planned files that hold rows, each with where it is in the bundle at ``folder``."""
    for file in plan.files:
        if file.copy_of is not None:
            yield file, folder / file.path
