"""Write a plan as a self-contained folder, and read one back only if nothing in it was changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from advisor.errors import AdvisorError
from advisor.files import PRIVATE_FILE, PRIVATE_FOLDER, explained, held_folder, write_text
from advisor.train.bundle_check import MANIFEST, PLAN, check_inside, read_bundle
from advisor.train.records import PlannedFile, TrainingPlan
from advisor.train.staging import staged_path

__all__ = ["MANIFEST", "PLAN", "read_bundle", "write_bundle"]


def write_bundle(plan: TrainingPlan, folder: Path) -> Path:
    """Write ``plan`` to ``folder``, whole or not at all; the same plan again changes nothing."""
    if folder.exists() and any(folder.iterdir()):
        if _is_same(plan, folder):
            return folder
        raise AdvisorError("the folder is not empty", place=str(folder), remedy="Name a new folder with -o.")
    with explained(folder, doing="written"), held_folder(folder.parent, f".{folder.name}.") as temporary:
        for file in plan.files:
            _write_file(file, temporary)
        _write_manifest(plan, temporary)
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    return folder


def _pieces(file: PlannedFile) -> Iterator[bytes]:
    if file.text is not None:
        yield file.text.encode()
        return
    with staged_path(file).open("rb") as stream:
        yield from stream


def _write_file(file: PlannedFile, folder: Path) -> None:
    check_inside(file.path)
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb") as stream:
        for piece in _pieces(file):
            digest.update(piece)
            stream.write(piece)
    if digest.hexdigest() != file.sha256:
        raise AdvisorError(
            "the data changed after planning", place=str(file.copy_of), remedy="Make the plan again."
        )
    if file.executable:
        path.chmod(PRIVATE_FOLDER)


def _write_manifest(plan: TrainingPlan, folder: Path) -> None:
    text = plan.model_dump_json(indent=2) + "\n"
    write_text(folder / PLAN, text)
    files = {file.path: {"sha256": file.sha256, "size_bytes": file.size_bytes} for file in plan.files}
    files[PLAN] = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "size_bytes": len(text.encode())}
    manifest = {"plan_sha256": plan.sha256, "backend": plan.backend, "files": dict(sorted(files.items()))}
    write_text(folder / MANIFEST, json.dumps(manifest, indent=2) + "\n")


def _is_same(plan: TrainingPlan, folder: Path) -> bool:
    try:
        return read_bundle(folder).sha256 == plan.sha256
    except AdvisorError:
        return False
