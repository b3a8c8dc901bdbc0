"""Write a plan as a folder that stands on its own, and read one back only if nothing in it was changed."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from advisor.errors import AdvisorError
from advisor.train.records import PlannedFile, TrainingPlan
from advisor.train.staging import staged_path

MANIFEST = "manifest.json"
PLAN = "plan.json"


def write_bundle(plan: TrainingPlan, folder: Path) -> Path:
    """Write ``plan`` to ``folder``, whole or not at all; the same plan again changes nothing."""
    if folder.exists() and any(folder.iterdir()):
        if _is_same(plan, folder):
            return folder
        raise AdvisorError("the folder is not empty", place=str(folder), remedy="Name a new folder with -o.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        for file in plan.files:
            _write_file(file, temporary)
        _write_manifest(plan, temporary)
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def read_bundle(folder: Path) -> TrainingPlan:
    """Read the plan of a bundle; a changed, missing or added file is an error that names it."""
    manifest = _manifest(folder)
    for name, expected in sorted(manifest["files"].items()):
        path = _inside(folder, name)
        if not path.is_file():
            raise AdvisorError(
                "a file of the bundle is missing", place=str(path), remedy="Make the plan again."
            )
        if _sha256(path) != expected["sha256"]:
            raise AdvisorError(
                "the file is not the one that was planned",
                place=str(path),
                remedy="Undo the change, or plan again.",
            )
    try:
        plan = TrainingPlan.model_validate_json((folder / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise AdvisorError(
            "the plan cannot be read", place=str(folder / PLAN), remedy="Make the plan again."
        ) from error
    if plan.sha256 != manifest["plan_sha256"]:
        raise AdvisorError(
            "plan and manifest differ", place=str(folder / PLAN), remedy="Make the plan again."
        )
    return plan


def _pieces(file: PlannedFile) -> Iterator[bytes]:
    if file.text is not None:
        yield file.text.encode()
        return
    with staged_path(file).open("rb") as stream:
        yield from stream


def _write_file(file: PlannedFile, folder: Path) -> None:
    path = _inside(folder, file.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("xb") as stream:
        for piece in _pieces(file):
            digest.update(piece)
            stream.write(piece)
    if digest.hexdigest() != file.sha256:
        raise AdvisorError(
            "the data changed after planning", place=str(file.copy_of), remedy="Make the plan again."
        )
    if file.executable:
        path.chmod(0o755)


def _write_manifest(plan: TrainingPlan, folder: Path) -> None:
    text = plan.model_dump_json(indent=2) + "\n"
    (folder / PLAN).write_text(text, encoding="utf-8")
    files = {file.path: {"sha256": file.sha256, "size_bytes": file.size_bytes} for file in plan.files}
    files[PLAN] = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "size_bytes": len(text.encode())}
    manifest = {"plan_sha256": plan.sha256, "backend": plan.backend, "files": dict(sorted(files.items()))}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files, plan_sha256 = dict(manifest["files"]), str(manifest["plan_sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AdvisorError(
            "this is not a bundle", place=str(folder / MANIFEST), remedy="Make one with: advisor plan."
        ) from error
    return {"files": files, "plan_sha256": plan_sha256}


def _is_same(plan: TrainingPlan, folder: Path) -> bool:
    try:
        return read_bundle(folder).sha256 == plan.sha256
    except AdvisorError:
        return False


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise AdvisorError("a file of a bundle lies inside it", place=name, remedy="Make the plan again.")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
