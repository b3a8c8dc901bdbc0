"""What one server may use: the rulebook, the day, the folders that were granted, and what it may write or spend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from advisor.catalog import Catalog
from advisor.errors import AdvisorError


@dataclass(frozen=True)
class House:
    """What the person who started the server has granted."""

    catalog: Catalog
    roots: tuple[Path, ...] = ()
    """Folders, resolved; files are read and written only below them."""
    rules: Path | None = None
    """The overlay that the catalog was loaded with."""
    as_of: date | None = None
    """The day of every answer; null takes the day of the call."""
    writes: bool = False
    """Whether tools may write files below the roots."""
    spends: bool = False
    """Whether tools may start training, which sends rows and costs money."""
    library: bool = False
    """Whether saved assessments may be read."""

    def day(self, wanted: date | None = None) -> date:
        """Return the day that a call is answered for."""
        return wanted or self.as_of or datetime.now(UTC).date()

    def inside(self, path: str) -> Path:
        """Return the real path of a file or folder below a root.

        A relative path is taken from the first root. Links are followed first, and every link in a folder must stay
        below the roots as well.

        Raises:
            AdvisorError: No folder was granted, or this path leads out of those that were.
        """
        if not self.roots:
            raise AdvisorError(
                "no folder was granted to this server",
                place=path,
                remedy="Start it with: advisor mcp --root FOLDER.",
            )
        found = _resolved(self.roots[0], path)
        for one in (found, *(_links(found) if found.is_dir() else ())):
            if not any(one.resolve().is_relative_to(root) for root in self.roots):
                raise _outside(path, self.roots)
        if found.exists() and not (found.is_file() or found.is_dir()):
            raise AdvisorError("this is neither a file nor a folder", place=path, remedy="Name a file.")
        return found

    def maybe_inside(self, name: str | None) -> str | None:
        """Return a name that may also be a path; what is or looks like a path must lie below a root."""
        if name is None or not (name.startswith((".", "/", "~")) or ".." in name or _exists(name)):
            return name
        return str(self.inside(name))

    def may_write(self, path: str, *, confirmed: bool) -> Path:
        """Return the real path to write to, once the server may write and the call says so.

        Raises:
            AdvisorError: The server was started without writing, or the call does not confirm.
        """
        if not self.writes:
            raise AdvisorError(
                "this server writes nothing", place=path, remedy="Start it with --allow-writes."
            )
        found = self.inside(path)
        if not confirmed:
            raise AdvisorError(
                f"it would write {found}",
                place="confirm",
                remedy="Ask the person, then call again with confirm: true.",
            )
        return found


def granted(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Resolve the folders that are granted.

    Raises:
        AdvisorError: One is not a folder.
    """
    for path in paths:
        if not path.is_dir():
            raise AdvisorError(
                "there is no such folder", place=str(path), remedy="Name a folder with --root."
            )
    return tuple(path.resolve() for path in paths)


def _resolved(root: Path, path: str) -> Path:
    try:
        return (root / path).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise AdvisorError(
            "this is not a path", place=path[:200], remedy="Name a file below a root."
        ) from error


def _links(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_symlink()]


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def _outside(path: str, roots: Sequence[Path]) -> AdvisorError:
    return AdvisorError(
        "the path leads out of the folders that were granted",
        place=path,
        remedy=f"Granted: {', '.join(map(str, roots))}. Start the server with another --root to grant more.",
    )
