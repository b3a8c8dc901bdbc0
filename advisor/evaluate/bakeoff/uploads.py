"""Uploaded files, kept under their content: the same files are the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from advisor.evaluate.bakeoff.folder import bakeoffs_folder
from advisor.files import write_bytes


def keep_files(files: Mapping[str, bytes]) -> Path:
    """Write files to a folder named after what they hold, and return it.

    Only the last part of a name is used: it tells the format, and a path in it must not lead anywhere.
    """
    plain = {Path(name.replace("\\", "/")).name: content for name, content in files.items()}
    digest = hashlib.sha256()
    for name, content in sorted(plain.items()):
        digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest())
    folder = bakeoffs_folder() / "files" / digest.hexdigest()[:16]
    for name, content in plain.items():
        if not (folder / name).exists():
            write_bytes(folder / name, content)
    return folder


def add_files(folder: Path | None, files: Mapping[str, bytes]) -> Path:
    """Keep the files of a folder and further ones together, and return their folder; a new file of a known name replaces it."""
    held = {} if folder is None else {path.name: path.read_bytes() for path in folder.iterdir()}
    return keep_files(
        {**held, **{Path(name.replace("\\", "/")).name: content for name, content in files.items()}}
    )
