"""Data sets of assessments: kept once, by their content, until somebody removes them; a key names one in an address.

A key says nothing about the rows and cannot be guessed. Each person who signs in has a folder of their own.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from advisor.errors import AdvisorError
from advisor.files import write_bytes, write_text
from advisor.share.store.address import data_folder

MAX_NAME: Final = 120
_KEY: Final = re.compile(r"[0-9a-f]{32}(\.[a-z0-9]{1,8}){0,2}")
_ENDING: Final = re.compile(r"(\.[a-z0-9]{1,8}){1,2}")
_ID: Final = re.compile(r"[A-Za-z0-9]{1,40}")
_REMEDY: Final = "Bring the file again on the Data page."


@dataclass(frozen=True)
class Kept:
    """One data set that is kept."""

    key: str
    path: Path
    """The file itself, named by its key."""
    name: str
    """What the file was called where it came from."""
    made_from: str = ""
    """Key of the data set that it was mended from; empty for one that was brought."""


def keep(name: str, content: bytes, *, person: str = "", made_from: str = "") -> Kept:
    """Keep a file; the same bytes with the same ending are kept once."""
    ending = "".join(Path(name.lower()).suffixes[-2:])
    ending = ending if _ENDING.fullmatch(ending) else Path(name.lower()).suffix
    key = hashlib.sha256(content).hexdigest()[:32] + (ending if _ENDING.fullmatch(ending) else "")
    path = _folder(person) / key
    if not path.exists():
        write_bytes(path, content)
    about = path.with_name(f"{key}.about.json")
    if not about.exists():
        write_text(about, json.dumps({"name": Path(name).name[:MAX_NAME], "made_from": made_from}))
    return find(key, person=person)


def find(key: str, *, person: str = "") -> Kept:
    """Return a data set by its key.

    Raises:
        AdvisorError: No such data set is kept here, or the key is none.
    """
    path = _folder(person) / key
    if not _KEY.fullmatch(key) or not path.is_file():
        raise AdvisorError("the data set of this assessment is not here", place=key[:80], remedy=_REMEDY)
    about = _about(path.with_name(f"{key}.about.json"))
    return Kept(key, path, about.get("name", key), about.get("made_from", ""))


def bind(assessment: str, key: str, *, person: str = "") -> None:
    """Remember which data set a saved assessment has; an empty key forgets it."""
    if _ID.fullmatch(assessment):
        write_text(_folder(person) / f"{assessment}.bound", key)


def bound(assessment: str, *, person: str = "") -> str:
    """Return the key that a saved assessment was bound to; empty where there is none."""
    path = _folder(person) / f"{assessment}.bound"
    if not _ID.fullmatch(assessment) or not path.is_file():
        return ""
    found = path.read_text(encoding="utf-8", errors="replace").strip()
    return found if _KEY.fullmatch(found) else ""


def _folder(person: str) -> Path:
    own = hashlib.sha256(person.encode()).hexdigest()[:32] if person else "all"
    folder = data_folder() / "data-sets" / own
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _about(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}
